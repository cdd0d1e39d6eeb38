import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { ScheduleKeeper } from '../../src/jobs/index.ts';

/** Schedules in memory, as another process may change them too. */
function setUp(running: Map<string, number>) {
  const schedules = new Map<string, number>();
  const calls: string[] = [];
  const keeper = new ScheduleKeeper({
    jobs: {
      scheduled: async () => [...schedules.keys()].sort(),
      scheduleScorecard: async (key, seconds) => {
        calls.push(`schedule ${key}`);
        schedules.set(key, seconds);
      },
      unscheduleScorecard: async (key) => {
        calls.push(`unschedule ${key}`);
        schedules.delete(key);
      },
    },
    running: async () => [...running].map(([key, refreshSeconds]) => ({ key, refreshSeconds })),
    logger: pino({ level: 'silent' }),
  });
  return { keeper, schedules, calls };
}

describe('the schedules', () => {
  it('are those of the running experiments, at their intervals', async () => {
    const running = new Map([['a', 60]]);
    const { keeper, schedules } = setUp(running);
    schedules.set('gone', 5);
    await keeper.reconcile();
    expect([...schedules]).toEqual([['a', 60]]);
    running.set('a', 10).set('b', 1);
    await keeper.reconcile();
    expect([...schedules]).toEqual([
      ['a', 10],
      ['b', 1],
    ]);
  });

  it('keep their beat while nothing changes', async () => {
    const { keeper, calls } = setUp(new Map([['a', 60]]));
    await keeper.reconcile();
    await keeper.reconcile();
    expect(calls).toEqual(['schedule a']);
  });

  it('come back when somebody else has removed them', async () => {
    const { keeper, schedules } = setUp(new Map([['a', 60]]));
    await keeper.reconcile();
    schedules.clear();
    await keeper.reconcile();
    expect([...schedules]).toEqual([['a', 60]]);
  });
});
