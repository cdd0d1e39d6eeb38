import { z } from 'zod';
import { GuardrailMargin } from '../ruling/index.ts';
import { Key } from './key.ts';
import type { MetricVersion } from './metric.ts';

const Gate = z.enum(['noHarm', 'safety']);
const Direction = z.enum(['increaseIsBad', 'decreaseIsBad']);
const ExactMethod = z.enum(['counts', 'proportions', 'boundedMeans']);
export type ExactMethod = z.infer<typeof ExactMethod>;

/** A metric that the treatment must not harm, and what follows if it does. */
export const GuardrailDefinition = z
  .strictObject({
    metric: Key.describe('it need not be listed under metrics'),
    direction: Direction.nullable().default(null).describe('which way is harm; null: as the metric says'),
    margin: GuardrailMargin,
    gate: Gate.nullable()
      .default(null)
      .describe(
        'what it must show for a pass: no harm, or safety inside the margin; null: as decisions.gate',
      ),
    share: z
      .number()
      .gt(0)
      .max(1)
      .nullable()
      .default(null)
      .describe('its share of the error budget; null: an equal part of what the others leave'),
    action: z
      .enum(['rollback', 'pause', 'notify'])
      .default('rollback')
      .describe('what harm leads to; notify decides nothing'),
    armed: z.boolean().default(true).describe('false: in shadow, it is computed and decides nothing'),
    method: z
      .enum(['counts', 'proportions'])
      .nullable()
      .default(null)
      .describe(
        'of a proportion: counts of first events act at once; bounds of proportions act on closed windows, and bear an ' +
          'absolute margin; null: counts where the margin is relative or 0',
      ),
  })
  .meta({ id: 'Guardrail' });
export type GuardrailDefinition = z.infer<typeof GuardrailDefinition>;

/** By what the rollout of an experiment's treatments is decided. */
export const DecisionPolicy = z
  .strictObject({
    alpha: z
      .number()
      .min(1e-9)
      .lt(0.5)
      .default(0.01)
      .describe('probability at most, over the whole rollout, that a harmless change is stopped'),
    gate: Gate.default('noHarm').describe(
      'noHarm: pass once requiredUnits are met and no harm is shown; safety: pass once every armed guardrail shows safety',
    ),
    requiredUnits: z
      .int()
      .min(1)
      .max(1_000_000_000)
      .default(1000)
      .describe('units of an epoch that control and the treatment must each have before a pass by noHarm'),
    staleAfterSeconds: z
      .int()
      .min(1)
      .max(604_800)
      .default(300)
      .describe('data older than this makes a decision stale'),
    validForSeconds: z
      .int()
      .min(2)
      .max(86_400)
      .default(30)
      .describe('a decision that is not renewed for so long has expired'),
  })
  .meta({ id: 'DecisionPolicy' });
export type DecisionPolicy = z.infer<typeof DecisionPolicy>;

/** The flag-wide guardrails that an experiment carries, as it keeps them. */
export const FlagWide = z
  .strictObject({
    revision: z.int().describe('of the environment’s flag-wide guardrails that these are of; 0: of none'),
    guardrails: z
      .array(GuardrailDefinition)
      .describe('one on a metric that has a guardrail of the experiment’s own gives way to that'),
    optedOut: z
      .strictObject({ metrics: z.array(Key), why: z.string() })
      .nullable()
      .describe('those that its flag has opted out of, and why'),
  })
  .meta({ id: 'FlagWide' });
export type FlagWide = z.infer<typeof FlagWide>;

export const NO_FLAG_WIDE: FlagWide = { revision: 0, guardrails: [], optedOut: null };

/** `experiment`: of its own definition; `flag`: one of the environment's flag-wide ones. */
export type GuardrailScope = 'experiment' | 'flag';

/** A guardrail with everything that its definition leaves to others filled in. */
export interface PlannedGuardrail {
  readonly metric: string;
  readonly scope: GuardrailScope;
  readonly metricVersion: number;
  readonly direction: z.infer<typeof Direction>;
  readonly margin: GuardrailMargin;
  readonly gate: z.infer<typeof Gate>;
  readonly share: number;
  readonly action: GuardrailDefinition['action'];
  readonly armed: boolean;
  /** null: nothing that holds at every look, so that it can only notify. */
  readonly method: ExactMethod | null;
}

/** How harm can be shown at any time by such a metric and margin; null: not exactly. */
export function exactMethodOf(
  { margin, method }: Pick<GuardrailDefinition, 'margin' | 'method'>,
  { definition }: Pick<MetricVersion, 'definition'>,
): ExactMethod | null {
  switch (definition.type) {
    case 'proportion':
    case 'retention':
      return method ?? (margin.kind === 'relative' || margin.value === 0 ? 'counts' : 'proportions');
    case 'mean':
      return definition.cap !== null &&
        ['sum', 'count', 'distinctDays'].includes(definition.source.aggregation)
        ? 'boundedMeans'
        : null;
    default:
      return null;
  }
}

/** The shares of the error budget: those given, and the rest in equal parts. */
function sharesOf(guardrails: readonly Pick<GuardrailDefinition, 'share'>[]): number[] {
  const given = guardrails.reduce((sum, { share }) => sum + (share ?? 0), 0);
  const others = guardrails.filter(({ share }) => share === null).length;
  return guardrails.map(({ share }) => share ?? Math.max(0, 1 - given) / others);
}

/** The flag-wide guardrails on metrics that have none of the experiment's own. */
export function besides(
  own: readonly Pick<GuardrailDefinition, 'metric'>[],
  flagWide: readonly GuardrailDefinition[],
): GuardrailDefinition[] {
  const taken = new Set(own.map(({ metric }) => metric));
  return flagWide.filter(({ metric }) => !taken.has(metric));
}

/**
 * Guardrails as they are decided by, each with the version of its metric that the experiment counts by. The experiment's own
 * and the flag-wide ones each have the part of the budget that their number is of all, and share it out as they say: so
 * neither list can leave the other nothing, and all shares sum to 1 at most.
 */
export function plannedGuardrails(
  {
    guardrails,
    decisions,
  }: { readonly guardrails: readonly GuardrailDefinition[]; readonly decisions: DecisionPolicy },
  metrics: readonly MetricVersion[],
  flagWide: readonly GuardrailDefinition[] = [],
): PlannedGuardrail[] {
  const others = besides(guardrails, flagWide);
  const all = guardrails.length + others.length;
  const lists = [
    { scope: 'experiment', guardrails },
    { scope: 'flag', guardrails: others },
  ] as const;
  return lists.flatMap(({ scope, guardrails: some }) => {
    const shares = sharesOf(some);
    return some.flatMap((guardrail, index): PlannedGuardrail[] => {
      const metric = metrics.find(({ definition }) => definition.key === guardrail.metric);
      if (metric === undefined) return [];
      const method = exactMethodOf(guardrail, metric);
      // An experiment may count by a version of the metric for which a flag-wide one was not meant.
      const action = scope === 'flag' && method === null ? 'notify' : guardrail.action;
      return [
        {
          ...{ metric: guardrail.metric, scope, metricVersion: metric.version },
          direction: guardrail.direction ?? metric.definition.direction,
          margin: guardrail.margin,
          gate: guardrail.gate ?? decisions.gate,
          share: ((shares[index] ?? 0) * some.length) / all,
          ...{ action, armed: guardrail.armed, method },
        },
      ];
    });
  });
}
