import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runService } from '../../scripts/run-service.ts';
import { openEmbeddedClickHouse } from '../../src/stores/clickhouse/index.ts';
import type { Target } from './load.ts';

export interface BenchService extends Target {
  /** Stops the service and counts what its tables hold. */
  stopAndCount(): Promise<number>;
}

/** The service as it is shipped, in a process and a temporary directory of its own, which goes with it. */
export async function startService(): Promise<BenchService> {
  const directory = mkdtempSync(join(tmpdir(), 'assay-bench-collect-'));
  const service = await runService({ dataDirectory: directory });
  return {
    url: service.base,
    token: service.token,
    stopAndCount: async () => {
      await service.stop();
      try {
        return await countRows(join(directory, 'clickhouse'));
      } finally {
        rmSync(directory, { recursive: true, force: true });
      }
    },
  };
}

async function countRows(directory: string): Promise<number> {
  const clickhouse = await openEmbeddedClickHouse({ directory });
  const rows = await clickhouse.query<{ n: string }>({
    sql: 'SELECT (SELECT count() FROM raw_impressions) + (SELECT count() FROM raw_conversions) AS n',
    limits: { maxSeconds: 60, maxMemoryBytes: 1_000_000_000 },
  });
  await clickhouse.close();
  return Number(rows[0]?.n);
}
