import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { openEmbeddedClickHouse } from '../../src/stores/clickhouse/index.ts';
import type { Target } from './load.ts';

const MAIN = fileURLToPath(new URL('../../dist/src/main.js', import.meta.url));

export interface BenchService extends Target {
  /** Stops the service and counts what its tables hold. */
  stopAndCount(): Promise<number>;
}

/** The service as it is shipped, in a process and a temporary directory of its own, which goes with it. */
export async function startService(): Promise<BenchService> {
  const directory = mkdtempSync(join(tmpdir(), 'assay-bench-collect-'));
  const token = `bench-${crypto.randomUUID()}`;
  const env = { ...process.env, PORT: '0', ASSAY_DATA: directory, ASSAY_DEMO: 'off', ASSAY_TOKEN: token };
  const child = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const lines = createInterface({ input: child.stdout });
  const url = await Promise.race([addressIn(lines), exited.then(() => null)]);
  if (url === null) {
    rmSync(directory, { recursive: true, force: true });
    throw new Error('The service ended before it was ready; run `npm run build` first.');
  }
  return {
    url,
    token,
    stopAndCount: async () => {
      child.kill('SIGTERM');
      await exited;
      try {
        return await countRows(join(directory, 'clickhouse'));
      } finally {
        rmSync(directory, { recursive: true, force: true });
      }
    },
  };
}

/** The address that the service prints once it is ready. */
function addressIn(lines: Interface): Promise<string> {
  return new Promise((resolve) => {
    lines.on('line', (line) => {
      const address = /\bready\s+(http:\S+)/.exec(line)?.[1];
      if (address !== undefined) resolve(address);
    });
  });
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
