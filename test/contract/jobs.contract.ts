import { type Logger, pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Jobs, type JobsOptions, openJobs } from '../../src/jobs/index.ts';
import type { Postgres } from '../../src/stores/postgres/index.ts';

const logger: Logger = pino({ level: 'silent' });

/** A promise that the test resolves, and one for each time somebody came to it. */
function gate() {
  const open = Promise.withResolvers<void>();
  const arrivals: PromiseWithResolvers<string>[] = [];
  let arrived = 0;
  const nth = (n: number) => {
    arrivals[n] ??= Promise.withResolvers<string>();
    return arrivals[n];
  };
  return {
    pass: (experiment: string) => {
      nth(arrived++).resolve(experiment);
      return open.promise;
    },
    /** The experiment that came as the n-th, counted from 0. */
    arrival: (n: number) => nth(n).promise,
    open: () => open.resolve(),
  };
}

/** What the jobs do over any pool. */
export function jobsContract(
  name: string,
  prepare: () => Promise<{ postgres: Postgres; remove(): Promise<void> }>,
): void {
  describe(`Jobs contract: ${name}`, () => {
    let postgres: Postgres;
    let remove: () => Promise<void>;
    const opened: Jobs[] = [];

    beforeAll(async () => {
      ({ postgres, remove } = await prepare());
    });
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((jobs) => jobs.close()));
      await postgres.query('DROP SCHEMA IF EXISTS bullmq CASCADE');
    });
    afterAll(async () => {
      await postgres.close();
      await remove();
    });

    async function open(options: Partial<JobsOptions> = {}): Promise<Jobs> {
      const jobs = await openJobs({ pool: postgres.pool, logger, retryDelayMs: 10, ...options });
      opened.push(jobs);
      return jobs;
    }

    describe('runs', () => {
      it('go from queued over running to done', async () => {
        const jobs = await open();
        const id = await jobs.runScorecardNow('checkout:colour');
        expect(await jobs.run(id)).toEqual({
          id,
          experiment: 'checkout:colour',
          state: 'queued',
          startedAt: null,
          finishedAt: null,
          error: null,
        });
        const busy = gate();
        await jobs.work({ scorecard: busy.pass });
        expect(await busy.arrival(0)).toBe('checkout:colour');
        expect(await jobs.run(id)).toMatchObject({
          state: 'running',
          startedAt: expect.any(Date),
          finishedAt: null,
        });
        busy.open();
        const done = await jobs.waitFor(id);
        expect(done).toMatchObject({ id, state: 'done', error: null });
        expect(Number(done.finishedAt)).toBeGreaterThanOrEqual(Number(done.startedAt));
      });

      it('that wait are shared by everybody who asks', async () => {
        const jobs = await open();
        const ids = await Promise.all(Array.from({ length: 10 }, () => jobs.runScorecardNow('a')));
        expect(new Set(ids).size).toBe(1);
        expect(await jobs.counts()).toEqual({ waiting: 1, active: 0, failed: 0 });
      });

      it('of one experiment never overlap, and all that is asked during one is answered by one more', async () => {
        const jobs = await open({ concurrency: 4 });
        const other = await open({ concurrency: 4 });
        const busy = gate();
        let running = 0;
        const overlaps: number[] = [];
        const handler = async (experiment: string) => {
          overlaps.push(++running);
          await busy.pass(experiment);
          running -= 1;
        };
        await Promise.all([jobs.work({ scorecard: handler }), other.work({ scorecard: handler })]);
        const first = await jobs.runScorecardNow('a');
        await busy.arrival(0);
        const later: string[] = [];
        for (let n = 0; n < 12; n += 1) later.push(await (n % 2 === 0 ? jobs : other).runScorecardNow('a'));
        expect(later).not.toContain(first);
        expect((await jobs.run(later[5] ?? ''))?.state).toBe('queued');
        busy.open();
        const states = await Promise.all(later.map((id) => other.waitFor(id)));
        expect(overlaps).toEqual([1, 1]);
        const firstRun = await jobs.run(first);
        for (const state of states) {
          expect(state).toMatchObject({ state: 'done', experiment: 'a' });
          expect(Number(state.startedAt)).toBeGreaterThanOrEqual(Number(firstRun?.finishedAt));
        }
        expect(await jobs.counts()).toEqual({ waiting: 0, active: 0, failed: 0 });
      });

      it('of different experiments go side by side, as many as the concurrency allows', async () => {
        const jobs = await open({ concurrency: 3 });
        const busy = gate();
        await jobs.work({ scorecard: busy.pass });
        const ids = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((key) => jobs.runScorecardNow(key)));
        const running = await Promise.all([busy.arrival(0), busy.arrival(1), busy.arrival(2)]);
        expect(new Set(running).size).toBe(3);
        expect(await jobs.counts()).toEqual({ waiting: 2, active: 3, failed: 0 });
        busy.open();
        await Promise.all(ids.map((id) => jobs.waitFor(id)));
      });

      it('of an experiment whose key begins like another are told apart', async () => {
        const jobs = await open({ concurrency: 2 });
        const busy = gate();
        await jobs.work({ scorecard: busy.pass });
        await jobs.runScorecardNow('a');
        await busy.arrival(0);
        const after = await jobs.runScorecardNow('a');
        await jobs.runScorecardNow('a.b');
        await busy.arrival(1);
        busy.open();
        expect(await jobs.waitFor(after)).toMatchObject({ experiment: 'a' });
      });

      it('that fail are tried again, three times in all', async () => {
        const jobs = await open();
        const attempts: string[] = [];
        await jobs.work({
          scorecard: async (experiment: string) => {
            attempts.push(experiment);
            if (experiment === 'broken' || attempts.length < 3) throw new Error(`attempt ${attempts.length}`);
          },
        });
        expect(await jobs.waitFor(await jobs.runScorecardNow('shaky'))).toMatchObject({
          state: 'done',
          error: null,
        });
        expect(attempts).toEqual(['shaky', 'shaky', 'shaky']);
        const failed = await jobs.waitFor(await jobs.runScorecardNow('broken'));
        expect(failed).toMatchObject({ state: 'failed', error: 'attempt 6' });
        expect(attempts).toHaveLength(6);
        expect((await jobs.counts()).failed).toBe(1);
      });

      it('of an experiment that has failed for good begin again when asked', async () => {
        const jobs = await open();
        let broken = true;
        await jobs.work({
          scorecard: async () => {
            if (broken) throw new Error('broken');
          },
        });
        expect((await jobs.waitFor(await jobs.runScorecardNow('a'))).state).toBe('failed');
        broken = false;
        expect((await jobs.waitFor(await jobs.runScorecardNow('a'))).state).toBe('done');
      });

      it('are forgotten beyond the number to be kept', async () => {
        const jobs = await open({ keptRuns: 3 });
        await jobs.work({ scorecard: async () => undefined });
        const ids: string[] = [];
        for (let n = 0; n < 6; n += 1) {
          const id = await jobs.runScorecardNow('a');
          ids.push(id);
          await jobs.waitFor(id);
        }
        const states = await Promise.all(ids.map((id) => jobs.run(id)));
        expect(states.map((state) => state?.state ?? null)).toEqual([
          null,
          null,
          null,
          'done',
          'done',
          'done',
        ]);
      });

      it('that nobody knows are null, and cannot be waited for', async () => {
        const jobs = await open();
        for (const id of ['', 'nonsense', 'after.5.nonsense', 'a.6f2a1f0e-8a56-4f0e-9a53-1f1f1f1f1f1f']) {
          expect(await jobs.run(id)).toBeNull();
          await expect(jobs.waitFor(id)).rejects.toMatchObject({ code: 'not-found' });
        }
      });
    });

    describe('regular work', () => {
      it('of the sweep is done at once and again and again, and again after it has failed', async () => {
        const jobs = await open({ sweepEveryMs: 1000 });
        const fourth = Promise.withResolvers<void>();
        let sweeps = 0;
        await jobs.work({
          scorecard: async () => undefined,
          sweep: async () => {
            sweeps += 1;
            if (sweeps === 1) throw new Error('not this time');
            if (sweeps === 4) fourth.resolve();
          },
        });
        await fourth.promise;
      });

      it('is done in one of the processes at a time', async () => {
        const all = [await open({ sweepEveryMs: 1000 }), await open({ sweepEveryMs: 1000 })];
        const third = Promise.withResolvers<void>();
        const swept: number[] = [];
        await Promise.all(
          all.map((jobs) =>
            jobs.work({
              scorecard: async () => undefined,
              sweep: async () => {
                swept.push(Date.now());
                if (swept.length === 3) third.resolve();
              },
            }),
          ),
        );
        await third.promise;
        // The second to begin takes the schedule over, and its first turn may come at once.
        expect((swept[2] ?? 0) - (swept[0] ?? 0)).toBeGreaterThan(900);
      });

      it('survives a restart, and is not done where nobody can', async () => {
        const before = await open({ sweepEveryMs: 1000 });
        await before.work({ scorecard: async () => undefined, sweep: async () => undefined });
        await before.close();
        const after = await open({ sweepEveryMs: 1000 });
        const swept = Promise.withResolvers<void>();
        await after.work({ scorecard: async () => undefined, sweep: async () => swept.resolve() });
        await swept.promise;
      });

      it('that looks for overlaps is done at once and again, beside the sweep and after it has failed', async () => {
        const jobs = await open({ overlapsEveryMs: 1000, sweepEveryMs: 1000 });
        const [third, swept] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
        let looks = 0;
        await jobs.work({
          scorecard: async () => undefined,
          sweep: async () => swept.resolve(),
          overlaps: async () => {
            looks += 1;
            if (looks === 1) throw new Error('not this time');
            if (looks === 3) third.resolve();
          },
        });
        await Promise.all([third.promise, swept.promise]);
      });

      it('of the night is done by its schedule, and again after it has failed', async () => {
        const jobs = await open({ nightly: '* * * * * *' });
        const third = Promise.withResolvers<void>();
        let nights = 0;
        await jobs.work({
          scorecard: async () => undefined,
          night: async () => {
            nights += 1;
            if (nights === 1) throw new Error('not this time');
            if (nights === 3) third.resolve();
          },
        });
        await third.promise;
      });
    });

    describe('keyed queues', () => {
      it('never run one key twice at once, and once more for all that was asked during a run', async () => {
        const [jobs, other] = [await open(), await open()];
        const queues = [jobs.keyed('letters'), other.keyed('letters')];
        const [first, second] = queues;
        const busy = gate();
        const done: string[] = [];
        const finished = Promise.withResolvers<void>();
        let running = 0;
        const overlaps: number[] = [];
        for (const queue of queues)
          await queue.work(async (key) => {
            if (key === 'a') overlaps.push(++running);
            await busy.pass(key);
            if (key === 'a') running -= 1;
            done.push(key);
            if (done.length === 3) finished.resolve();
          }, 4);
        await first?.ask('a');
        expect(await busy.arrival(0)).toBe('a');
        for (let n = 0; n < 10; n += 1) await (n % 2 === 0 ? first : second)?.ask('a');
        await second?.ask('b');
        expect(await busy.arrival(1)).toBe('b');
        busy.open();
        await finished.promise;
        expect(done.toSorted()).toEqual(['a', 'a', 'b']);
        expect(overlaps).toEqual([1, 1]);
      });

      it('run a key again that has failed, when it is asked for', async () => {
        const queue = (await open()).keyed('letters');
        const third = Promise.withResolvers<void>();
        const failed = gate();
        failed.open();
        let runs = 0;
        await queue.work(async (key) => {
          runs += 1;
          void failed.pass(key);
          if (runs === 3) third.resolve();
          throw new Error(`run ${runs}`);
        }, 1);
        for (let n = 0; n < 3; n += 1) {
          await queue.ask('a');
          await failed.arrival(n);
        }
        await third.promise;
      });

      it('are stopped with the rest, and what waits is run by the next', async () => {
        const jobs = await open();
        const queue = jobs.keyed('letters');
        const busy = gate();
        await queue.work(busy.pass, 1);
        await queue.ask('a');
        await busy.arrival(0);
        await queue.ask('b');
        const closed = jobs.close();
        busy.open();
        await closed;
        const next = gate();
        next.open();
        await (await open()).keyed('letters').work(next.pass, 1);
        expect(await next.arrival(0)).toBe('b');
      });
    });

    describe('the end', () => {
      it('waits for the run under way, which is done afterwards', async () => {
        const jobs = await open();
        const busy = gate();
        await jobs.work({ scorecard: busy.pass });
        const id = await jobs.runScorecardNow('a');
        await busy.arrival(0);
        let closed = false;
        const closing = jobs.close().then(() => {
          closed = true;
        });
        await postgres.ping();
        expect(closed).toBe(false);
        busy.open();
        await closing;
        expect(await (await open()).run(id)).toMatchObject({ state: 'done' });
      });

      it('leaves what waits in the queue for the next to take', async () => {
        const jobs = await open({ concurrency: 1 });
        const busy = gate();
        await jobs.work({ scorecard: busy.pass });
        await jobs.runScorecardNow('a');
        await busy.arrival(0);
        const waiting = await jobs.runScorecardNow('b');
        const stopped = jobs.stopWork();
        busy.open();
        await stopped;
        expect((await jobs.run(waiting))?.state).toBe('queued');
        const seen: string[] = [];
        await jobs.work({
          scorecard: async (experiment: string) => {
            seen.push(experiment);
          },
        });
        await jobs.waitFor(waiting);
        expect(seen).toEqual(['b']);
      });

      it('tells those who wait for a run that it comes', async () => {
        const jobs = await open();
        const waiting = jobs.waitFor(await jobs.runScorecardNow('a'));
        const refused = expect(waiting).rejects.toMatchObject({ code: 'unavailable' });
        await Promise.all([jobs.close(), jobs.close()]);
        await refused;
      });
    });
  });
}
