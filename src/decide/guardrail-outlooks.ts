import { z } from 'zod';
import { guardrailNeeds } from '../../analysis/index.ts';
import type { LiveMoments } from '../attribute/index.ts';
import type { ExperimentPlan, PlannedGuardrail } from '../catalogue/index.ts';
import { alphaOf, type EpochLook, GuardrailState } from '../ruling/index.ts';
import type { Postgres } from '../stores/postgres/index.ts';
import { grantsOf } from './decision-states.ts';
import { treatmentsOf } from './plan-input.ts';
import { takeLook } from './take-look.ts';

export const OutlookQuery = z.strictObject({
  baseRate: z.coerce
    .number()
    .gt(0)
    .lt(1)
    .optional()
    .describe('share of control’s units with the event; absent: as it is in this epoch so far'),
  effect: z.coerce
    .number()
    .gte(-1)
    .lte(1e6)
    .optional()
    .describe(
      'true relative change whose detection is asked about: 1 doubles the rate; absent: a doubling, or a halving where a fall is bad',
    ),
});
export type OutlookQuery = z.infer<typeof OutlookQuery>;

const Needed = z
  .object({ events: z.number(), units: z.number() })
  .nullable()
  .describe('of control and this treatment together, where counts come as expected');

export const GuardrailOutlook = z.object({
  metric: z.string(),
  scope: GuardrailState.shape.scope,
  treatment: z.string(),
  method: z.enum(['counts', 'proportions', 'boundedMeans']).nullable(),
  alpha: z.number().describe('what the next watch of it is granted'),
  share: z.number().nullable().describe('the treatment’s share of what is allocated to it and control now'),
  baseRate: z.number().nullable(),
  effect: z.number().nullable(),
  harm: Needed,
  safety: Needed.describe('null also where no safety is asked for'),
  reason: z.string().nullable().describe('why a figure is null'),
});
export type GuardrailOutlook = z.infer<typeof GuardrailOutlook>;

export const GuardrailOutlooks = z
  .object({ experiment: z.string(), guardrails: z.array(GuardrailOutlook) })
  .meta({ id: 'GuardrailOutlooks' });
export type GuardrailOutlooks = z.infer<typeof GuardrailOutlooks>;

export interface OutlooksOptions {
  readonly postgres: Postgres;
  readonly catalogue: { plan(experiment: string): Promise<ExperimentPlan> };
  readonly live: Pick<LiveMoments, 'read'>;
  readonly now: () => Date;
}

/** What an experiment's guardrails would take to show harm and safety. */
export class Outlooks {
  readonly #options: OutlooksOptions;

  constructor(options: OutlooksOptions) {
    this.#options = options;
  }

  /** @throws AppError `not-found`, or `conflict` for a draft. */
  async read(experiment: string, query: OutlookQuery): Promise<GuardrailOutlooks> {
    const { catalogue, live, postgres, now } = this.#options;
    const plan = await catalogue.plan(experiment);
    const attribution = await live.read(experiment);
    const grants = await grantsOf(postgres, experiment);
    const treatments = treatmentsOf(plan);
    const guardrails = treatments.flatMap((treatment) => {
      const periods = grants.filter((grant) => grant.treatment === treatment).map(({ period }) => period);
      const period = Math.max(0, ...periods) + 1;
      const look = attribution === null ? null : takeLook(plan, attribution, treatment, now());
      return plan.guardrails.map((guardrail) => {
        const alpha = alphaOf(plan.decisions.alpha, {
          ...{ share: guardrail.share, treatments: treatments.length, period },
        });
        return outlookOf(plan, guardrail, { treatment, alpha, epoch: look?.epochs.at(-1) ?? null, query });
      });
    });
    return { experiment, guardrails };
  }
}

interface Of {
  readonly treatment: string;
  readonly alpha: number;
  readonly epoch: EpochLook | null;
  readonly query: OutlookQuery;
}

function outlookOf(
  plan: ExperimentPlan,
  guardrail: PlannedGuardrail,
  { treatment, alpha, epoch, query }: Of,
): GuardrailOutlook {
  const { metric, scope, method, direction, margin, gate } = guardrail;
  const arms = plan.epochs.at(-1)?.arms ?? [];
  const weightOf = (variant: string) => arms.find((arm) => arm.variant === variant)?.weight ?? 0;
  const share = weightOf(treatment) / (weightOf(treatment) + weightOf(plan.control));
  const watchable = share > 0 && share < 1;
  const baseRate = query.baseRate ?? observedRate(epoch, metric);
  const effect =
    query.effect ??
    (direction === 'increaseIsBad' ? Math.max(1, 2 * margin.value) : -(1 + Math.min(margin.value, 0.9)) / 2);
  const none = (reason: string): GuardrailOutlook => ({
    ...{ metric, scope, treatment, method, alpha, share: watchable ? share : null, baseRate },
    ...{ effect: method === 'counts' ? effect : null, harm: null, safety: null, reason },
  });
  if (method !== 'counts') return none('only what counts of first events take can be told beforehand');
  if (!watchable) return none('the treatment or control has no weight in the last epoch');
  if (baseRate === null) return none('no unit of control has had the event yet; give baseRate');
  const beyond = direction === 'increaseIsBad' ? effect > margin.value : effect < -margin.value;
  if (!beyond) return none(`an effect of ${effect} is inside the margin, so it is no harm`);
  const needs = guardrailNeeds({
    ...{ share, direction, margin: margin.value, safety: gate === 'safety', baseRate, effect, alpha },
  });
  return { ...none(''), harm: needs.harm, safety: needs.safety, reason: null };
}

function observedRate(epoch: EpochLook | null, metric: string): number | null {
  const look = epoch?.metrics[metric];
  if (look?.kind !== 'events') return null;
  const rate = look.control.events / look.control.units;
  return rate > 0 && rate < 1 ? rate : null;
}
