import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type Scorecard,
  ScorecardMetrics,
  type ScorecardPointer,
  Sweep,
  type SweepDependencies,
} from '../../src/analyse/index.ts';
import { buildIdentity, type LiveAttribution } from '../../src/attribute/index.ts';
import type { ExperimentPlan } from '../../src/catalogue/index.ts';
import { AppError } from '../../src/errors.ts';
import { attributionOf, planOf, twoArms } from './fixtures.ts';

const START = new Date('2026-02-01T00:00:00Z');

/** A sweep over experiments in memory, and what it did. */
function setUp(plans: readonly ExperimentPlan[], overrides: Partial<SweepDependencies> = {}) {
  const saved: Scorecard[][] = [];
  const read: string[][] = [];
  const alone: string[] = [];
  const latest = new Map<string, ScorecardPointer>();
  const withoutMoments = new Set<string>();
  const registry = new Registry();
  const attributions = new Map<string, Partial<LiveAttribution>>();
  const sweep = new Sweep({
    plans: async (_, keys) => plans.filter(({ key }) => keys === null || keys.includes(key)),
    live: {
      experiments: async () => new Set(plans.map(({ key }) => key).filter((key) => !withoutMoments.has(key))),
      readMany: async function* (experiments) {
        read.push([...experiments]);
        for (const plan of plans)
          if (experiments.includes(plan.key) && !withoutMoments.has(plan.key))
            yield {
              ...attributionOf({ dataThrough: new Date(), ...twoArms([50, 500], [90, 500]) }),
              ...{ experiment: plan.key, build: 1, identity: buildIdentity(plan) },
              ...attributions.get(plan.key),
            };
      },
    },
    scorecards: { saveAll: async (some) => void saved.push([...some]), latest: async () => latest },
    alone: async (experiment) => void alone.push(experiment),
    metrics: new ScorecardMetrics(registry),
    logger: pino({ level: 'silent' }),
    now: () => new Date(),
    engineVersion: '0.1.0',
    ...overrides,
  });
  const keysSaved = () => saved.map((some) => some.map(({ results }) => results.experiment));
  return { sweep, saved, read, alone, latest, withoutMoments, attributions, registry, keysSaved };
}

const plansOf = (...keys: string[]) => keys.map((key) => planOf({ key, refreshSeconds: 10 }));

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: START });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the sweep', () => {
  it('makes the scorecards of those that changed together, and reads nothing of the others', async () => {
    const { sweep, saved, read, keysSaved } = setUp(plansOf('a', 'b', 'idle'));
    sweep.changed(['a', 'b']);
    await sweep.settled();
    expect(keysSaved()).toEqual([['a', 'b']]);
    expect(read).toEqual([['a', 'b']]);
    expect(saved[0]?.[0]?.results).toMatchObject({
      experiment: 'a',
      dataThrough: START.toISOString(),
      attribution: { source: 'moments' },
    });
  });

  it('makes one of an experiment every refreshSeconds at most, and then the last change is in it', async () => {
    const { sweep, saved, keysSaved } = setUp(plansOf('a'));
    sweep.changed(['a']);
    await sweep.settled();
    await vi.advanceTimersByTimeAsync(4_000);
    sweep.changed(['a']);
    sweep.changed(['a']);
    await vi.advanceTimersByTimeAsync(5_999);
    await sweep.settled();
    expect(keysSaved()).toEqual([['a']]);
    await vi.advanceTimersByTimeAsync(1);
    await sweep.settled();
    expect(keysSaved()).toEqual([['a'], ['a']]);
    expect(saved[1]?.[0]?.results.dataThrough).toBe(new Date(START.getTime() + 10_000).toISOString());
    await vi.advanceTimersByTimeAsync(60_000);
    await sweep.settled();
    expect(keysSaved()).toHaveLength(2);
  });

  it('makes one more of what changes while it is being made', async () => {
    const { sweep, keysSaved } = setUp(plansOf('a'));
    sweep.changed(['a']);
    sweep.changed(['a']);
    await sweep.settled();
    await vi.advanceTimersByTimeAsync(9_999);
    await sweep.settled();
    expect(keysSaved()).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(10_001);
    await sweep.settled();
    expect(keysSaved()).toHaveLength(2);
  });

  it('leaves out what cannot be made, counts it, and makes the rest', async () => {
    const { sweep, attributions, registry, keysSaved } = setUp(plansOf('a', 'broken', 'c'));
    attributions.set('broken', { dataThrough: new Date(Number.NaN) });
    sweep.changed(['a', 'broken', 'c']);
    await sweep.settled();
    expect(keysSaved()).toEqual([['a', 'c']]);
    const metrics = await registry.metrics();
    expect(metrics).toContain('assay_scorecard_failures_total{experiment="broken"} 1');
    expect(metrics).toContain('assay_scorecard_seconds_count 2');
  });

  it('tries again what could not be saved', async () => {
    let failures = 1;
    const saved: string[] = [];
    const { sweep, registry } = setUp(plansOf('a', 'b'), {
      scorecards: {
        latest: async () => new Map(),
        saveAll: async (some) => {
          if (failures-- > 0) throw new AppError('unavailable', 'the store is away');
          saved.push(...some.map(({ results }) => results.experiment));
        },
      },
    });
    sweep.changed(['a', 'b']);
    await sweep.settled();
    expect(saved).toEqual([]);
    expect(await registry.metrics()).toContain('assay_scorecards_due 2');
    await vi.advanceTimersByTimeAsync(1_000);
    await sweep.settled();
    expect(saved).toEqual(['a', 'b']);
    expect(await registry.metrics()).toContain('assay_scorecards_due 0');
  });

  it('makes all others where one makes what is asked of all of them fail, and tries that one again later', async () => {
    const keys = Array.from({ length: 100 }, (_, index) => `e${index}`);
    const plans = plansOf(...keys);
    let questions = 0;
    let isBroken = true;
    const { sweep, registry, keysSaved } = setUp(plans, {
      plans: async (_, wanted) => {
        questions += 1;
        if (isBroken && wanted?.includes('e37')) throw new Error('a plan that cannot be read');
        return plans.filter(({ key }) => wanted?.includes(key));
      },
    });
    sweep.changed(keys);
    await sweep.settled();
    expect(keysSaved().flat().toSorted()).toEqual(keys.filter((key) => key !== 'e37').toSorted());
    expect(questions).toBeLessThan(20);
    expect(await registry.metrics()).toContain('assay_scorecard_failures_total{experiment="e37"} 1');
    isBroken = false;
    await vi.advanceTimersByTimeAsync(59_999);
    await sweep.settled();
    expect(keysSaved().flat()).toHaveLength(99);
    await vi.advanceTimersByTimeAsync(1);
    await sweep.settled();
    expect(keysSaved().at(-1)).toEqual(['e37']);
  });

  it('has those without live moments of their definition made alone', async () => {
    const { sweep, alone, attributions, withoutMoments, keysSaved } = setUp(plansOf('a', 'new', 'changed'));
    withoutMoments.add('new');
    attributions.set('changed', { identity: 'of another definition' });
    sweep.changed(['a', 'new', 'changed', 'unknown']);
    await sweep.settled();
    expect(keysSaved()).toEqual([['a']]);
    expect(alone).toEqual(['new', 'changed']);
  });

  it('goes on after a question that failed, with nothing lost', async () => {
    let failures = 1;
    const plans = plansOf('a');
    const { sweep, keysSaved } = setUp(plans, {
      plans: async () => {
        if (failures-- > 0) throw new AppError('unavailable', 'the store is away');
        return plans;
      },
    });
    sweep.changed(['a']);
    await sweep.settled();
    expect(keysSaved()).toEqual([]);
    await vi.advanceTimersByTimeAsync(1_000);
    await sweep.settled();
    expect(keysSaved()).toEqual([['a']]);
  });

  it('looks for scorecards that are missing, a day old, or without anybody who tells of changes', async () => {
    const { sweep, alone, latest, withoutMoments, keysSaved } = setUp(
      plansOf('missing', 'young', 'old', 'without', 'without-young'),
    );
    const aged = (ms: number) => ({
      scorecardId: 'sc_1',
      dataThrough: START,
      computedAt: new Date(START.getTime() - ms),
    });
    latest.set('young', aged(86_399_999)).set('old', aged(86_400_000));
    latest.set('without', aged(10_000)).set('without-young', aged(9_999));
    withoutMoments.add('without').add('without-young');
    await sweep.look();
    await sweep.settled();
    expect(keysSaved()).toEqual([['missing', 'old']]);
    expect(alone).toEqual(['without']);
  });

  it('makes thousands in parts, so that one that cannot be saved does not hold up all', async () => {
    const keys = Array.from({ length: 600 }, (_, index) => `e${index}`);
    const { sweep, keysSaved } = setUp(plansOf(...keys));
    sweep.changed(keys);
    await sweep.settled();
    expect(keysSaved().map((some) => some.length)).toEqual([250, 250, 100]);
    expect(keysSaved().flat()).toEqual(keys);
  });

  it('makes none after it was stopped', async () => {
    const { sweep, keysSaved } = setUp(plansOf('a'));
    await sweep.stop();
    sweep.changed(['a']);
    await sweep.settled();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(keysSaved()).toEqual([]);
  });
});
