import { AppError } from '../../errors.ts';
import type { PostgresRunner } from '../../stores/postgres/index.ts';
import { loadSql } from '../../stores/sql-file.ts';

const READ = loadSql(new URL('./read-cursors.sql', import.meta.url));
const ADVANCE = loadSql(new URL('./advance-cursor.sql', import.meta.url));
const REWIND = loadSql(new URL('./rewind-cursor.sql', import.meta.url));

export interface Cursor {
  readonly environment: string;
  /** Everything up to it is passed on. */
  readonly from: number;
  readonly to: number;
}

/** How far a reader of the decisions has come, kept in Postgres. */
export class Cursors {
  readonly #runner: PostgresRunner;
  readonly #reader: string;

  constructor(runner: PostgresRunner, reader: string) {
    this.#runner = runner;
    this.#reader = reader;
  }

  /** By environment; none where nothing was passed on yet. */
  async read(): Promise<Map<string, number>> {
    const rows = await this.#runner.query<{ environment: string; sequence: string | number }>(READ, [
      this.#reader,
    ]);
    return new Map(rows.map(({ environment, sequence }) => [environment, Number(sequence)]));
  }

  /** @throws AppError `conflict` where the cursor is not at `from` any more: somebody else has moved it. */
  async advance({ environment, from, to }: Cursor): Promise<void> {
    const moved = await this.#runner.query(ADVANCE, [this.#reader, environment, from, to]);
    if (moved.length === 0)
      throw new AppError('conflict', 'Another process has passed these decisions on; read the cursor again.');
  }

  /** Has everything after `sequence` passed on once more; nothing where it is not passed on yet. */
  async rewind(environment: string, sequence: number): Promise<void> {
    await this.#runner.query(REWIND, [this.#reader, environment, sequence]);
  }
}
