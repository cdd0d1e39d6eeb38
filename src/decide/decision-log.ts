import type { Decision } from '../ruling/index.ts';
import type { Postgres, PostgresRunner } from '../stores/postgres/index.ts';
import { loadSql } from '../stores/sql-file.ts';
import { type Progress, readProgress, renewedRow } from './heartbeats.ts';

const NEXT = loadSql(new URL('./next-sequences.sql', import.meta.url));
const INSERT = loadSql(new URL('./insert-decisions.sql', import.meta.url));
const SET_CURRENT = loadSql(new URL('./set-current-decisions.sql', import.meta.url));
const CURRENT = loadSql(new URL('./current-decision.sql', import.meta.url));
const CURRENT_SINCE = loadSql(new URL('./current-decisions-since.sql', import.meta.url));
const NEWEST = loadSql(new URL('./newest-current-decisions.sql', import.meta.url));
const SINCE = loadSql(new URL('./decisions-since.sql', import.meta.url));
const HISTORY = loadSql(new URL('./decisions-of-treatment.sql', import.meta.url));
const EVIDENCE = loadSql(new URL('./decision-evidence.sql', import.meta.url));
const STOPPING = loadSql(new URL('./stopping-decisions.sql', import.meta.url));

const CHANGED = loadSql(new URL('./changed-decisions.sql', import.meta.url));

/** No answer of {@link DecisionLog.since} is longer. */
export const MOST_AT_ONCE = 1000;

/** A decision that is to be numbered, and all that its verdict was computed from. */
export interface NewDecision {
  readonly document: Omit<Decision, 'sequence'> & { readonly id: string; readonly decidedAt: string };
  readonly evidence: unknown;
}

type CurrentRow = Parameters<typeof renewedRow>[0];

/**
 * The decisions that changed something, numbered by environment without gaps and never changed, and the current one of
 * each treatment. Who passes decisions on reads them from here, after the last one it has passed on: nothing is lost,
 * doubled or out of order, whoever dies.
 */
export class DecisionLog {
  readonly #postgres: Postgres;

  constructor(postgres: Postgres) {
    this.#postgres = postgres;
  }

  /** Numbers and keeps decisions of one environment, in their order, and makes them the current ones: all or none. */
  async append(environment: string, decisions: readonly NewDecision[]): Promise<Decision[]> {
    return this.#postgres.transaction((transaction) =>
      this.appendWithin(transaction, environment, decisions),
    );
  }

  /** The same within a transaction, so that what is remembered beside the decisions is kept with them or not at all. */
  async appendWithin(
    transaction: PostgresRunner,
    environment: string,
    decisions: readonly NewDecision[],
  ): Promise<Decision[]> {
    if (decisions.length === 0) return [];
    const [row] = await transaction.query<{ last: string | number }>(NEXT, [environment, decisions.length]);
    const first = Number(row?.last) - decisions.length + 1;
    const kept = decisions.map(({ document, evidence }, index) => ({
      document: { ...document, sequence: first + index },
      evidence,
    }));
    const documents = kept.map(({ document }) => document);
    await transaction.query(INSERT, [JSON.stringify(kept)]);
    await transaction.query(SET_CURRENT, [JSON.stringify(documents)]);
    return documents;
  }

  /** Newer figures of decisions that are the same: same ids, same sequences, no new line in the log. */
  async refresh(documents: readonly Decision[], runner: PostgresRunner = this.#postgres): Promise<void> {
    if (documents.length > 0) await runner.query(SET_CURRENT, [JSON.stringify(documents)]);
  }

  /** As heartbeats have left it; null where nothing was ever decided. */
  async current(environment: string, flag: string, treatment: string): Promise<Decision | null> {
    const [row] = await this.#postgres.query<CurrentRow>(CURRENT, [environment, flag, treatment]);
    return row === undefined ? null : renewedRow(row);
  }

  /** Decisions after a sequence, oldest first, at most `limit` and never more than {@link MOST_AT_ONCE}. */
  async since(environment: string, sequence: number, limit: number): Promise<Decision[]> {
    const most = Math.min(limit, MOST_AT_ONCE);
    const rows = await this.#postgres.query<{ document: Decision }>(SINCE, [environment, sequence, most]);
    return rows.map(({ document }) => document);
  }

  /** Newest first, before a sequence, at most `limit` and never more than {@link MOST_AT_ONCE}. */
  async history(
    { environment, flag, treatment }: Pick<Decision, 'environment' | 'flag' | 'treatment'>,
    before: number | null,
    limit: number,
  ): Promise<Decision[]> {
    const inputs = [environment, flag, treatment, before, Math.min(limit, MOST_AT_ONCE)];
    const rows = await this.#postgres.query<{ document: Decision }>(HISTORY, inputs);
    return rows.map(({ document }) => document);
  }

  /** A decision as it was made, and what it was computed from; null where there is none of this id. */
  async evidence(id: string): Promise<{ document: Decision; evidence: unknown } | null> {
    const [row] = await this.#postgres.query<{ document: Decision; evidence: unknown }>(EVIDENCE, [id]);
    return row ?? null;
  }

  /**
   * Current decisions of an environment after a sequence, oldest first, as many as {@link DecisionLog.since} gives. Read
   * page after page they leave nobody out: what changes meanwhile comes again, with a higher sequence.
   */
  async currentSince(environment: string, sequence: number, limit: number): Promise<Decision[]> {
    const most = Math.min(limit, MOST_AT_ONCE);
    const params = [environment, sequence, most];
    return (await this.#postgres.query<CurrentRow>(CURRENT_SINCE, params)).map(renewedRow);
  }

  /**
   * Current decisions of an environment that were written after a count of changes, in that order, without what heartbeats
   * made of them; and the count of the last.
   */
  async changedSince(
    environment: string,
    changes: number,
    limit: number,
  ): Promise<{ readonly documents: Decision[]; readonly changes: number }> {
    const params = [environment, changes, Math.min(limit, MOST_AT_ONCE)];
    const rows = await this.#postgres.query<{ document: Decision; change: string | number }>(CHANGED, params);
    return {
      documents: rows.map(({ document }) => document),
      changes: Number(rows.at(-1)?.change ?? changes),
    };
  }

  /** The current decisions of all environments that were decided last, at most {@link MOST_AT_ONCE}. */
  async newest(limit: number): Promise<Decision[]> {
    const most = Math.min(limit, MOST_AT_ONCE);
    return (await this.#postgres.query<CurrentRow>(NEWEST, [most])).map(renewedRow);
  }

  /** The current decisions of an environment that stop something (roll back or pause), in the order of their flags. */
  async stopping(environment: string, runner: PostgresRunner = this.#postgres): Promise<Decision[]> {
    const rows = await runner.query<{ document: Decision }>(STOPPING, [environment]);
    return rows.map(({ document }) => document);
  }

  /** The last sequence of each environment in which something was decided. */
  async last(): Promise<Map<string, number>> {
    const progress = await this.progress();
    return new Map([...progress].map(([environment, { last }]) => [environment, last]));
  }

  /** The same with the heartbeats: one that is read here speaks of no decision that comes after `last`. */
  progress(): Promise<Map<string, Progress>> {
    return readProgress(this.#postgres);
  }
}
