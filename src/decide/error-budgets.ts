import { z } from 'zod';
import type { ExperimentPlan } from '../catalogue/index.ts';
import { GuardrailState } from '../ruling/index.ts';
import type { Postgres } from '../stores/postgres/index.ts';
import { grantsOf } from './decision-states.ts';

const GrantView = z.object({
  treatment: z.string(),
  metric: z.string(),
  period: z
    .int()
    .describe('counted from 1; one begins with an epoch, with other terms and with a resumption'),
  epoch: z.int(),
  alpha: z.number().describe('granted to this guardrail, period and treatment, and to none other'),
  since: z.iso.datetime(),
});

/** What may be spent of a rollout's false-pause rate, and on what it was. */
export const ErrorBudget = z
  .object({
    experiment: z.string(),
    alpha: z.number().describe('promised: probability at most that a harmless rollout is ever stopped'),
    granted: z.number().describe('the sum of all lines; never more than what was promised'),
    left: z.number(),
    shares: z.array(z.object({ metric: z.string(), scope: GuardrailState.shape.scope, share: z.number() })),
    grants: z.array(GrantView),
  })
  .meta({
    id: 'ErrorBudget',
    example: {
      experiment: 'checkout',
      alpha: 0.01,
      granted: 0.00607927,
      left: 0.00392073,
      shares: [{ metric: 'error', scope: 'experiment', share: 1 }],
      grants: [
        {
          ...{ treatment: 'treatment', metric: 'error', period: 1, epoch: 1, alpha: 0.00607927 },
          since: '2026-03-02T09:30:00.000Z',
        },
      ],
    },
  });
export type ErrorBudget = z.infer<typeof ErrorBudget>;

/** Reads the ledgers of error budgets. */
export class ErrorBudgets {
  readonly #postgres: Postgres;
  readonly #catalogue: { plan(experiment: string): Promise<ExperimentPlan> };

  constructor(options: {
    postgres: Postgres;
    catalogue: { plan(experiment: string): Promise<ExperimentPlan> };
  }) {
    this.#postgres = options.postgres;
    this.#catalogue = options.catalogue;
  }

  /** @throws AppError `not-found`, or `conflict` for a draft. */
  async read(experiment: string): Promise<ErrorBudget> {
    const { decisions, guardrails } = await this.#catalogue.plan(experiment);
    const grants = await grantsOf(this.#postgres, experiment);
    const granted = grants.reduce((sum, { alpha }) => sum + alpha, 0);
    return {
      ...{ experiment, alpha: decisions.alpha, granted, left: decisions.alpha - granted },
      shares: guardrails.map(({ metric, scope, share }) => ({ metric, scope, share })),
      grants,
    };
  }
}
