import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { migratePostgres } from '../../src/stores/migrations/index.ts';
import { openEmbeddedPostgres, type Postgres } from '../../src/stores/postgres/index.ts';

const MIGRATIONS = fileURLToPath(new URL('../../migrations/postgres', import.meta.url));

export interface TestStore {
  readonly postgres: Postgres;
  close(): Promise<void>;
}

/** An empty store with all migrations applied. */
export async function migrated(postgres: Postgres, remove: () => Promise<void>): Promise<TestStore> {
  await migratePostgres(postgres, MIGRATIONS);
  return {
    postgres,
    close: async () => {
      await postgres.close();
      await remove();
    },
  };
}

/** An empty embedded Postgres with all migrations applied, in a directory that goes when it is closed. */
export async function openTestStore(): Promise<TestStore> {
  const directory = await mkdtemp(join(tmpdir(), 'assay-catalogue-'));
  const postgres = await openEmbeddedPostgres({ directory: join(directory, 'postgres') });
  return migrated(postgres, () => rm(directory, { recursive: true, force: true }));
}

/** A clock that stands until it is moved. */
export class TestClock {
  #now: Date;

  constructor(start: string) {
    this.#now = new Date(start);
  }

  readonly now = (): Date => this.#now;

  advance(ms: number): void {
    this.#now = new Date(this.#now.getTime() + ms);
  }
}

/** The store, counting its statements outside of transactions. */
export function counting(postgres: Postgres): { postgres: Postgres; queries: () => number } {
  let queries = 0;
  return {
    postgres: {
      pool: postgres.pool,
      query: (sql, params) => {
        queries += 1;
        return postgres.query(sql, params);
      },
      transaction: (work) => postgres.transaction(work),
      ping: () => postgres.ping(),
      close: () => postgres.close(),
    },
    queries: () => queries,
  };
}

/** The error that a promise rejects with; fails if it does not. */
export async function errorOf(promise: Promise<unknown>): Promise<{ code: string; message: string }> {
  try {
    await promise;
  } catch (error) {
    return error as { code: string; message: string };
  }
  throw new Error('expected it to be refused');
}
