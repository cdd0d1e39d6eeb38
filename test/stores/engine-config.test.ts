import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openEmbeddedClickHouse } from '../../src/stores/clickhouse/index.ts';

it('leaves half of the cores to whatever does not merge', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'assay-config-'));
  const engine = await openEmbeddedClickHouse({ directory });
  const [setting] = await engine.query<{ value: string }>({
    sql: "SELECT value FROM system.server_settings WHERE name = 'background_pool_size'",
    limits: { maxSeconds: 10, maxMemoryBytes: 100_000_000 },
  });
  await engine.close();
  rmSync(directory, { recursive: true, force: true });
  const threads = Number(setting?.value);
  expect(threads).toBeGreaterThanOrEqual(1);
  expect(threads).toBeLessThanOrEqual(Math.max(1, availableParallelism() / 2));
});
