import { z } from 'zod';
import type { Recomputation } from '../attribute/index.ts';
import {
  DecisionPolicy,
  type ExperimentPlan,
  GuardrailDefinition,
  withGuardrails,
} from '../catalogue/index.ts';
import { AppError } from '../errors.ts';
import type { DecideInput } from '../ruling/index.ts';
import { decideInput, treatmentsOf } from './plan-input.ts';
import { takeLook } from './take-look.ts';

export const PastLookRequest = z
  .strictObject({
    guardrails: z.array(GuardrailDefinition).min(1).max(50).describe('candidates, of metrics that it counts'),
    decisions: DecisionPolicy.prefault({}),
    receivedThrough: z.iso
      .datetime({ offset: true })
      .describe('only what was received until then is looked at, as it was looked at then'),
  })
  .meta({
    id: 'PastLookRequest',
    example: {
      guardrails: [{ metric: 'error', margin: { kind: 'relative', value: 0.1 } }],
      receivedThrough: '2026-03-02T12:00:00Z',
    },
  });
export type PastLookRequest = z.infer<typeof PastLookRequest>;

export const PastLook = z
  .object({
    inputs: z.array(z.unknown()).describe('by treatment: what a decision would have been computed from then'),
  })
  .meta({ id: 'PastLook' });

export interface PastLooksOptions {
  readonly catalogue: { plan(experiment: string): Promise<ExperimentPlan> };
  readonly recomputation: Pick<Recomputation, 'run'>;
  readonly engineVersion: string;
}

/** What candidate guardrails would have seen of stored history: nothing is decided, and nothing is kept. */
export class PastLooks {
  readonly #options: PastLooksOptions;
  #busy = false;

  constructor(options: PastLooksOptions) {
    this.#options = options;
  }

  /**
   * Reads raw rows, one request at a time. @throws AppError `not-found`, `conflict` for a draft, `unprocessable` for guardrails that
   * would be refused, `unavailable` while another is read.
   */
  async take(experiment: string, request: PastLookRequest): Promise<{ inputs: DecideInput[] }> {
    const { catalogue, recomputation, engineVersion } = this.#options;
    const whole = withGuardrails(await catalogue.plan(experiment), request.guardrails, request.decisions);
    if (this.#busy)
      throw new AppError('unavailable', 'Another look at the past is being taken; ask again in a moment.', {
        retryAfterSeconds: 1,
      });
    this.#busy = true;
    try {
      const at = new Date(request.receivedThrough);
      const guarded = new Set(request.guardrails.map(({ metric }) => metric));
      // A percentile of so early data would be kept as the cap.
      const metrics = whole.metrics.filter(
        ({ definition }) =>
          guarded.has(definition.key) &&
          !(definition.type === 'mean' && definition.cap?.kind === 'percentile'),
      );
      const plan = { ...whole, metrics, segmentAttributes: [], guardrailsChangedAt: null };
      const attribution = await recomputation.run(plan, { dataThrough: at });
      const inputs = treatmentsOf(plan).map((treatment) =>
        decideInput(plan, {
          ...{ engineVersion, treatment, noLook: null, state: null, now: at },
          look: takeLook(plan, attribution, treatment, at),
        }),
      );
      return { inputs };
    } finally {
      this.#busy = false;
    }
  }
}
