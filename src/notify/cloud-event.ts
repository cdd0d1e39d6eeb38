import type { Decision } from '../decide/index.ts';
import { AppError } from '../errors.ts';

/** The context of a CloudEvent 1.0 of decisions; `id` and `source` together name it. */
export interface EventContext {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string;
  readonly time: string;
  /** The extension of that name: of the decision, or of the last that a heartbeat speaks of; as text. */
  readonly sequence: string;
}

/** What engines subscribe to; the verdict is in the data. */
const DECISION_TYPE = 'assay.decision.v1';

/** The context of the event of a decision of the log. */
export function contextOf(decision: Decision): EventContext {
  const { id, decidedAt } = decision;
  if (id === null || decidedAt === null)
    throw new AppError('internal', 'What was never decided cannot be told of.');
  return {
    specversion: '1.0',
    id,
    source: sourceOf(decision.environment),
    type: DECISION_TYPE,
    subject: subjectOf(decision),
    time: decidedAt,
    sequence: String(decision.sequence),
  };
}

/** `environment/flag/treatment`, as the compacted topic is keyed; keys have no slash. */
export function subjectOf({
  environment,
  flag,
  treatment,
}: Pick<Decision, 'environment' | 'flag' | 'treatment'>): string {
  return `${environment}/${flag}/${treatment}`;
}

/** Of what is told of an environment's decisions. */
export function sourceOf(environment: string): string {
  return `/api/v1/decisions/${encodeURIComponent(environment)}`;
}
