import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { openClickHouse, removeDirectory, temporaryDirectory } from '../ingest/open-stores.ts';

const CHILD = fileURLToPath(new URL('./killed-collector.ts', import.meta.url));
/** How many bodies each process acknowledges before it is killed, in the middle of others. */
const ACKNOWLEDGED = [1, 17, 4, 60, 33, 9];

describe('a collector killed with -9', () => {
  const directory = temporaryDirectory();
  afterAll(() => removeDirectory(directory));

  async function runAndKill(run: string, bodies: number): Promise<string[]> {
    const child = spawn(process.execPath, [CHILD, directory, run], { stdio: ['ignore', 'pipe', 'pipe'] });
    let errors = '';
    child.stderr.on('data', (chunk) => {
      errors += chunk;
    });
    const exited = once(child, 'exit');
    const acknowledged: string[] = [];
    let seen = 0;
    for await (const line of createInterface({ input: child.stdout })) {
      acknowledged.push(...(JSON.parse(line) as string[]));
      seen += 1;
      if (seen === bodies) child.kill('SIGKILL');
    }
    await exited;
    expect(seen, errors).toBeGreaterThanOrEqual(bodies);
    return acknowledged;
  }

  it('has lost no acknowledged event and doubled none', async () => {
    const acknowledged: string[] = [];
    for (const [i, bodies] of ACKNOWLEDGED.entries())
      acknowledged.push(...(await runAndKill(`run${i}`, bodies)));
    const clickhouse = await openClickHouse(directory);
    const rows = await clickhouse.query<{ id: string; n: string }>({
      sql: `SELECT id, count() AS n FROM (SELECT id FROM raw_impressions UNION ALL SELECT id FROM raw_conversions) GROUP BY id`,
      limits: { maxSeconds: 20, maxMemoryBytes: 1_000_000_000 },
    });
    await clickhouse.close();
    const counts = new Map(rows.map(({ id, n }) => [id, Number(n)]));
    expect(acknowledged.length).toBeGreaterThanOrEqual(40 * ACKNOWLEDGED.reduce((sum, n) => sum + n, 0));
    expect(acknowledged.filter((id) => counts.get(id) !== 1)).toEqual([]);
    expect([...counts.values()].filter((n) => n !== 1)).toEqual([]);
  });
});
