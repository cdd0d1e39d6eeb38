import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EventCount, exactConditional, fisherExact } from '../../analysis/index.ts';
import { estimated } from './units.ts';

type Rate = readonly [events: number, exposure: number];

const rate = ([events, exposure]: Rate): EventCount => ({ events, exposure });
const exact = (treatment: Rate, control: Rate, ratio = 1, alpha = 0.05) =>
  estimated(exactConditional({ treatment: rate(treatment), control: rate(control), ratio, alpha }));
const tableOf = ([[a, b], [c, d]]: readonly (readonly [number, number])[] & {
  0: readonly [number, number];
  1: readonly [number, number];
}) => ({ treatment: { events: a, units: a + b }, control: { events: c, units: c + d } });

const relative = (actual: number | null, expected: number, digits: number) =>
  expect((actual ?? Number.NaN) / expected).toBeCloseTo(1, digits);

const events = fc.nat(60);
const exposure = fc.double({ min: 0.1, max: 1000, noNaN: true });
const rates = fc.tuple(events, exposure, events, exposure).filter(([a, , b]) => a + b > 0);
const RUNS = { seed: 1940, numRuns: 300 } as const;

describe('the exact conditional test of two rates', () => {
  // p by scipy.stats.binomtest 1.17.1, bounds by its proportion_ci(method='exact'), which stops at some 1e-12; the first is
  // the second example of R's ?poisson.test, there p 0.07967, 0.8584264 and 4.2772659.
  it.each([
    [
      [11, 800],
      [21, 3011],
      0.0796686330333295,
      0.9759318232273121,
      0.05600865978769968,
      0.858426403391619,
      4.277265943654079,
    ],
    [
      [12, 10_000],
      [3, 10_000],
      0.03515625,
      0.996307373046875,
      0.017578125,
      1.0794727323911188,
      22.08828689774182,
    ],
    [
      [30, 54_308.5],
      [60, 51_477.5],
      0.0006751934820335939,
      0.00042807944775873064,
      0.9998077751305637,
      0.2951286279287556,
      0.7464186155627544,
    ],
  ] as const)('has SciPy’s figures for %j against %j', (a, b, p, less, greater, low, high) => {
    const found = exact(a, b);
    relative(found.pAsUnlikely, p, 11);
    relative(found.pLess, less, 11);
    relative(found.pGreater, greater, 11);
    relative(found.ci[0], low, 9);
    relative(found.ci[1], high, 9);
  });

  it('has no end where the control has no events, and starts at 0 where the treatment has none', () => {
    const none = exact([5, 20], [0, 10]);
    expect([none.estimate, none.ci[1]]).toEqual([null, null]);
    // SciPy 1.17.1, as above.
    relative(none.ci[0], 0.4581779286577301, 9);
    relative(none.pAsUnlikely, 0.17695473251028804, 11);
    const mirrored = exact([0, 10], [5, 20]);
    expect(mirrored.ci[0]).toBe(0);
    relative(mirrored.ci[1], 1 / 0.4581779286577301, 9);
  });

  it('has an interval that excludes a ratio exactly when p < α', () => {
    fc.assert(
      fc.property(rates, fc.double({ min: 0.1, max: 10, noNaN: true }), ([a, tA, b, tB], ratio) => {
        const { p, ci } = exact([a, tA], [b, tB], ratio);
        const excludes = ratio < ci[0] || (ci[1] !== null && ratio > ci[1]);
        expect(excludes).toBe(p < 0.05);
      }),
      RUNS,
    );
  });

  it('mirrors when the arms swap, and knows no unit of exposure', () => {
    fc.assert(
      fc.property(rates, ([a, tA, b, tB]) => {
        const there = exact([a, tA], [b, tB]);
        const back = exact([b, tB], [a, tA]);
        relative(back.p, there.p, 9);
        relative(back.pLess, there.pGreater, 9);
        if (there.ci[1] !== null) relative(back.ci[0], 1 / there.ci[1], 9);
        const scaled = exact([a, tA * 24], [b, tB * 24]);
        relative(scaled.p, there.p, 9);
        if (there.ci[0] > 0) relative(scaled.ci[0], there.ci[0], 9);
      }),
      RUNS,
    );
  });

  it('says more with every further event of harm', () => {
    fc.assert(
      fc.property(rates, ([a, tA, b, tB]) => {
        const [less, more] = [exact([a, tA], [b, tB]), exact([a + 1, tA], [b, tB])];
        expect(more.pGreater).toBeLessThanOrEqual(less.pGreater);
        expect(more.ci[0]).toBeGreaterThan(less.ci[0]);
      }),
      RUNS,
    );
  });

  it('never rejects more often than α, by the sum over all outcomes', () => {
    const [share, total] = [0.3, 25];
    let [rejected, probability] = [0, (1 - share) ** total];
    for (let k = 0; k <= total; k += 1) {
      if (exact([k, 3], [total - k, 7]).p < 0.05) rejected += probability;
      probability *= ((total - k) / (k + 1)) * (share / (1 - share));
    }
    expect(rejected).toBeGreaterThan(0.01);
    expect(rejected).toBeLessThanOrEqual(0.05);
  });

  it('is unknown without events, and names what is malformed', () => {
    const good = { treatment: rate([1, 2]), control: rate([0, 2]), ratio: 1, alpha: 0.05 };
    expect(exactConditional({ ...good, treatment: rate([0, 2]) })).toEqual({
      kind: 'unknown',
      reason: 'no-events',
    });
    expect(() => exactConditional({ ...good, treatment: rate([1.5, 2]) })).toThrow(
      'treatment.events must be ',
    );
    expect(() => exactConditional({ ...good, control: rate([1, 0]) })).toThrow('control.exposure must be ');
    expect(() => exactConditional({ ...good, ratio: 0 })).toThrow('ratio must be ');
    expect(() => exactConditional({ ...good, alpha: 1 })).toThrow('alpha must be ');
    expect(() => exactConditional({ ...good, treatment: rate([1e9, 2]) })).toThrow(
      'treatment.events must be ',
    );
  });
});

describe('Fisher’s exact test', () => {
  // R's ?fisher.test: TeaTasting greater 0.2429, Convictions less 0.0004652; digits by SciPy 1.17.1, as the others.
  it.each([
    [
      'tea tasting',
      [
        [3, 1],
        [1, 3],
      ],
      'pGreater',
      0.24285714285714283,
    ],
    [
      'convictions',
      [
        [2, 10],
        [15, 3],
      ],
      'pLess',
      0.000465180943362905,
    ],
    [
      'small arms',
      [
        [8, 2],
        [1, 5],
      ],
      'p',
      0.034965034965034975,
    ],
    [
      'small arms, one-sided',
      [
        [8, 2],
        [1, 5],
      ],
      'pGreater',
      0.024475524475524483,
    ],
    [
      'ties of equal probability',
      [
        [6, 4],
        [1, 9],
      ],
      'p',
      0.057275541795665644,
    ],
    [
      'large arms',
      [
        [120, 9880],
        [80, 9920],
      ],
      'p',
      0.005448049131079595,
    ],
  ] as const)('has the figure of %s', (_, table, which, expected) => {
    relative(estimated(fisherExact(tableOf(table)))[which], expected, 10);
  });

  it('mirrors when the arms swap, and when events and non-events do', () => {
    const cell = fc.nat(30);
    fc.assert(
      fc.property(fc.tuple(cell, cell, cell, cell), ([a, b, c, d]) => {
        fc.pre(a + b > 0 && c + d > 0 && a + c > 0 && b + d > 0);
        const there = estimated(
          fisherExact(
            tableOf([
              [a, b],
              [c, d],
            ]),
          ),
        );
        for (const back of [
          tableOf([
            [c, d],
            [a, b],
          ]),
          tableOf([
            [b, a],
            [d, c],
          ]),
        ]) {
          const found = estimated(fisherExact(back));
          relative(found.p, there.p, 10);
          relative(found.pLess, there.pGreater, 10);
        }
        expect(there.pLess + there.pGreater).toBeGreaterThanOrEqual(1);
      }),
      RUNS,
    );
  });

  it('agrees with the conditional test where events are rare', () => {
    const fisher = estimated(
      fisherExact(
        tableOf([
          [12, 1e6 - 12],
          [3, 1e6 - 3],
        ]),
      ),
    );
    const conditional = exact([12, 1e6], [3, 1e6]);
    relative(fisher.pGreater, conditional.pGreater, 3);
  });

  it('gives nothing where the tail has left the doubles, and keeps digits until then', () => {
    expect(
      estimated(
        fisherExact(
          tableOf([
            [0, 1e5],
            [3000, 97_000],
          ]),
        ),
      ).pLess,
    ).toBe(0);
    // (50 choose 50)/(100 choose 50), closed form.
    relative(
      estimated(
        fisherExact(
          tableOf([
            [50, 0],
            [0, 50],
          ]),
        ),
      ).pGreater,
      9.911653021418e-30,
      10,
    );
  });

  it.each([
    [
      [
        [0, 4],
        [0, 3],
      ],
      'no-events',
    ],
    [
      [
        [4, 0],
        [3, 0],
      ],
      'all-events',
    ],
    [
      [
        [0, 0],
        [1, 3],
      ],
      'no-units',
    ],
  ] as const)('%j is unknown: %s', (table, reason) => {
    expect(fisherExact(tableOf(table))).toEqual({ kind: 'unknown', reason });
  });

  it('names what is malformed', () => {
    const good = { control: { events: 1, units: 2 }, treatment: { events: 1, units: 2 } };
    expect(() => fisherExact({ ...good, control: { events: 3, units: 2 } })).toThrow(
      'control.events must be ',
    );
    expect(() => fisherExact({ ...good, treatment: { events: 1, units: 1.5 } })).toThrow(
      'treatment.units must be ',
    );
  });
});
