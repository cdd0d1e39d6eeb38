import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { epochAlpha } from '../../analysis/multiplicity/index.ts';
import {
  logAverage,
  logBayesFactor,
  logMeanExp,
  observeSampleRatio,
  pOverEpochs,
  sampleRatioEProcess,
  sequentialSampleRatio,
  startSampleRatio,
  startsAfter,
} from '../../analysis/sample-ratio/index.ts';
import { estimated, uniforms } from './units.ts';

function logE(units: readonly number[], weights: readonly number[], prior = {}): number {
  return estimated(sampleRatioEProcess({ units, weights, ...prior })).logE ?? Number.NaN;
}

/** Every multinomial count vector of n units over the arms, with its number of orders. */
function compositions(n: number, arms: number): { counts: number[]; orders: number }[] {
  if (arms === 1) return [{ counts: [n], orders: 1 }];
  return Array.from({ length: n + 1 }, (_, first) =>
    compositions(n - first, arms - 1).map(({ counts, orders }) => ({
      counts: [first, ...counts],
      orders: orders * choose(n, first),
    })),
  ).flat();
}

function choose(n: number, k: number): number {
  let product = 1;
  for (let i = 1; i <= k; i += 1) product = (product * (n - k + i)) / i;
  return Math.round(product);
}

describe('the e-process of the sample ratio', () => {
  // optimizely/ssrm (dirichlet 1, 1, 1) and the closed formula in mpmath 1.4 with 40 digits: to all digits given.
  it.each([
    [[60, 63, 32], [0.4, 0.4, 0.2], { dirichlet: [1, 1, 1] }, -4.18381398, 5e-9],
    [[1000, 1200], [0.5, 0.5], { concentrations: [100] }, 7.140302, 5e-7],
    [[1000, 1200], [0.5, 0.5], { concentrations: [10_000] }, 1.540122, 5e-7],
    [[500_000_000, 500_040_000], [1, 1], { concentrations: [1000] }, -6.108058575912256, 1e-11],
    [[1e9, 1e9 + 1e5], [1, 1], { concentrations: [1e5] }, -2.4520462463546386, 1e-11],
    [[990_000, 10_000], [0.9890625, 0.0109375], { concentrations: [100] }, 37.1829766448454, 1e-12],
  ])('is as published and in closed form: %j of %j', (units, weights, prior, expected, tolerance) => {
    expect(Math.abs(logE(units, weights, { prior }) - expected)).toBeLessThanOrEqual(tolerance);
  });

  it('averages k = 10 … 10⁵ unless told otherwise', () => {
    const each = [10, 100, 1000, 10_000, 100_000].map((k) =>
      logE([1000, 1200], [1, 1], { prior: { concentrations: [k] } }),
    );
    const average = Math.log(each.reduce((sum, log) => sum + Math.exp(log), 0) / 5);
    expect(logE([1000, 1200], [1, 1])).toBeCloseTo(average, 12);
  });

  it('becomes certain of the weights as k grows: E tends to 1', () => {
    expect(logE([1000, 1200], [1, 1], { prior: { concentrations: [1e15] } })).toBeCloseTo(0, 9);
  });

  it('is a martingale from 1 under the weights: the mean of E over all paths is 1', () => {
    const weights = [0.5, 0.3, 0.2];
    for (const n of [1, 2, 5, 12]) {
      const mean = compositions(n, 3).reduce((sum, { counts, orders }) => {
        const chance = counts.reduce((product, count, i) => product * (weights[i] ?? 0) ** count, orders);
        return sum + chance * Math.exp(logE(counts, weights));
      }, 0);
      expect(Math.abs(mean - 1)).toBeLessThanOrEqual(1e-12);
    }
  });

  it('depends on the proportions of the weights and not on the order of the arms', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 1, max: 100 })), {
          minLength: 2,
          maxLength: 6,
        }),
        fc.constantFrom(0.01, 7, 1e200),
        (arms, scale) => {
          fc.pre(arms.some(([count]) => count > 0));
          const of = (list: typeof arms, by: number) =>
            logE(
              list.map(([count]) => count),
              list.map(([, weight]) => by * weight),
            );
          const base = of(arms, 1);
          const tolerance = 1e-11 * Math.max(1, Math.abs(base)) + 1e-9;
          expect(Math.abs(of(arms, scale) - base)).toBeLessThanOrEqual(tolerance);
          expect(Math.abs(of(arms.toReversed(), 1) - base)).toBeLessThanOrEqual(tolerance);
        },
      ),
      { seed: 2022, numRuns: 200 },
    );
  });

  it('leaves empty arms of weight 0 out, and takes a unit there for a proof', () => {
    expect(logE([1000, 0, 1200], [0.5, 0, 0.5])).toBe(logE([1000, 1200], [0.5, 0.5]));
    expect(sampleRatioEProcess({ units: [1000, 1, 1000], weights: [1, 0, 1] })).toEqual({
      kind: 'estimate',
      logE: null,
      p: 0,
    });
  });

  it('is unknown without units or with a single arm', () => {
    expect(sampleRatioEProcess({ units: [0, 0], weights: [1, 1] })).toMatchObject({ reason: 'no-units' });
    expect(sampleRatioEProcess({ units: [9, 0], weights: [1, 0] })).toMatchObject({ reason: 'one-arm' });
  });

  it.each([
    ['weights', { units: [1, 2], weights: [1] }],
    ['units[1]', { units: [1, 1.5], weights: [1, 1] }],
    ['weights[0]', { units: [1, 1], weights: [-1, 1] }],
    ['prior.dirichlet', { units: [1, 1], weights: [1, 1], prior: { dirichlet: [1] } }],
    ['prior.dirichlet[1]', { units: [1, 1], weights: [1, 1], prior: { dirichlet: [1, 0] } }],
    ['prior.concentrations', { units: [1, 1], weights: [1, 1], prior: { concentrations: [] } }],
    ['prior.concentrations[0]', { units: [1, 1], weights: [1, 1], prior: { concentrations: [-1] } }],
  ])('names %s when it is malformed', (field, input) => {
    expect(() => sampleRatioEProcess(input)).toThrow(`${field} must be `);
  });
});

describe('the monitored sample ratio', () => {
  const plan = { weights: [1, 1], lateStarts: [] };

  it('is the e-process where nothing starts late, whatever the looks were', () => {
    const looks = [
      [10, 12],
      [400, 380],
      [1000, 1200],
    ];
    const state = looks.reduce(observeSampleRatio, startSampleRatio(plan));
    expect(state.logE).toBe(logE([1000, 1200], [1, 1]));
    expect(observeSampleRatio(startSampleRatio(plan), [1000, 1200]).logE).toBe(state.logE);
  });

  it('remembers the largest E, so that p never rises', () => {
    const alarmed = observeSampleRatio(startSampleRatio(plan), [1000, 1300]);
    const mended = observeSampleRatio(alarmed, [11_300, 11_300]);
    const p = estimated(sequentialSampleRatio(alarmed)).p;
    expect(p).toBeLessThan(1e-6);
    expect(estimated(sequentialSampleRatio(mended)).p).toBe(p);
    expect(mended.logE).toBeLessThan(0);
  });

  it('sees a split that breaks late sooner by starting afresh', () => {
    const steady = [50_000, 50_000];
    const broken = [51_000, 50_700];
    const of = (lateStarts: number[]) =>
      [steady, broken].reduce(observeSampleRatio, startSampleRatio({ weights: [1, 1], lateStarts }))
        .logMaxE ?? 0;
    expect(of([100_000]) - of([])).toBeGreaterThan(5);
  });

  it('survives JSON and goes on as if nothing had been', () => {
    const before = observeSampleRatio(startSampleRatio({ weights: [0.9, 0.1] }), [9100, 1000]);
    const after = observeSampleRatio(JSON.parse(JSON.stringify(before)), [18_000, 2100]);
    expect(after).toEqual(observeSampleRatio(before, [18_000, 2100]));
    expect(before.starts).toEqual([
      [9100, 1000],
      [9100, 1000],
    ]);
  });

  it('takes a unit in an arm of weight 0 for a proof, for good', () => {
    const state = observeSampleRatio(startSampleRatio({ weights: [1, 1, 0] }), [5, 5, 1]);
    expect(sequentialSampleRatio(state)).toEqual({ kind: 'estimate', logE: null, logMaxE: null, p: 0 });
  });

  it('is unknown without units, refuses counts that fall and thresholds that do not rise', () => {
    expect(sequentialSampleRatio(startSampleRatio(plan))).toMatchObject({ reason: 'no-units' });
    const state = observeSampleRatio(startSampleRatio(plan), [10, 10]);
    expect(() => observeSampleRatio(state, [11, 9])).toThrow('units[1] must be at least the 10');
    expect(() => startSampleRatio({ weights: [1, 1], lateStarts: [100, 100] })).toThrow('lateStarts[1] must');
    expect(() => startSampleRatio({ weights: [0, 0] })).toThrow('weights must be');
  });

  it('keeps alpha when one looks at every unit', () => {
    const [runs, alpha] = [400, 0.05];
    const uniform = uniforms(2022);
    let alarms = 0;
    for (let run = 0; run < runs; run += 1) {
      const units = [0, 0];
      let state = startSampleRatio({
        weights: [1, 1],
        lateStarts: [100],
        prior: { concentrations: [10, 1000] },
      });
      for (let unit = 0; unit < 300; unit += 1) {
        const arm = uniform() < 0.5 ? 0 : 1;
        units[arm] = (units[arm] ?? 0) + 1;
        state = observeSampleRatio(state, [...units]);
      }
      if (estimated(sequentialSampleRatio(state)).p <= alpha) alarms += 1;
    }
    expect(alarms / runs).toBeLessThanOrEqual(alpha + 3 * Math.sqrt((alpha * (1 - alpha)) / runs));
  });
});

describe('evidence of several epochs', () => {
  it('reaches alpha exactly where an epoch reaches its share of it', () => {
    const p = epochAlpha(0.05, 3);
    expect(pOverEpochs([1, 1, p]).p).toBeCloseTo(0.05, 15);
    expect(pOverEpochs([1, 1, p]).epoch).toBe(3);
    expect(pOverEpochs([0.9, 0.8])).toEqual({ p: 1, epoch: 1 });
  });

  it('refuses what is no p', () => {
    expect(() => pOverEpochs([])).toThrow('pValues must be');
    expect(() => pOverEpochs([0.5, 1.5])).toThrow('pValues[1] must be');
  });
});

describe('averages of processes', () => {
  it('weigh the first .8 and share .2, those not started at 1', () => {
    const average = Math.exp(logAverage([Math.log(6), Math.log(2)], [100, 1000]));
    expect(average).toBeCloseTo(0.8 * 6 + 0.1 * 2 + 0.1 * 1, 12);
    expect(logAverage([3], [])).toBe(3);
  });

  it('do not overflow', () => {
    expect(logMeanExp([5000, 5000])).toBe(5000);
    expect(logMeanExp([-5000, Number.NEGATIVE_INFINITY])).toBeCloseTo(-5000 - Math.log(2), 9);
  });

  it('start every process whose threshold a jump crosses at the counts seen then', () => {
    expect(startsAfter([], [100, 1000], [30, 69])).toEqual([]);
    expect(startsAfter([], [100, 1000], [30, 70])).toEqual([[30, 70]]);
    expect(startsAfter([], [100, 1000], [900, 900])).toEqual([
      [900, 900],
      [900, 900],
    ]);
  });

  it('of one arm’s counts against the others add up as the chain rule says', () => {
    // Three arms at once, or the first against the rest and then the second against the third.
    const whole = logBayesFactor([40, 25, 35], [0.5, 0.3, 0.2], [5, 3, 2]);
    const first = logBayesFactor([40, 60], [0.5, 0.5], [5, 5]);
    const rest = logBayesFactor([25, 35], [0.6, 0.4], [3, 2]);
    expect(whole).toBeCloseTo(first + rest, 12);
  });
});
