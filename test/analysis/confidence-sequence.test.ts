import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  betaBinomialBounds,
  bettingBounds,
  empiricalBernsteinBounds,
  observeBetting,
  observeEmpiricalBernstein,
  observeEmpiricalBernsteinSums,
  startBetting,
  startEmpiricalBernstein,
} from '../../analysis/confidence-sequence/index.ts';
import { estimated, uniforms } from './units.ts';

/** A seeded series; `skewed` is 0 nine times of ten. */
function series(kind: 'uniform' | 'skewed', seed: number, n: number): number[] {
  const uniform = uniforms(seed);
  return Array.from({ length: n }, () => {
    const [first, second] = [uniform(), uniform()];
    if (kind === 'uniform') return first;
    return first > 0.1 ? 0 : second * second;
  });
}

type Sides = 'both' | 'lower' | 'upper';

function bernstein(values: readonly number[], cap = 1, alpha = 0.05, sides: Sides = 'both') {
  const start = startEmpiricalBernstein({ cap, alpha, sides });
  return estimated(empiricalBernsteinBounds(observeEmpiricalBernstein(start, values)));
}

function betting(values: readonly number[], cap = 1, alpha = 0.05, sides: Sides = 'both') {
  return estimated(bettingBounds(observeBetting(startBetting({ cap, alpha, sides }), values)));
}

describe('the beta-binomial mixture confidence sequence', () => {
  it('without events ends at 1 − (α/(n + 1))^(1/n), in closed form', () => {
    for (const [n, alpha] of [
      [1, 0.05],
      [10, 0.05],
      [10_000, 0.005],
    ] as const) {
      const [lower, upper] = betaBinomialBounds({ n, events: 0 }, alpha);
      expect(lower).toBe(0);
      expect(upper).toBeCloseTo(-Math.expm1(Math.log(alpha / (n + 1)) / n), 14);
    }
    expect(betaBinomialBounds({ n: 0, events: 0 }, 0.05)).toEqual([0, 1]);
  });

  it('has Robbins’ inequality (n + 1)·C(n, S)·p^S·(1 − p)^(n−S) = α at both ends', () => {
    for (const p of betaBinomialBounds({ n: 10, events: 3 }, 0.05)) {
      expect(11 * 120 * p ** 3 * (1 - p) ** 7).toBeCloseTo(0.05, 13);
    }
  });

  it('mirrors when events and others change places', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.constantFrom<Sides>('both', 'lower', 'upper'),
        (n, share, sides) => {
          const events = Math.round(n * share);
          const [lower, upper] = betaBinomialBounds({ n, events }, 0.05, { sides });
          const mirrored = { both: 'both', lower: 'upper', upper: 'lower' } as const;
          const other = betaBinomialBounds({ n, events: n - events }, 0.05, { sides: mirrored[sides] });
          expect(lower).toBeLessThanOrEqual(events / n);
          expect(upper).toBeGreaterThanOrEqual(events / n);
          expect(Math.abs(other[0] - (1 - upper))).toBeLessThanOrEqual(1e-12);
          expect(Math.abs(other[1] - (1 - lower))).toBeLessThanOrEqual(1e-12);
        },
      ),
      { seed: 1970, numRuns: 150 },
    );
  });

  it('shrinks with alpha, and is tighter on one side alone than on both at the same alpha', () => {
    const counts = { n: 5000, events: 400 };
    const [low, high] = betaBinomialBounds(counts, 0.05);
    const [wideLow, wideHigh] = betaBinomialBounds(counts, 0.001);
    expect(wideLow).toBeLessThan(low);
    expect(wideHigh).toBeGreaterThan(high);
    const [oneLow, end] = betaBinomialBounds(counts, 0.05, { sides: 'lower' });
    expect(oneLow).toBeGreaterThan(low);
    expect(end).toBe(1);
    expect(betaBinomialBounds(counts, 0.05, { sides: 'upper' })[1]).toBeLessThan(high);
  });

  it('covers at all n at once, exactly: paths enumerated with their chances', () => {
    // Chance of having been outside by n, by dynamic programming over the counts.
    for (const sides of ['both', 'lower', 'upper'] as const) {
      for (const p of [0.1, 0.5]) {
        let inside = new Map([[0, 1]]);
        for (let n = 1; n <= 40; n += 1) {
          const next = new Map<number, number>();
          for (const [events, chance] of inside) {
            next.set(events, (next.get(events) ?? 0) + chance * (1 - p));
            next.set(events + 1, (next.get(events + 1) ?? 0) + chance * p);
          }
          inside = new Map(
            [...next].filter(([events]) => {
              const [lower, upper] = betaBinomialBounds({ n, events }, 0.1, { sides });
              return lower <= p && p <= upper;
            }),
          );
        }
        const covered = [...inside.values()].reduce((sum, chance) => sum + chance, 0);
        expect(covered).toBeGreaterThanOrEqual(0.9);
        expect(covered).toBeLessThan(0.999);
      }
    }
  });

  it.each([
    ['n', { n: 1.5, events: 0 }, 0.05, {}],
    ['events', { n: 1, events: 2 }, 0.05, {}],
    ['events', { n: 1, events: -1 }, 0.05, {}],
    ['alpha', { n: 1, events: 1 }, 0, {}],
    ['prior[1]', { n: 1, events: 1 }, 0.05, { prior: [1, 0] }],
  ] as const)('names %s when it is malformed', (field, counts, alpha, options) => {
    expect(() => betaBinomialBounds(counts, alpha, options)).toThrow(`${field} must be `);
  });
});

// The paper's formulas in NumPy 2.4; the lower bound of 300 skewed values also by confseq 0.0.11's predmix_lower_cs with
// v = (x − μ̂)² and alpha/2: .00876254504067654. Betting by bisection over m on the running maximum of its capital;
// confseq's betting_mart at alpha/2 reaches 20 between .0227 and .0228, and between .0807 and .0808.
const REFERENCES = [
  ['uniform', 1, 100, [0.3609666746197449, 0.5732348973699212], [0.40371464933438755, 0.555810579997663]],
  ['uniform', 1, 1000, [0.45212592827757414, 0.5161925387281269], [0.45523677526083217, 0.5158076635533274]],
  [
    'skewed',
    2,
    300,
    [0.008762545040676556, 0.08327816070183308],
    [0.022747356449700773, 0.08074449822014018],
  ],
  [
    'skewed',
    2,
    5000,
    [0.027706605859582914, 0.043404386366035275],
    [0.03014055208902678, 0.042826510003666884],
  ],
  [
    'skewed',
    2,
    50_000,
    [0.031993345383885666, 0.03760921045382126],
    [0.032604716878682084, 0.037500031282432844],
  ],
] as const;

describe('the empirical-Bernstein confidence sequence', () => {
  it.each(REFERENCES)('of %s values, seed %d, n = %d, is as by its formula', (kind, seed, n, [low, high]) => {
    const { lower, upper } = bernstein(series(kind, seed, n));
    expect(Math.abs(lower - low)).toBeLessThanOrEqual(1e-12);
    expect(Math.abs(upper - high)).toBeLessThanOrEqual(1e-12);
  });
});

describe('the betting confidence sequence', () => {
  it.each(REFERENCES)(
    'of %s values, seed %d, n = %d, contains the exact one and little more',
    (...reference) => {
      const [kind, seed, n, , [low, high]] = reference;
      const { lower, upper } = betting(series(kind, seed, n));
      expect(lower).toBeLessThanOrEqual(low);
      expect(upper).toBeGreaterThanOrEqual(high);
      expect(upper - lower).toBeLessThanOrEqual(1.05 * (high - low));
    },
  );

  it('never widens, keeps few candidates, and is tighter than empirical Bernstein', () => {
    const values = series('skewed', 4, 4000);
    let state = startBetting({ cap: 1, alpha: 0.05 });
    let [lower, upper] = [0, 1];
    for (let i = 0; i < values.length; i += 100) {
      state = observeBetting(state, values.slice(i, i + 100));
      const bounds = estimated(bettingBounds(state));
      expect(bounds.lower).toBeGreaterThanOrEqual(lower);
      expect(bounds.upper).toBeLessThanOrEqual(upper);
      [lower, upper] = [bounds.lower, bounds.upper];
      expect(state.candidates?.means.length).toBeLessThanOrEqual(257);
      expect(state.candidates?.means.length).toBeGreaterThan(128);
    }
    const wider = bernstein(values);
    expect(upper - lower).toBeLessThan(wider.upper - wider.lower);
  });

  it('says that no constant mean fits where values drift', () => {
    const values = [...Array.from({ length: 300 }, () => 0.1), ...Array.from({ length: 3000 }, () => 0.9)];
    const state = observeBetting(startBetting({ cap: 1, alpha: 0.05 }), values);
    expect(bettingBounds(state)).toEqual({ kind: 'unknown', reason: 'drifting-mean' });
    expect(bettingBounds(observeBetting(state, [0.5]))).toMatchObject({ reason: 'drifting-mean' });
  });
});

describe.each([
  ['empirical Bernstein', bernstein],
  ['betting', betting],
])('bounds of a mean by %s', (_, bounds) => {
  const values = series('skewed', 9, 3000);

  it('scale with the values', () => {
    const base = bounds(values);
    const scaled = bounds(
      values.map((value) => 250 * value),
      250,
    );
    expect(Math.abs(scaled.lower / 250 - base.lower)).toBeLessThanOrEqual(1e-12);
    expect(Math.abs(scaled.upper / 250 - base.upper)).toBeLessThanOrEqual(1e-12);
  });

  it('mirror about the middle of the range', () => {
    const base = bounds(values);
    const mirrored = bounds(values.map((value) => 1 - value));
    expect(Math.abs(1 - mirrored.upper - base.lower)).toBeLessThanOrEqual(1e-9);
    expect(Math.abs(1 - mirrored.lower - base.upper)).toBeLessThanOrEqual(1e-9);
  });

  it('are tighter on one side alone, and know nothing of the other', () => {
    const base = bounds(values);
    const lower = bounds(values, 1, 0.05, 'lower');
    const upper = bounds(values, 1, 0.05, 'upper');
    expect(lower.lower).toBeGreaterThan(base.lower);
    expect(lower.upper).toBe(1);
    expect(upper.upper).toBeLessThan(base.upper);
    expect(upper.lower).toBe(0);
    // Half of alpha for each of two is what both are.
    const half = bounds(values, 1, 0.025, 'lower').lower;
    expect(Math.abs(half - base.lower)).toBeLessThanOrEqual(0.02 * (base.upper - base.lower));
  });

  it('say nothing beyond the range where all values are at its end', () => {
    const { lower, upper } = bounds(Array.from({ length: 2000 }, () => 0));
    expect(lower).toBe(0);
    expect(upper).toBeGreaterThan(0);
    expect(upper).toBeLessThan(0.02);
  });
});

/** A method's way through batches of values, perhaps with its state stored in between. */
function wayOf<State>(
  start: (plan: { cap: number; alpha: number }) => State,
  observe: (state: State, values: readonly number[]) => State,
  boundsOf: (state: State) => { kind: string; lower?: number; upper?: number },
) {
  return (
    plan: { cap: number; alpha: number },
    batches: readonly (readonly number[])[],
    isStored = false,
  ) => {
    let state = start(plan);
    const looks = batches.map((batch) => {
      state = observe(isStored ? JSON.parse(JSON.stringify(state)) : state, batch);
      return boundsOf(state);
    });
    return { state, looks, now: boundsOf(state) };
  };
}

describe.each([
  [
    'empirical Bernstein',
    wayOf(startEmpiricalBernstein, observeEmpiricalBernstein, empiricalBernsteinBounds),
  ],
  ['betting', wayOf(startBetting, observeBetting, bettingBounds)],
])('the state of %s', (_, way) => {
  const plan = { cap: 1, alpha: 0.05 };

  it('does not depend on grouping, nor on a way through JSON, bit for bit', () => {
    const values = series('skewed', 3, 2500);
    const stepwise = way(plan, [values.slice(0, 1111), [], values.slice(1111)], true);
    expect(stepwise.state).toEqual(way(plan, [values]).state);
  });

  it('covers the mean at every look at once', () => {
    const [runs, alpha] = [150, 0.1];
    const mean = 0.1 / 3;
    let missed = 0;
    for (let run = 0; run < runs; run += 1) {
      const { looks } = way(
        { cap: 1, alpha },
        series('skewed', 100 + run, 300).map((value) => [value]),
      );
      const isOut = looks.some(
        ({ kind, lower = 0, upper = 1 }) => kind !== 'estimate' || mean < lower || mean > upper,
      );
      if (isOut) missed += 1;
    }
    expect(missed / runs).toBeLessThanOrEqual(alpha + 3 * Math.sqrt((alpha * (1 - alpha)) / runs));
  });

  it('is unknown without units', () => {
    expect(way(plan, []).now).toEqual({ kind: 'unknown', reason: 'no-units' });
  });

  it('names what is malformed', () => {
    expect(() => way({ cap: 0, alpha: 0.05 }, [])).toThrow('cap must be');
    expect(() => way({ cap: 1, alpha: 1 }, [])).toThrow('alpha must be');
    const wide = { cap: 2, alpha: 0.05 };
    expect(() => way(wide, [[1, 2.5]])).toThrow('values[1] must be from 0 to the cap of 2');
    expect(() => way(wide, [[-0.1]])).toThrow('values[0] must be');
    expect(() => way(wide, [[Number.NaN]])).toThrow('values[0] must be');
  });
});

describe('the empirical-Bernstein sequence of sums', () => {
  const sums = (values: readonly number[]) => ({
    n: values.length,
    sum: values.reduce((sum, value) => sum + value, 0),
    squares: values.reduce((sum, value) => sum + value * value, 0),
  });
  const start = () => startEmpiricalBernstein({ cap: 1, alpha: 0.05 });

  it('says of groups of one value each about what it says of the values', () => {
    const values = series('skewed', 11, 2000);
    const grouped = values.reduce(
      (state, value) => observeEmpiricalBernsteinSums(state, sums([value])),
      start(),
    );
    const bounds = estimated(empiricalBernsteinBounds(grouped));
    const single = bernstein(values);
    expect(bounds.lower).toBeCloseTo(single.lower, 9);
    expect(bounds.upper).toBeCloseTo(single.upper, 9);
  });

  it.each(['uniform', 'skewed'] as const)(
    'covers the mean of %s values at every look, day by day',
    (kind) => {
      const mean = kind === 'uniform' ? 0.5 : 0.1 / 3;
      const runs = 400;
      let missed = 0;
      for (let run = 0; run < runs; run += 1) {
        const values = series(kind, 1000 + run, 1500);
        let state = start();
        let missedOnce = false;
        for (let from = 0; from < values.length; from += 150) {
          state = observeEmpiricalBernsteinSums(state, sums(values.slice(from, from + 150)));
          const { lower, upper } = estimated(empiricalBernsteinBounds(state));
          missedOnce ||= mean < lower || mean > upper;
        }
        if (missedOnce) missed += 1;
      }
      expect(missed / runs).toBeLessThanOrEqual(0.05 + 3 * Math.sqrt((0.05 * 0.95) / runs));
    },
  );

  it('narrows around the mean, and refuses sums that no values have', () => {
    const values = series('skewed', 5, 20_000);
    let state = start();
    for (let from = 0; from < values.length; from += 1000)
      state = observeEmpiricalBernsteinSums(state, sums(values.slice(from, from + 1000)));
    const { lower, upper } = estimated(empiricalBernsteinBounds(state));
    expect(upper - lower).toBeLessThan(0.02);
    expect(() => observeEmpiricalBernsteinSums(start(), { n: 10, sum: -1, squares: 1 })).toThrow(
      /values.sum/,
    );
    expect(() => observeEmpiricalBernsteinSums(start(), { n: 10, sum: 1, squares: 2 })).toThrow(
      /values.squares/,
    );
  });
});
