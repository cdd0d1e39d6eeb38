import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { openJobs } from '../../src/jobs/index.ts';
import { openEmbeddedPostgres, openServerPostgres } from '../../src/stores/postgres/index.ts';
import { startPostgres } from '../support/postgres/index.ts';
import { requireOrSkip } from '../support/requirement.ts';

const CHILD = fileURLToPath(new URL('../support/postgres/working-child.ts', import.meta.url));
const logger = pino({ level: 'silent' });
const root = mkdtempSync(join(tmpdir(), 'assay-jobs-crash-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Handles runs and lets a test wait until an experiment has run so many times. */
function recorder() {
  const seen: string[] = [];
  const waiting: { key: string; times: number; resolve: () => void }[] = [];
  const times = (key: string) => seen.filter((other) => other === key).length;
  return {
    handle: async (key: string) => {
      seen.push(key);
      for (const waiter of waiting) if (times(waiter.key) >= waiter.times) waiter.resolve();
    },
    times,
    until: (key: string, count: number) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      if (times(key) >= count) resolve();
      waiting.push({ key, times: count, resolve });
      return promise;
    },
  };
}

describe('a process that is killed in the midst of a run', () => {
  it('has the run taken again by the next, and what is regular goes on', async () => {
    const directory = join(root, 'postgres');
    const child = spawn(process.execPath, [CHILD, directory, 'stuck'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const [said] = (await once(child.stdout, 'data')) as [Buffer];
    const id = said.toString().trim().slice('begun '.length);
    child.kill('SIGKILL');
    await once(child, 'exit');

    const postgres = await openEmbeddedPostgres({ directory });
    const jobs = await openJobs({ pool: postgres.pool, logger, lockMs: 1_000, sweepEveryMs: 1_000 });
    expect(await jobs.run(id)).toMatchObject({ experiment: 'stuck', state: 'running' });
    const runs = recorder();
    await jobs.work({ scorecard: runs.handle, sweep: () => runs.handle('the sweep') });
    expect(await jobs.waitFor(id)).toMatchObject({ state: 'done' });
    expect(runs.times('stuck')).toBe(1);
    await runs.until('the sweep', 2);
    // The dead run no longer stands in the way of the next one.
    expect(await jobs.waitFor(await jobs.runScorecardNow('stuck'))).toMatchObject({ state: 'done' });
    await jobs.close();
    await postgres.close();
  });
});

const server = await startPostgres();
if ('skipped' in server) requireOrSkip('postgres', server.skipped);

describe.skipIf('skipped' in server)('a Postgres server that is killed', () => {
  it('has its queues go on by themselves when it is back', async () => {
    if ('skipped' in server) return;
    const postgres = openServerPostgres({ url: server.url });
    const jobs = await openJobs({ pool: postgres.pool, logger, lockMs: 2_000, sweepEveryMs: 1_000 });
    const runs = recorder();
    await jobs.work({ scorecard: runs.handle, sweep: () => runs.handle('the sweep') });
    await runs.until('the sweep', 2);
    await server.kill();
    await expect(jobs.runScorecardNow('other')).rejects.toMatchObject({ code: 'unavailable' });
    await expect(jobs.counts()).rejects.toMatchObject({ code: 'unavailable' });
    await server.restart();
    await runs.until('the sweep', runs.times('the sweep') + 3);
    const asked = () => jobs.runScorecardNow('other').catch(() => null);
    await expect.poll(asked, { timeout: 20_000 }).not.toBeNull();
    await runs.until('other', 1);
    await jobs.close();
    await postgres.close();
    await server.stop();
  });
});
