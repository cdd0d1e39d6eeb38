import { z } from 'zod';
import type { Actor, AuditLog } from '../access/index.ts';
import { AppError } from '../errors.ts';
import type { Decision, DecisionOverride, TreatmentState } from '../ruling/index.ts';
import { withOverride, withResumption } from '../ruling/index.ts';
import type { Postgres } from '../stores/postgres/index.ts';
import type { Subject } from './absence.ts';
import type { Decider } from './decider.ts';
import { experimentOf } from './decision-states.ts';
import { resourceOf } from './plan-input.ts';

const MOST_DAYS = 90;
const why = z.string().min(1).max(2000).describe('for whoever reads the decision, and the audit log');

export const OverrideRequest = z
  .strictObject({
    verdict: z
      .enum(['pass', 'breach', 'inconclusive'])
      .nullable()
      .default(null)
      .describe('what the verdict is to be, whatever is found; null: guardrail says which one is dismissed'),
    guardrail: z
      .string()
      .max(200)
      .nullable()
      .default(null)
      .describe('the metric of the guardrail that is dismissed; the others keep watching'),
    until: z.iso.datetime({ offset: true }).describe(`in the future, at most ${MOST_DAYS} days ahead`),
    why,
  })
  .refine(({ verdict, guardrail }) => (verdict === null) !== (guardrail === null), {
    error: 'give either a verdict or a guardrail',
    path: ['verdict'],
  })
  .meta({
    id: 'OverrideRequest',
    example: {
      guardrail: 'error',
      until: '2026-03-02T18:00:00Z',
      why: 'a known false alarm of the new logger',
    },
  });
export type OverrideRequest = z.infer<typeof OverrideRequest>;

export const ResumeRequest = z
  .strictObject({ why })
  .meta({ id: 'ResumeRequest', example: { why: 'fixed by release 4.2' } });
export type ResumeRequest = z.infer<typeof ResumeRequest>;

export interface ControlsOptions {
  readonly postgres: Postgres;
  readonly audit: AuditLog;
  readonly decider: Pick<Decider, 'amend'>;
}

/** What people say over decisions: audited, and decided anew in the same transaction. */
export class DecisionControls {
  readonly #options: ControlsOptions;

  constructor(options: ControlsOptions) {
    this.#options = options;
  }

  /** @throws AppError `not-found` where nothing was decided, `unprocessable` for a time that cannot be. */
  async override(actor: Actor, subject: Subject, request: OverrideRequest): Promise<Decision> {
    const { verdict, guardrail } = request;
    const said = { verdict, guardrail, by: actor.name, why: request.why };
    return this.#amend(actor, subject, {
      action: guardrail === null ? 'override' : 'dismiss',
      why: request.why,
      change: (state, now) => withOverride(state, { ...said, until: requireTime(request.until, now) }),
    });
  }

  /** Watches everything anew after a stop, or ends an override. @throws AppError `not-found`, or `conflict` where there is nothing to resume. */
  async resume(actor: Actor, subject: Subject, { why }: ResumeRequest): Promise<Decision> {
    return this.#amend(actor, subject, {
      ...{ action: 'resume', why },
      change: (state, now) => {
        if (state.latch === null && state.override === null)
          throw new AppError(
            'conflict',
            `"${subject.treatment}" of flag "${subject.flag}" was not stopped, so there is nothing to resume.`,
          );
        return withResumption(state, { by: actor.name, why, at: now.toISOString() });
      },
    });
  }

  async #amend(actor: Actor, subject: Subject, { action, why, change }: Amendment): Promise<Decision> {
    const { postgres, audit, decider } = this.#options;
    const experiment = await experimentOf(postgres, subject);
    if (experiment === null)
      throw new AppError(
        'not-found',
        `Nothing was decided on "${subject.treatment}" of flag "${subject.flag}" in environment "${subject.environment}"; GET the decision says why.`,
      );
    return decider.amend(experiment, subject.treatment, async (transaction, state, at) => {
      const after = change(state, at);
      await audit.record(transaction, {
        ...{ at, actor, action, why, resource: resourceOf(subject) },
        ...{ before: controlsOf(state), after: controlsOf(after) },
      });
      return after;
    });
  }
}

interface Amendment {
  readonly action: string;
  readonly why: string;
  readonly change: (state: TreatmentState, now: Date) => TreatmentState;
}

function controlsOf({ latch, override, dismissals, resumed }: TreatmentState) {
  return { latch, override, dismissals, resumed };
}

function requireTime(until: string, now: Date): DecisionOverride['until'] {
  const at = new Date(until);
  const days = (at.getTime() - now.getTime()) / 86_400_000;
  if (days > 0 && days <= MOST_DAYS) return at.toISOString();
  const detail = `must be in the future and at most ${MOST_DAYS} days ahead`;
  throw new AppError('unprocessable', 'The body is not valid; "errors" says which fields and why.', {
    fields: [{ pointer: '/until', detail }],
  });
}
