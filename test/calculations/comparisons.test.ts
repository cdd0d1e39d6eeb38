import { describe, expect, it } from 'vitest';
import type { Calculation } from '../../src/calculations/calculation.ts';
import { computeOutcome, findCalculation } from '../../src/calculations/compute.ts';
import { countCalculations } from '../../src/calculations/counts.ts';
import { cupedCalculations } from '../../src/calculations/cuped.ts';
import { liftCalculations } from '../../src/calculations/lift.ts';
import { marginCalculations } from '../../src/calculations/margins.ts';
import { meanCalculations } from '../../src/calculations/means.ts';
import { proportionCalculations } from '../../src/calculations/proportions.ts';
import { ratioCalculations } from '../../src/calculations/ratios.ts';
import { strataCalculations } from '../../src/calculations/strata.ts';

const ours: readonly Calculation[] = [
  ...meanCalculations,
  ...liftCalculations,
  ...proportionCalculations,
  ...ratioCalculations,
  ...cupedCalculations,
  ...strataCalculations,
  ...marginCalculations,
  ...countCalculations,
];

const compute = (name: string, input: unknown) => computeOutcome(findCalculation(ours, name), input);

const sums = {
  control: { n: 3407, sum: 1396.87, sumSquares: 52377.9767 },
  treatment: { n: 3461, sum: 2422.7, sumSquares: 134698.29 },
};
const asVectors = {
  control: { n: 3407, sums: [1396.87], products: [52377.9767] },
  treatment: { n: 3461, sums: [2422.7], products: [134698.29] },
};
// R's sleep data raised by 6, the second group without its last value.
const values = {
  control: { values: [6.7, 4.4, 5.8, 4.8, 5.9, 9.4, 9.7, 6.8, 6, 8] },
  treatment: { values: [7.9, 6.8, 7.1, 6.1, 5.9, 10.4, 11.5, 7.6, 10.6] },
};
const close = (value: number, digits = 5) => expect.closeTo(value, digits);

describe('calculations of comparisons', () => {
  it.each([
    // GrowthBook gbstats, as in statistics-cases.json; the lift by t with Welch's degrees of freedom.
    [
      'welch-absolute',
      sums,
      { estimate: close(0.29), ci: [close(0.04538), close(0.53462)], p: close(0.02016) },
    ],
    ['lift-fieller', sums, { estimate: close(0.70732), ci: [close(0.09406), close(1.70869)] }],
    [
      'lift-delta',
      sums,
      {
        estimate: close(0.70732),
        se: close(0.37879),
        p: close(0.06191),
        ci: [close(-0.03526), close(1.44989)],
      },
    ],
    ['stratified-difference', { strata: [asVectors] }, { estimate: close(0.29), p: close(0.02016) }],
    [
      'post-stratified-difference',
      { strata: [asVectors] },
      { ci: [close(0.04538), close(0.53462)], strata: 1 },
    ],
    // Newcombe 1998, table II.
    ['newcombe-hybrid-difference', { a: [9, 10], b: [3, 10] }, { ci: [close(0.1705, 4), close(0.809, 4)] }],
    ['miettinen-nurminen-difference', { a: [9, 10], b: [3, 10] }, { ci: [close(0.17, 4), close(0.8406, 4)] }],
    // statsmodels 0.15.0.
    [
      'miettinen-nurminen-ratio',
      { a: [56, 70], b: [48, 80], ratio: 1.1 },
      { ci: [close(1.0790471195), close(1.6721453591)], z: close(1.7838911493), p: close(0.0744413544) },
    ],
    [
      'tost-mean',
      { ...values, margins: { kind: 'absolute', below: 1, above: 3.5 } },
      { p: close(0.0185705205, 9), ci: [close(-0.1044643779, 8), close(3.0266866001, 8)], shown: true },
    ],
    // SciPy 1.17.1.
    [
      'non-inferiority-mean',
      { ...values, harmful: 'increase is harmful', margin: { kind: 'relative', value: 0.5 } },
      {
        statistic: close(-1.7445319069, 8),
        p: close(0.04972997968, 9),
        df: close(16.682066773, 7),
        shown: true,
      },
    ],
    [
      'superiority-by-margin-mean',
      { ...values, harmful: 'decrease is harmful', margin: { kind: 'relative', value: 0.05 } },
      { p: close(0.1183508825, 9), shown: false },
    ],
    [
      'exact-conditional',
      { a: [11, 800], b: [21, 3011] },
      { pAsUnlikely: close(0.079668633, 9), ci: [close(0.8584264, 6), close(4.2772659, 6)] },
    ],
    ['fisher-exact', { a: [2, 12], b: [15, 18] }, { pLess: close(0.000465180943, 11) }],
    // χ² of the 2×2 table without correction is 7.0234114.
    ['score-test', { a: [56, 70], b: [48, 80] }, { z: close(Math.sqrt(7.0234114), 6) }],
    // statsmodels 0.15.0, ordinary least squares (see the tests of the methods).
    [
      'cuped-missing',
      {
        control: {
          values: [
            [3, 1],
            [5, 2],
            [4.5, 3],
            [9, 7],
            [2, null],
            [4, null],
            [6, 4],
          ],
        },
        treatment: {
          values: [
            [4, 1],
            [7, 2],
            [9, 4],
            [5, null],
            [3, null],
            [12, 6],
          ],
        },
        slopes: 'per-arm',
      },
      { estimate: close(2.1680524464, 9) },
    ],
  ])('%s', (name, input, expected) => {
    expect(compute(name, input)).toMatchObject({ kind: 'estimate', ...expected });
  });

  it('take an arm as numbers or as their moments', () => {
    const units = [
      [1, 2, 1, 3],
      [3, 5, 2, 4],
      [2, 5, 2, 5],
      [4, 6, 3, 5],
    ];
    const others = [
      [2, 4, 1, 4],
      [3, 4, 2, 4],
      [3, 6, 2, 5],
      [4, 5, 4, 6],
      [2, 4, 1, 3],
    ];
    const moments = (vectors: number[][]) => ({
      n: vectors.length,
      sums: [0, 1, 2, 3].map((i) => vectors.reduce((sum, u) => sum + (u[i] ?? 0), 0)),
      products: [0, 1, 2, 3].flatMap((i) =>
        [0, 1, 2, 3].slice(i).map((j) => vectors.reduce((sum, u) => sum + (u[i] ?? 0) * (u[j] ?? 0), 0)),
      ),
    });
    for (const name of ['ratio-cuped', 'cuped-difference']) {
      const fromValues = compute(name, { control: { values: units }, treatment: { values: others } });
      const fromMoments = compute(name, { control: moments(units), treatment: moments(others) });
      expect(fromMoments).toMatchObject({
        estimate: close((fromValues as { estimate: number }).estimate, 10),
      });
    }
  });

  it('give no z and no p where every unit is alike, but their interval', () => {
    const none = compute('miettinen-nurminen-difference', { a: [0, 10], b: [0, 20] });
    expect(none).toMatchObject({ z: null, p: null, ci: [close(-0.1658, 4), close(0.2844, 4)] });
    expect(compute('score-test', { a: [0, 10], b: [0, 20] })).toEqual({
      kind: 'unknown',
      reason: 'no-events',
    });
  });

  it.each([
    ['exact-conditional', { a: [1.5, 10], b: [0, 1] }, 'a'],
    ['miettinen-nurminen-difference', { a: [5, 4], b: [0, 1] }, 'a'],
    [
      'ratio-difference',
      { control: { values: [[1, 2, 3]] }, treatment: { values: [[1, 2]] } },
      'control.values',
    ],
    ['tost-mean', { ...values, margins: { kind: 'absolute', below: 0, above: 1 } }, 'margins.below'],
    [
      'non-inferiority-mean',
      { ...values, harmful: 'increase', margin: { kind: 'absolute', value: 1 } },
      'harmful',
    ],
    ['post-stratified-difference', { strata: [asVectors], least: 1 }, 'least'],
  ])('%s names what is malformed', (name, input, field) => {
    expect(() => compute(name, input)).toThrow(field);
  });
});
