// The embedded engine in a process of its own, driven by messages: node embedded-process.ts <directory>
import {
  type ClickHouse,
  type InsertBlock,
  openEmbeddedClickHouse,
  type Statement,
} from '../../src/stores/clickhouse/index.ts';

export type EngineRequest =
  | { readonly id: number; readonly insert: InsertBlock }
  | { readonly id: number; readonly query: Statement }
  | { readonly id: number; readonly command: Statement };

export interface EngineAnswer {
  readonly id: number;
  readonly rows: unknown[];
  readonly failed: string | null;
}

const clickhouse = await openEmbeddedClickHouse({ directory: process.argv[2] ?? '' });

process.on('message', (request: EngineRequest) => {
  run(clickhouse, request).then(
    (rows) => answer({ id: request.id, rows, failed: null }),
    (error: unknown) => answer({ id: request.id, rows: [], failed: String(error) }),
  );
});
// The parent is gone; the engine's threads would hold up an ordinary exit.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
process.send?.('ready');

async function run(target: ClickHouse, request: EngineRequest): Promise<unknown[]> {
  if ('query' in request) return target.query(request.query);
  if ('insert' in request)
    await target.insert({ ...request.insert, values: Buffer.from(request.insert.values) });
  else await target.command(request.command);
  return [];
}

function answer(message: EngineAnswer): void {
  process.send?.(message);
}
