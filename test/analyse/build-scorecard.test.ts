import { describe, expect, it } from 'vitest';
import { buildScorecard, Results } from '../../src/analyse/index.ts';
import {
  attributionOf,
  epoch,
  meansOf,
  momentsRow,
  NOTHING_EXCLUDED,
  planned,
  planOf,
  proportion,
  revenue,
  signups,
  stamp,
  twoArms,
  unitsRow,
} from './fixtures.ts';

const build = (plan: Parameters<typeof planOf>[0], attribution: Parameters<typeof attributionOf>[0]) =>
  buildScorecard(planOf(plan), attributionOf(attribution), stamp);

const only = (scorecard: ReturnType<typeof build>) => {
  const comparison = scorecard.results.metrics[0]?.comparisons[0];
  if (comparison === undefined) throw new Error('no comparison');
  return comparison;
};

describe('without data', () => {
  const scorecard = build({}, {});

  it('is unknown, never p = 1 or healthy', () => {
    expect(scorecard.results.sampleRatio).toEqual({
      status: 'unknown',
      p: null,
      chiSquare: null,
      sequentialP: null,
      epoch: 1,
      units: { control: 0, treatment: 0 },
      expected: null,
      reason: 'no-impressions',
    });
    expect(scorecard.health.status).toBe('unknown');
    expect(only(scorecard)).toMatchObject({
      verdict: 'notEnoughData',
      p: null,
      reason: 'no-units',
      epochs: [],
    });
    expect(only(scorecard).absolute).toEqual({ estimate: null, ci: null, reason: 'no-units' });
    expect(scorecard.results.metrics[0]?.arms[0]).toEqual({
      variant: 'control',
      units: 0,
      mean: null,
      sd: null,
      reason: 'no-units',
    });
  });

  it('keeps every key, and a reason beside every null', () => {
    expect(Results.parse(scorecard.results)).toEqual(scorecard.results);
    const unexplained: string[] = [];
    const walk = (value: unknown, path: string): void => {
      if (typeof value !== 'object' || value === null) return;
      for (const [key, inner] of Object.entries(value)) {
        const optional = [
          ...['reason', 'covariate', 'unadjusted', 'df', 'segment', 'segmentValue', 'detail', 'sketch'],
        ].includes(key);
        if (inner === null && !optional && (value as { reason?: unknown }).reason == null)
          unexplained.push(`${path}/${key}`);
        walk(inner, `${path}/${key}`);
      }
    };
    walk(scorecard.results, '');
    walk(build({}, twoArms([50, 500], [90, 500])).results, '');
    expect(unexplained).toEqual([]);
  });
});

describe('verdicts', () => {
  it('are better or worse by the metric’s direction', () => {
    const data = twoArms([50, 500], [90, 500]);
    expect(only(build({}, data)).verdict).toBe('better');
    const harmful = planned('guardrail', {
      key: 'signup',
      type: 'proportion',
      source: { event: 'signup' },
      direction: 'increaseIsBad',
    });
    const worse = only(build({ metrics: [harmful] }, data));
    expect(worse.verdict).toBe('worse');
    expect(worse.summary).toMatch(
      /^Worse: signup in treatment 10\.0 % → 18\.0 % \(\+8\.0 pp, \+80\.0 %; .* Harm shown\.$/,
    );
  });

  it('follow alpha', () => {
    const data = twoArms([50, 500], [71, 500]);
    const p = only(build({}, data)).p ?? 1;
    expect(p).toBeGreaterThan(0.01);
    expect(p).toBeLessThan(0.05);
    expect(only(build({}, data)).verdict).toBe('better');
    const strict = only(build({ statistics: { method: 'fixed', alpha: 0.01 } }, data));
    expect(strict.verdict).toBe('noClearDifference');
    expect(strict.summary).toContain('99 % CI');
  });

  it('say that harm of a guardrail is not ruled out', () => {
    const guardrail = { ...signups, role: 'guardrail' as const };
    const comparison = only(build({ metrics: [guardrail] }, twoArms([50, 500], [49, 500])));
    expect(comparison.verdict).toBe('noClearDifference');
    expect(comparison.summary).toContain('(\u22120.20 pp, \u22122.0 %; 95 % CI \u2212');
    expect(comparison.summary).toMatch(/^No clear difference yet: .* Harm not ruled out\.$/);
  });

  it('are withheld where the arms do not fit their weights, for every metric', () => {
    const scorecard = build({ metrics: [signups, revenue] }, twoArms([50, 500], [90, 700]));
    expect(scorecard.results.sampleRatio.status).toBe('mismatch');
    expect(scorecard.results.sampleRatio.p).toBeLessThan(0.001);
    const comparisons = scorecard.results.metrics.flatMap((metric) => metric.comparisons);
    expect(comparisons.map((each) => each.verdict)).toEqual(['untrusted', 'untrusted']);
    expect(comparisons[0]?.reason).toBe('sample-ratio-mismatch');
    expect(comparisons[0]?.summary).toMatch(/^Can’t trust: signup in treatment is withheld/);
    expect(comparisons[0]?.summary).not.toMatch(/\d/);
  });

  it('have no summary that says p 0', () => {
    const comparison = only(build({}, twoArms([500, 20_000], [2_000, 20_000])));
    expect(comparison.p).toBeLessThan(1e-100);
    expect(comparison.p).toBeGreaterThan(0);
    expect(comparison.summary).toContain('p <0.001');
  });
});

describe('sample ratio', () => {
  it('counts new and returning units, those excluded later too', () => {
    const { results, health } = build(
      {},
      {
        units: [
          unitsRow('control', 600, {}, 30),
          unitsRow('control', 400, { population: 'returning' }),
          unitsRow('treatment', 1000),
        ],
      },
    );
    expect(results.sampleRatio.units).toEqual({ control: 1000, treatment: 1000 });
    expect(results.sampleRatio.status).toBe('ok');
    expect(health.epochs[0]?.multipleVariants).toBe(30);
  });

  it('looks at each epoch by itself, and the worst governs', () => {
    const { results, health } = build(
      { epochs: [epoch(1, { control: 9, treatment: 1 }), epoch(2, { control: 1, treatment: 1 })] },
      {
        units: [
          unitsRow('control', 900),
          unitsRow('treatment', 100),
          unitsRow('control', 500, { epoch: 2 }),
          unitsRow('treatment', 700, { epoch: 2 }),
        ],
      },
    );
    expect(health.epochs.map((each) => each.sampleRatio.status)).toEqual(['ok', 'mismatch']);
    expect(results.sampleRatio).toMatchObject({
      status: 'mismatch',
      epoch: 2,
      units: { control: 500, treatment: 700 },
    });
  });

  it('is not upset by an epoch that nobody met, or in which one arm got everybody', () => {
    const { results } = build(
      {
        epochs: [
          epoch(1, { control: 1, treatment: 0 }),
          epoch(2, { control: 1, treatment: 1 }),
          epoch(3, { control: 1, treatment: 3 }),
        ],
      },
      {
        units: [
          unitsRow('control', 5000),
          unitsRow('control', 500, { epoch: 2 }),
          unitsRow('treatment', 510, { epoch: 2 }),
        ],
      },
    );
    expect(results.sampleRatio).toMatchObject({ status: 'ok', epoch: 2 });
  });

  it('is a mismatch where an arm of weight 0 has a unit', () => {
    const { results } = build(
      { epochs: [epoch(1, { control: 1, treatment: 1, off: 0 })] },
      { units: [unitsRow('control', 500), unitsRow('treatment', 500), unitsRow('off', 1)] },
    );
    expect(results.sampleRatio).toMatchObject({
      status: 'mismatch',
      chiSquare: null,
      reason: 'units-in-an-arm-of-weight-0',
    });
  });

  it('is unknown, and nothing trusted, where all weights are 0', () => {
    const scorecard = build({ epochs: [epoch(1, { control: 0, treatment: 0 })] }, twoArms([5, 50], [20, 50]));
    expect(scorecard.results.sampleRatio).toMatchObject({ status: 'unknown', reason: 'no-weights', p: null });
    expect(only(scorecard)).toMatchObject({ verdict: 'untrusted', reason: 'sample-ratio-unknown' });
  });
});

describe('epochs', () => {
  const ramp = { epochs: [epoch(1, { control: 9, treatment: 1 }), epoch(2, { control: 1, treatment: 1 })] };
  // Within each epoch treatment is 2 points better; pooled over them it would look worse (Simpson).
  const first = twoArms([2700, 9000], [320, 1000], { epoch: 1 });
  const second = twoArms([500, 5000], [600, 5000], { epoch: 2 });
  const both = { units: [...first.units, ...second.units], moments: [...first.moments, ...second.moments] };

  it('are strata: a ramp does not turn the difference around', () => {
    const pooled = (320 + 600) / 6000 - (2700 + 500) / 14000;
    expect(pooled).toBeLessThan(-0.07);
    const comparison = only(build(ramp, both));
    expect(comparison.method).toBe('mantel-haenszel+sato');
    expect(comparison.absolute.estimate).toBeCloseTo(0.02, 10);
    expect(comparison.verdict).toBe('better');
    expect(comparison.epochs).toEqual([1, 2]);
  });

  it('weigh the arms’ shown means alike, so that they do not contradict the difference', () => {
    const [control, treatment] = build(ramp, both).results.metrics[0]?.arms ?? [];
    expect(control?.mean).toBeCloseTo(0.5 * 0.3 + 0.5 * 0.1, 12);
    expect((treatment?.mean ?? 0) - (control?.mean ?? 0)).toBeCloseTo(0.02, 10);
    expect(control?.units).toBe(14_000);
  });

  it('count new units only, all their days together', () => {
    const days = [
      twoArms([20, 200], [30, 200], { cohortDay: '2026-01-02' }),
      twoArms([30, 300], [60, 300], { cohortDay: '2026-01-03' }),
      twoArms([300, 300], [0, 300], { population: 'returning' }),
    ];
    const comparison = build(
      {},
      { units: days.flatMap((day) => day.units), moments: days.flatMap((day) => day.moments) },
    );
    const whole = build({}, twoArms([50, 500], [90, 500]));
    expect(only(comparison).p).toBe(only(whole).p);
    expect(comparison.results.metrics[0]?.arms.map((arm) => arm.units)).toEqual([500, 500]);
  });

  it('that began a moment ago do not take the answer away', () => {
    const begun = {
      units: [...second.units, unitsRow('control', 1, { epoch: 3 })],
      moments: [...second.moments, momentsRow('signup', 'control', proportion(0, 1), { epoch: 3 })],
    };
    const three = { epochs: [...ramp.epochs, epoch(3, { control: 1, treatment: 3 })] };
    const comparison = only(build(three, begun));
    expect(comparison.verdict).toBe('better');
    expect(comparison.epochs).toEqual([2]);
    expect(comparison.unitsLeftOut).toBe(1);
  });
});

describe('a metric that fails', () => {
  it('is marked and does not stop the others', () => {
    const { results, health } = build(
      { metrics: [revenue, signups] },
      { ...twoArms([50, 500], [90, 500]), failed: [{ metric: 'revenue', reason: 'limit exceeded' }] },
    );
    expect(results.metrics.map((metric) => [metric.metric, metric.status, metric.reason])).toEqual([
      ['revenue', 'failed', 'limit exceeded'],
      ['signup', 'ok', null],
    ]);
    expect(results.metrics[0]?.comparisons).toEqual([]);
    expect(results.metrics[1]?.comparisons[0]?.verdict).toBe('better');
    expect(health.failedMetrics).toEqual([{ metric: 'revenue', reason: 'limit exceeded' }]);
  });

  it('in analysis itself is marked too', () => {
    const malformed = { ...proportion(1, 10), centre: [0, 0] };
    const data = twoArms([50, 500], [90, 500]);
    const { results } = build(
      { metrics: [revenue, signups] },
      { ...data, moments: [...data.moments, momentsRow('revenue', 'control', malformed)] },
    );
    expect(results.metrics.map((metric) => metric.status)).toEqual(['failed', 'ok']);
    expect(results.metrics[0]?.reason).not.toBe('');
  });
});

describe('metrics of units with an event', () => {
  it('say so', () => {
    const slowest = planned('secondary', {
      key: 'slowest',
      type: 'mean',
      source: { event: 'load', aggregation: 'max' },
      direction: 'increaseIsBad',
    });
    const { results } = build(
      { metrics: [slowest] },
      {
        units: [unitsRow('control', 100), unitsRow('treatment', 100)],
        moments: [
          momentsRow('slowest', 'control', meansOf([10, 12, 14, 11])),
          momentsRow('slowest', 'treatment', meansOf([13, 15, 16])),
        ],
      },
    );
    const [metric] = results.metrics;
    expect(metric?.among).toBe('unitsWithEvent');
    expect(metric?.arms.map((arm) => arm.units)).toEqual([4, 3]);
    expect(metric?.comparisons[0]?.summary).toContain('among units with an event');
  });
});

describe('health', () => {
  it('shows first impressions against the weights, cumulative by day within each epoch', () => {
    const { health } = build(
      { epochs: [epoch(1, { control: 3, treatment: 1 })] },
      {
        units: [
          unitsRow('treatment', 20, { cohortDay: '2026-01-03' }),
          unitsRow('control', 80, { cohortDay: '2026-01-02' }),
          unitsRow('treatment', 20, { cohortDay: '2026-01-02' }),
          unitsRow('control', 40, { cohortDay: '2026-01-03', population: 'returning' }),
        ],
      },
    );
    expect(health.epochs[0]?.days).toEqual([
      {
        day: '2026-01-02',
        units: { control: 80, treatment: 20 },
        expected: { control: 75, treatment: 25 },
        reason: null,
      },
      {
        day: '2026-01-03',
        units: { control: 120, treatment: 40 },
        expected: { control: 120, treatment: 40 },
        reason: null,
      },
    ]);
  });

  it('shows everything that was left out and why', () => {
    const exclusions = {
      ...NOTHING_EXCLUDED,
      multipleVariants: 7,
      impressionsByReason: { forced: 3, error: 2 },
      conversionsOfOtherUnitTypes: 11,
      outsideTransform: { revenue: 1 },
    };
    const { results, health } = build({}, { exclusions });
    expect(results.excluded).toMatchObject({
      multipleVariants: 7,
      forced: 3,
      impressionsByReason: { forced: 3, error: 2 },
    });
    expect(health).toMatchObject({ conversionsOfOtherUnitTypes: 11, outsideTransform: { revenue: 1 } });
  });
});

it('names the arms of every epoch, the control first', () => {
  const { results } = build(
    { epochs: [epoch(1, { a: 1, control: 1 }), epoch(2, { b: 1, control: 1, c: 1 })] },
    {},
  );
  expect(results.metrics[0]?.arms.map((arm) => arm.variant)).toEqual(['control', 'b', 'c', 'a']);
  expect(results.metrics[0]?.comparisons.map((each) => each.variant)).toEqual(['b', 'c', 'a']);
});

it('is pure: the same input gives the same document', () => {
  const make = () => JSON.stringify(build({}, twoArms([50, 500], [90, 500])));
  expect(make()).toBe(make());
});
