import type { PostgresRunner } from '../stores/postgres/index.ts';
import { loadSql } from '../stores/sql-file.ts';

const READ = loadSql(new URL('./read-progress.sql', import.meta.url));
const SAVE = loadSql(new URL('./save-progress.sql', import.meta.url));

/** Where a replay stands, kept in Postgres so that an interrupted one resumes. */
export class ReplayProgress {
  readonly #postgres: PostgresRunner;
  readonly #experiment: string;

  constructor(postgres: PostgresRunner, experiment: string) {
    this.#postgres = postgres;
    this.#experiment = experiment;
  }

  /** Rows whose events were accepted, and whether the scorecard was made too. */
  async read(): Promise<{ rowsAccepted: number; finished: boolean }> {
    const [row] = await this.#postgres.query<{ rows_accepted: number; finished_at: Date | null }>(READ, [
      this.#experiment,
    ]);
    return { rowsAccepted: row?.rows_accepted ?? 0, finished: (row?.finished_at ?? null) !== null };
  }

  async accepted(rows: number): Promise<void> {
    await this.#postgres.query(SAVE, [this.#experiment, rows, null]);
  }

  async finished(rows: number, now: Date): Promise<void> {
    await this.#postgres.query(SAVE, [this.#experiment, rows, now]);
  }
}
