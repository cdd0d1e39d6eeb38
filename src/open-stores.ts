import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from './config.ts';
import { AppError } from './errors.ts';
import { type ClickHouse, openEmbeddedClickHouse, openServerClickHouse } from './stores/clickhouse/index.ts';
import { type DataDirectory, openDataDirectory } from './stores/data-directory.ts';
import { migrateClickHouse, migratePostgres } from './stores/migrations/index.ts';
import { openEmbeddedPostgres, openServerPostgres, type Postgres } from './stores/postgres/index.ts';
import { loadSql } from './stores/sql-file.ts';

const RAW_TABLE_EXISTS = loadSql(new URL('./raw-table-exists.sql', import.meta.url));

export interface Stores {
  readonly clickhouse: ClickHouse;
  readonly postgres: Postgres;
  /** No other process can have these stores open. */
  readonly sole: boolean;
  /** Closes the stores, then lets the next process at the data directory. */
  close(): Promise<void>;
}

/** What is to be told while and after the stores are opened. */
export interface StoresListener {
  /** Called before each step of opening, with a few words for a person. */
  readonly onStep: (what: string) => void;
  /** Called where a store hangs and only a new process helps. */
  readonly onHang: (error: AppError) => void;
}

/** ClickHouse's is made first, so Postgres' alone means that somebody took the other away. */
function requireBoth({ clickhouse, postgres, path }: DataDirectory): void {
  if (existsSync(postgres) && !existsSync(clickhouse))
    throw new AppError(
      'start-refused',
      `${clickhouse} is missing while ${postgres} is there, so the events would be gone: restore it, or start with another directory than ${path}.`,
    );
}

/** Migrations come after both are open, so tables without the database that records them mean that it was taken away. */
async function requireKnownTables(clickhouse: ClickHouse, { postgres, path }: DataDirectory): Promise<void> {
  if (existsSync(postgres)) return;
  const [found] = await clickhouse.query<{ result: number }>({
    sql: RAW_TABLE_EXISTS,
    limits: { maxSeconds: 10, maxMemoryBytes: 100_000_000 },
  });
  if (Number(found?.result) === 1)
    throw new AppError(
      'start-refused',
      `${postgres} is missing while there are events, so their definitions would be gone: restore it, or start with another directory than ${path}.`,
    );
}

/**
 * Opens both stores, embedded in the data directory or served where a URL says so, and brings them up to date.
 * @throws AppError 'start-refused' or 'migration-refused' with one sentence; nothing stays open then.
 */
export async function openStores(
  config: Config,
  root: string,
  { onStep, onHang }: StoresListener,
): Promise<Stores> {
  const { clickhouseUrl, databaseUrl } = config;
  const closers: (() => Promise<void> | void)[] = [];
  const close = async (): Promise<void> => {
    for (const step of closers.splice(0).reverse()) await step();
  };
  let directory: DataDirectory | undefined;
  const embedded = (): DataDirectory => {
    if (directory === undefined) {
      const opened = openDataDirectory(config.dataDirectory);
      closers.push(() => opened.release());
      directory = opened;
    }
    return directory;
  };
  try {
    if (clickhouseUrl === null && databaseUrl === null) requireBoth(embedded());
    onStep(clickhouseUrl === null ? `ClickHouse in ${embedded().path}` : 'ClickHouse on its server');
    const clickhouse =
      clickhouseUrl === null
        ? await openEmbeddedClickHouse({ directory: embedded().clickhouse, givesWay: true, onHang })
        : openServerClickHouse({ url: clickhouseUrl });
    closers.push(() => clickhouse.close());
    if (clickhouseUrl === null && databaseUrl === null) await requireKnownTables(clickhouse, embedded());
    onStep(databaseUrl === null ? `Postgres in ${embedded().path}` : 'Postgres on its server');
    const postgres =
      databaseUrl === null
        ? await openEmbeddedPostgres({ directory: embedded().postgres })
        : openServerPostgres({ url: databaseUrl });
    closers.push(() => postgres.close());
    onStep('migrations');
    await migrateClickHouse(clickhouse, join(root, 'migrations', 'clickhouse'));
    await migratePostgres(postgres, join(root, 'migrations', 'postgres'));
    return { clickhouse, postgres, sole: clickhouseUrl === null || databaseUrl === null, close };
  } catch (error) {
    await close();
    throw error;
  }
}
