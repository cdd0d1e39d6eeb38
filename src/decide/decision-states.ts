import type { Grant, Look, TreatmentState } from '../ruling/index.ts';
import type { PostgresRunner } from '../stores/postgres/index.ts';
import { loadSql } from '../stores/sql-file.ts';

const BEGIN = loadSql(new URL('./begin-states.sql', import.meta.url));
const LOCK = loadSql(new URL('./lock-states.sql', import.meta.url));
const SAVE = loadSql(new URL('./save-states.sql', import.meta.url));
const GRANT = loadSql(new URL('./insert-grants.sql', import.meta.url));
const SUPERSEDING = loadSql(new URL('./superseding-experiment.sql', import.meta.url));
const EXPERIMENT = loadSql(new URL('./experiment-of-treatment.sql', import.meta.url));
const UNWATCHED = loadSql(new URL('./unwatched-experiments.sql', import.meta.url));
const ENDED_WORDS = loadSql(new URL('./words-that-ended.sql', import.meta.url));
const GRANTS = loadSql(new URL('./grants-of-experiment.sql', import.meta.url));

/** What is stored of one treatment beside its decisions. */
export interface StoredState {
  readonly treatment: string;
  readonly experiment: string;
  /** Of the current decision; null where none was made. */
  readonly sequence: number | null;
  readonly state: TreatmentState | null;
  /** The last one that could be taken. */
  readonly look: Look | null;
  /** It was told that nobody watches it any more. */
  readonly ended: boolean;
  /** When the first of what people have said of it is over. */
  readonly spokenUntil: string | null;
}

/** An experiment that is decided on. */
export interface Watched extends Place {
  readonly key: string;
}

interface Row extends Omit<StoredState, 'sequence' | 'spokenUntil'> {
  readonly sequence: string | number | null;
  readonly spoken_until: Date | null;
}

export interface Place {
  readonly environment: string;
  readonly flag: string;
}

/** The states of these treatments, locked until the transaction ends; a treatment that has none gets an empty one. */
export async function lockStates(
  transaction: PostgresRunner,
  { environment, flag }: Place,
  treatments: readonly string[],
  experiment: string,
): Promise<StoredState[]> {
  await transaction.query(BEGIN, [environment, flag, treatments, experiment]);
  const rows = await transaction.query<Row>(LOCK, [environment, flag, treatments]);
  return rows.map(({ spoken_until, ...row }) => ({
    ...row,
    sequence: row.sequence === null ? null : Number(row.sequence),
    spokenUntil: spoken_until?.toISOString() ?? null,
  }));
}

/** The experiment that a treatment was decided on by last, or null. */
export async function experimentOf(
  runner: PostgresRunner,
  { environment, flag, treatment }: Place & { readonly treatment: string },
): Promise<string | null> {
  const [row] = await runner.query<{ experiment: string }>(EXPERIMENT, [environment, flag, treatment]);
  return row?.experiment ?? null;
}

/**
 * Whether another experiment on the flag is the one to be decided on. To be asked after its states are locked: then
 * whoever was decided on in between is seen. What has been superseded once stays so.
 */
export async function isSuperseded(
  transaction: PostgresRunner,
  { environment, flag, key, start }: Place & { readonly key: string; readonly start: Date },
  now: Date,
): Promise<boolean> {
  const found = await transaction.query(SUPERSEDING, [environment, flag, key, start, now]);
  return found.length > 0;
}

/** Those that were decided on and are not among these any more, at most so many. */
export function unwatched(
  runner: PostgresRunner,
  watched: readonly string[],
  most: number,
): Promise<Watched[]> {
  return runner.query<Watched>(UNWATCHED, [watched, most]);
}

/** Those by which something was decided that a person said for a time that is over, at most so many. */
export function wordsThatEnded(runner: PostgresRunner, now: Date, most: number): Promise<Watched[]> {
  return runner.query<Watched>(ENDED_WORDS, [now, most]);
}

export async function saveStates(
  transaction: PostgresRunner,
  place: Place,
  states: readonly StoredState[],
): Promise<void> {
  const { environment, flag } = place;
  const rows = states.map(({ spokenUntil, ...state }) => {
    return { environment, flag, spoken_until: spokenUntil, ...state };
  });
  if (rows.length > 0) await transaction.query(SAVE, [JSON.stringify(rows)]);
}

export async function addGrants(
  transaction: PostgresRunner,
  { experiment, treatment }: { readonly experiment: string; readonly treatment: string },
  grants: readonly Grant[],
): Promise<void> {
  if (grants.length > 0) await transaction.query(GRANT, [experiment, treatment, JSON.stringify(grants)]);
}

/** All lines of an experiment's ledger. */
export async function grantsOf(
  runner: PostgresRunner,
  experiment: string,
): Promise<(Grant & { readonly treatment: string })[]> {
  const rows = await runner.query<Omit<Grant, 'since'> & { treatment: string; since: Date }>(GRANTS, [
    experiment,
  ]);
  return rows.map((row) => ({ ...row, since: row.since.toISOString() }));
}
