import { z } from 'zod';

/** pinToControl: the treatment's units get control and other arms go on; wholeFlag: every arm ends. */
export type Reach = 'pinToControl' | 'wholeFlag';

/** What an engine is to do for one decision. */
export interface Order {
  readonly flag: string;
  readonly treatment: string;
  readonly action: 'turnOff' | 'pause';
  /** One sentence for the engine's own history. */
  readonly why: string;
}

/** What came of telling the engine. Nothing here holds a credential. */
export type Acted =
  | { readonly kind: 'done'; readonly already: boolean; readonly detail: string }
  | { readonly kind: 'pendingApproval'; readonly detail: string }
  | { readonly kind: 'failed'; readonly detail: string; readonly retryAfterMs: number };

/** What the engine says of the flag now: `stopped` is as the order asks; `unknown` where it cannot say. */
export interface Seen {
  readonly state: 'stopped' | 'serving' | 'unknown';
  readonly detail: string;
}

export const PreflightCheck = z
  .object({
    flag: z.string().nullable().describe('null: of the connection as a whole'),
    check: z.enum(['credential', 'reachable', 'flag', 'approval', 'offServesControl', 'ramp', 'dryRun']),
    ok: z.boolean().nullable().describe('null: cannot be known from here; the detail says what to look at'),
    detail: z.string(),
  })
  .meta({ id: 'PreflightCheck' });
export type PreflightCheck = z.infer<typeof PreflightCheck>;

/** One rollout engine, told over its own API. Everything may be repeated: what is off already is a success. */
export interface Actuator {
  reach(flag: string): Reach;
  /** null: the engine has nothing that could be paused for this flag. */
  pauses(flag: string): boolean;
  /** Whether it could act, found out without changing anything. */
  preflight(): Promise<PreflightCheck[]>;
  /** What `act` would send, for a dry run. */
  describe(order: Order): string;
  act(order: Order): Promise<Acted>;
  readBack(order: Order): Promise<Seen>;
}
