import type { ErrorCode } from '../../errors.ts';
import type { Decision } from '../../ruling/index.ts';
import type { Absence, Subject } from '../absence.ts';
import type { Progress } from '../heartbeats.ts';

/** What the thread asks the service, and what each is answered. */
export interface Questions {
  /** The current decision as it is stored. */
  current: { readonly asked: Subject; readonly answer: Decision | null };
  /** Those of an environment that were written after a count of changes. */
  changedSince: {
    readonly asked: { readonly environment: string; readonly changes: number; readonly limit: number };
    readonly answer: { readonly documents: Decision[]; readonly changes: number };
  };
  absence: { readonly asked: Subject; readonly answer: Absence | undefined };
  /** Whether who sends this header may read decisions. */
  admission: { readonly asked: { readonly authorization: string | undefined }; readonly answer: null };
}
export type What = keyof Questions;

export type Question = {
  [W in What]: {
    readonly kind: 'question';
    readonly id: number;
    readonly what: W;
    readonly asked: Questions[W]['asked'];
  };
}[What];

/** From the thread: once `listening` or `refused`, then questions. */
export type FromThread =
  | Question
  | { readonly kind: 'listening'; readonly port: number }
  | { readonly kind: 'refused'; readonly code: string }
  /** Something that nobody expected, for the log. */
  | { readonly kind: 'fault'; readonly error: unknown; readonly request: string }
  | { readonly kind: 'closed' };

/** To the thread. */
export type ToThread =
  | { readonly kind: 'answer'; readonly id: number; readonly answer: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly code: ErrorCode; readonly message: string }
  /** How far decisions have come, as it was looked last. */
  | { readonly kind: 'progress'; readonly progress: ReadonlyMap<string, Progress> }
  /** Something was decided in an environment. */
  | { readonly kind: 'announced'; readonly environment: string; readonly last: number }
  | { readonly kind: 'close' };

/** What the thread is started with. */
export interface ThreadData {
  readonly port: number;
  readonly host: string;
  readonly progress: ReadonlyMap<string, Progress>;
}
