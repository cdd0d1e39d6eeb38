import { mkdirSync } from 'node:fs';
import { basename } from 'node:path';
import type { Session } from 'chdb';
import { AppError } from '../../errors.ts';
import type { ClickHouse } from './clickhouse.port.ts';
import { EmbeddedClickHouse, type EmbeddedClickHouseTuning } from './embedded-clickhouse.ts';
import { type EngineMemory, writeEngineConfig } from './engine-config.ts';
import { giveWay } from './give-way.ts';
import { parseRows } from './json-rows.ts';
import { forgetLostTokens, hasLostTokens } from './lost-tokens.ts';
import { orphanedTables } from './orphaned-tables.ts';
import { SessionPool } from './session-pool.ts';

export interface EmbeddedClickHouseOptions extends EngineMemory, EmbeddedClickHouseTuning {
  /** The engine's own directory; created where absent. One process at a time may have it open. */
  readonly directory: string;
  /** Whether the engine's threads give way to the others of this process; see {@link giveWay}. */
  readonly givesWay?: boolean;
}

/** Opens the embedded engine (chdb); AppError `start-refused` where the directory cannot be opened or is damaged. */
export async function openEmbeddedClickHouse(options: EmbeddedClickHouseOptions): Promise<ClickHouse> {
  const { directory } = options;
  // Loading the library costs 150 MB of memory: only a process that embeds the engine pays for it.
  const chdb = await import('chdb');
  const prepare = () => {
    mkdirSync(directory, { recursive: true });
    const connectionArgs = [`--config-file=${writeEngineConfig(directory, options)}`];
    return () => new chdb.Session(directory, { connectionArgs });
  };
  let { open, anchor } = openSessions(prepare, directory);
  // Looked for while open, when nobody else can have the directory open; the engine reads the tokens when it opens.
  if (hasLostTokens(directory)) {
    anchor.close();
    forgetLostTokens(directory);
    ({ open, anchor } = openSessions(prepare, directory));
  }
  try {
    // Their uuid column is empty in the embedded engine.
    const known = await anchor.queryAsync('SELECT arrayJoin(data_paths) AS path FROM system.tables', {
      format: 'JSONEachRow',
    });
    const paths = parseRows<{ path: string }>(known.text()).map((row) => row.path);
    const [orphan] = orphanedTables(directory, new Set(paths.map((path) => basename(path))));
    if (orphan !== undefined) throw refusal(directory, new Error(`no table is known for ${orphan}`));
    // Its threads are there by now, and those that run its statements.
    if (options.givesWay === true) giveWay();
    return new EmbeddedClickHouse(anchor, new SessionPool(open), options);
  } catch (error) {
    anchor.close();
    throw error instanceof AppError ? error : refusal(directory, error);
  }
}

function openSessions(prepare: () => () => Session, directory: string) {
  try {
    const open = prepare();
    return { open, anchor: open() };
  } catch (cause) {
    throw refusal(directory, cause);
  }
}

function refusal(directory: string, cause: unknown): AppError {
  return new AppError(
    'start-refused',
    `The embedded ClickHouse cannot open ${directory}: it is damaged, not writable or open in another process; stop that process, or restore the directory from a backup.`,
    { cause },
  );
}
