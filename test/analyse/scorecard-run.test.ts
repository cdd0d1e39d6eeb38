import { pino } from 'pino';
import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import {
  type Scorecard,
  ScorecardMetrics,
  ScorecardRun,
  type ScorecardRunDependencies,
  scorecardIdOf,
} from '../../src/analyse/index.ts';
import { AppError } from '../../src/errors.ts';
import { attributionOf, planOf, twoArms } from './fixtures.ts';

const WATERMARK = new Date('2026-02-01T00:00:00Z');

function runner(overrides: Partial<ScorecardRunDependencies> = {}) {
  const registry = new Registry();
  const saved: Scorecard[] = [];
  const logged: string[] = [];
  let nowMs = WATERMARK.getTime();
  const now = () => {
    nowMs += 1500;
    return new Date(nowMs);
  };
  const metrics = new ScorecardMetrics(registry);
  const run = new ScorecardRun({
    catalogue: { plan: async (key) => planOf({ key }) },
    watermark: async () => WATERMARK,
    attributions: {
      run: async (_, { dataThrough }) => attributionOf({ dataThrough, ...twoArms([50, 500], [90, 500]) }),
    },
    scorecards: { save: async (scorecard) => void saved.push(scorecard) },
    metrics,
    logger: pino({ level: 'info' }, { write: (line: string) => void logged.push(line) }),
    now,
    engineVersion: '0.1.0',
    ...overrides,
  });
  return { run, registry, saved, logged };
}

it('makes a scorecard of everything up to the watermark and saves it', async () => {
  const { run, registry, saved, logged } = runner();
  const { results } = await run.run('checkout');
  expect(saved.map((scorecard) => scorecard.results)).toEqual([results]);
  expect(results).toMatchObject({
    dataThrough: WATERMARK.toISOString(),
    engineVersion: '0.1.0',
    method: 'fixed',
  });
  expect(results.metrics[0]?.comparisons[0]?.verdict).toBe('better');
  expect(JSON.parse(logged[0] ?? '')).toMatchObject({
    experiment: 'checkout',
    seconds: 3,
    sampleRatio: 'ok',
  });
  const metrics = await registry.metrics();
  expect(metrics).toContain('assay_scorecard_seconds_count 1');
});

it('lets a failure through, so that the job is tried again, and counts it', async () => {
  const failure = new AppError('store-failed', 'The statement failed.');
  const { run, registry, saved } = runner({ attributions: { run: () => Promise.reject(failure) } });
  await expect(run.run('checkout')).rejects.toBe(failure);
  expect(saved).toEqual([]);
  expect(await registry.metrics()).toContain('assay_scorecard_failures_total{experiment="checkout"} 1');
});

it('repeats the same id for the same data, and only then', () => {
  const id = scorecardIdOf(planOf(), WATERMARK, '0.1.0');
  expect(id).toMatch(/^sc_[A-Za-z0-9]{20,24}$/);
  expect(scorecardIdOf(planOf(), WATERMARK, '0.1.0')).toBe(id);
  const others = [
    scorecardIdOf(planOf({ key: 'other' }), WATERMARK, '0.1.0'),
    scorecardIdOf(planOf({ specHash: 'b' }), WATERMARK, '0.1.0'),
    scorecardIdOf(planOf(), new Date(WATERMARK.getTime() + 1), '0.1.0'),
    scorecardIdOf(planOf(), WATERMARK, '0.2.0'),
  ];
  expect(new Set([id, ...others]).size).toBe(5);
});
