import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { constants, getPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openEmbeddedClickHouse } from '../../src/stores/clickhouse/index.ts';

const LIMITS = { maxSeconds: 30, maxMemoryBytes: 500_000_000 };

/** How many threads of this process have each priority; only Linux tells. */
function priorities(): Map<number, number> {
  const found = new Map<number, number>();
  const tasks = process.platform === 'linux' ? readdirSync('/proc/self/task') : [];
  for (const task of tasks) {
    const priority = getPriority(Number(task));
    found.set(priority, (found.get(priority) ?? 0) + 1);
  }
  return found;
}

it('threads of the engine give way to the one that serves', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'assay-gives-way-'));
  const before = getPriority();
  const engine = await openEmbeddedClickHouse({ directory, givesWay: true });
  try {
    await engine.query({
      sql: 'SELECT count() FROM numbers_mt(1000000) WHERE sipHash64(number) % 3 = 0 SETTINGS max_threads = 4',
      limits: LIMITS,
    });
    expect(getPriority()).toBe(before);
    if (process.platform !== 'linux') return;
    const after = priorities();
    expect(after.get(constants.priority.PRIORITY_BELOW_NORMAL)).toBeGreaterThan(3);
  } finally {
    await engine.close();
    rmSync(directory, { recursive: true });
  }
});
