import type { Decision } from '../ruling/index.ts';
import { type Heartbeat, renewed } from '../ruling/index.ts';
import type { PostgresRunner } from '../stores/postgres/index.ts';
import { loadSql } from '../stores/sql-file.ts';

const BEAT = loadSql(new URL('./beat.sql', import.meta.url));
const PROGRESS = loadSql(new URL('./read-progress.sql', import.meta.url));

/** A heartbeat with what tells how often it must be heard. */
export interface StoredHeartbeat extends Heartbeat {
  /** The shortest time that any decision of the environment is valid for. */
  readonly shortestSeconds: number;
  /** Of the flags that it says nothing of: what was said last. */
  readonly before: Excepted;
}

/** How far an environment has come. */
export interface Progress {
  /** The last sequence. */
  readonly last: number;
  /** How often current decisions were written. */
  readonly changes: number;
  readonly heartbeat: StoredHeartbeat | null;
}

/** What is said of one environment's decisions. */
export interface Beat {
  readonly environment: string;
  /** Flags of which nothing is said. */
  readonly excepted: readonly string[];
  readonly shortest: number;
}

/** By flag: what was said of it last, which may be nothing. */
type Excepted = Readonly<Record<string, { readonly at?: string; readonly dataThrough?: string | null }>>;

/** Of a row that was joined with the heartbeat of its environment. */
interface Joined {
  readonly document: Decision;
  readonly through: string | number | null;
  readonly at: Date | null;
  readonly data_through: Date | null;
  readonly excepted: Excepted | null;
}

/**
 * Says that the decisions of these environments held `at` a moment, and that everything received up to `dataThrough` is
 * decided on; null: nothing new is known of that.
 */
export async function beat(
  runner: PostgresRunner,
  beats: readonly Beat[],
  { at, dataThrough }: { readonly at: Date; readonly dataThrough: Date | null },
): Promise<void> {
  if (beats.length > 0) await runner.query(BEAT, [JSON.stringify(beats), at, dataThrough]);
}

/** Of each environment in which something was decided. */
export async function readProgress(runner: PostgresRunner): Promise<Map<string, Progress>> {
  const rows = await runner.query<{
    readonly environment: string;
    readonly last: string | number;
    readonly changes: string | number;
    readonly sequence: string | number | null;
    readonly at: Date | null;
    readonly data_through: Date | null;
    readonly excepted: Excepted | null;
    readonly shortest_seconds: number | null;
  }>(PROGRESS);
  return new Map(
    rows.map(({ environment, last, changes, sequence, shortest_seconds: shortest, ...row }) => {
      const heartbeat = storedOf(environment, { ...row, through: sequence }, shortest ?? 0);
      return [environment, { last: Number(last), changes: Number(changes), heartbeat }] as const;
    }),
  );
}

/** How a stored decision stands with what was said of it since. */
export function renewedRow({ document, ...row }: Joined): Decision {
  return renewedBy(document, storedOf(document.environment, row, 0));
}

/** The same: of a flag that a heartbeat says nothing of, what was said before stays. */
export function renewedBy(decision: Decision, heartbeat: StoredHeartbeat | null): Decision {
  if (heartbeat === null || !Object.hasOwn(heartbeat.before, decision.flag))
    return renewed(decision, heartbeat);
  const { at, dataThrough = null } = heartbeat.before[decision.flag] ?? {};
  if (at === undefined) return decision;
  return renewed(decision, {
    ...{ ...heartbeat, except: [], at: new Date(at).toISOString() },
    dataThrough: dataThrough === null ? null : new Date(dataThrough).toISOString(),
  });
}

/** Up to when everything received is in a decision, as far as it was said; null: nothing was said of it. */
export function vouchedThrough(
  heartbeat: StoredHeartbeat | null,
  { flag, sequence }: { readonly flag: string; readonly sequence: number | null },
): string | null {
  if (heartbeat === null || sequence === null || sequence > heartbeat.sequence) return null;
  if (!Object.hasOwn(heartbeat.before, flag)) return heartbeat.dataThrough;
  const through = heartbeat.before[flag]?.dataThrough ?? null;
  return through === null ? null : new Date(through).toISOString();
}

function storedOf(
  environment: string,
  { through, at, data_through: dataThrough, excepted }: Omit<Joined, 'document'>,
  shortestSeconds: number,
): StoredHeartbeat | null {
  if (through === null || at === null) return null;
  const before = excepted ?? {};
  return {
    ...{ environment, sequence: Number(through), at: at.toISOString(), shortestSeconds },
    dataThrough: dataThrough?.toISOString() ?? null,
    ...{ except: Object.keys(before), before },
  };
}
