import { describe, expect, it } from 'vitest';
import {
  compareMeans,
  compareProportions,
  compareRatios,
  estimateMeans,
  mergeThinStrata,
  momentsOf,
  type Stratum,
} from '../../analysis/index.ts';
import { estimated, fromSums, PAIR, stratumOf, uniforms } from './units.ts';

const strata: readonly Stratum[] = [
  { arms: { control: fromSums(100, 210, 900), treatment: fromSums(120, 280, 1200) } },
  { arms: { control: fromSums(60, 300, 1700), treatment: fromSums(50, 320, 2250) } },
];
const variance = (n: number, sum: number, squares: number) => (squares - sum ** 2 / n) / (n - 1) / n;

describe('post-strata', () => {
  it('are Σw·δ with Σw²v + Σw(δₖ − δ)²/N', () => {
    const { absolute } = estimated(compareMeans({ ...PAIR, strata, strataAre: 'post-strata' }));
    const weights = [220 / 330, 110 / 330];
    const differences = [280 / 120 - 210 / 100, 320 / 50 - 300 / 60];
    const variances = [
      variance(100, 210, 900) + variance(120, 280, 1200),
      variance(60, 300, 1700) + variance(50, 320, 2250),
    ];
    const sum = (of: (k: number) => number) => of(0) + of(1);
    const difference = sum((k) => (weights[k] ?? 0) * (differences[k] ?? 0));
    const between = sum((k) => (weights[k] ?? 0) * ((differences[k] ?? 0) - difference) ** 2) / 330;
    expect(between).toBeGreaterThan(0.0005);
    expect(absolute.estimate).toBeCloseTo(difference, 13);
    expect(absolute.se ** 2).toBeCloseTo(
      sum((k) => (weights[k] ?? 0) ** 2 * (variances[k] ?? 0)) + between,
      13,
    );
  });

  it('that are epochs have no term between them', () => {
    const epochs = estimated(compareMeans({ ...PAIR, strata }));
    expect(estimated(compareMeans({ ...PAIR, strata, strataAre: 'epochs' }))).toEqual(epochs);
    const sampled = estimated(compareMeans({ ...PAIR, strata, strataAre: 'post-strata' }));
    expect(sampled.absolute.estimate).toBe(epochs.absolute.estimate);
    expect(sampled.absolute.se).toBeGreaterThan(epochs.absolute.se);
  });

  it('of a ratio over denominators of 1, and of zeros and ones, are those of the mean', () => {
    const units = (seed: number, n: number, level: number) => {
      const next = uniforms(seed);
      return Array.from({ length: n }, () => [next() < level ? 1 : 0, 1]);
    };
    const cells = [0.2, 0.6].map((level, i) =>
      stratumOf(
        { control: units(2 * i, 80, level), treatment: units(2 * i + 1, 90, level + 0.2 * i) },
        [0, 1],
      ),
    );
    const alone = cells.map(({ arms }) => ({
      arms: Object.fromEntries(
        Object.entries(arms).map(([variant, { n, centre, sums, products }]) => [
          variant,
          { n, centre: centre.slice(0, 1), sums: sums.slice(0, 1), products: products.slice(0, 1) },
        ]),
      ),
    }));
    const ratio = estimated(compareRatios({ ...PAIR, strata: cells, strataAre: 'post-strata' }));
    const mean = estimated(compareMeans({ ...PAIR, strata: alone, strataAre: 'post-strata' }));
    const share = estimated(compareProportions({ ...PAIR, strata: alone, strataAre: 'post-strata' }));
    expect(ratio.absolute.se).toBeCloseTo(mean.absolute.se, 12);
    expect(share.absolute).toEqual(mean.absolute);
    expect(share.method).toBe('welch');
  });

  it('know the error of the estimator over samples whose cells vary, and of its lift', () => {
    // Two cells of shares .3 and .7 with effects 6 and 0. Over 1500 runs a variance is known to ±3·√(2/1500) = ±11 %.
    const next = uniforms(1977);
    const runs = 1500;
    let [squares, claimed, fixed, cross, covariance] = [0, 0, 0, 0, 0];
    for (let run = 0; run < runs; run += 1) {
      const cells = [0, 1].map(() => ({ control: [] as number[][], treatment: [] as number[][] }));
      for (let unit = 0; unit < 80; unit += 1) {
        const cell = next() < 0.3 ? 0 : 1;
        const arm = next() < 0.5 ? 'control' : 'treatment';
        const effect = cell === 0 && arm === 'treatment' ? 6 : 0;
        cells[cell]?.[arm].push([10 + 5 * cell + effect + next()]);
      }
      const estimate = estimated(
        estimateMeans({
          ...PAIR,
          strata: cells.map((arms) => stratumOf(arms, [10])),
          strataAre: 'post-strata',
        }),
      );
      squares += (estimate.difference - 1.8) ** 2;
      cross += (estimate.difference - 1.8) * (estimate.control - 14);
      claimed += estimate.parts.reduce((sum, { variance: each }) => sum + each, 0);
      fixed += estimate.parts.slice(0, -1).reduce((sum, { variance: each }) => sum + each, 0);
      covariance -= estimate.parts.reduce((sum, { shared }) => sum + shared, 0);
    }
    expect(Math.abs(claimed / squares - 1)).toBeLessThan(0.11);
    expect(fixed / squares).toBeLessThan(0.2);
    expect(Math.abs(covariance / cross - 1)).toBeLessThan(0.15);
  });
});

describe('thin cells', () => {
  const cell = (control: number, treatment: number): Stratum => {
    const next = uniforms(control * 31 + treatment);
    const units = (n: number) =>
      momentsOf(
        Array.from({ length: n }, () => [next()]),
        [0.5],
      );
    return { arms: { control: units(control), treatment: units(treatment) } };
  };
  const sizes = (given: readonly Stratum[]) =>
    given.map(({ arms }) => [arms['control']?.n ?? 0, arms['treatment']?.n ?? 0]);
  const merge = (...cells: Stratum[]) => mergeThinStrata(cells, 'control', 'treatment', 20);

  it('merge into one, and with the smallest other where that is not enough', () => {
    expect(sizes(merge(cell(50, 60), cell(19, 40), cell(30, 2)))).toEqual([
      [50, 60],
      [49, 42],
    ]);
    expect(sizes(merge(cell(50, 60), cell(30, 30), cell(5, 6), cell(1, 0)))).toEqual([
      [50, 60],
      [36, 36],
    ]);
    expect(sizes(merge(cell(3, 4), cell(5, 6)))).toEqual([[8, 10]]);
    expect(merge(cell(20, 20), cell(30, 30))).toHaveLength(2);
  });

  it('lose no unit and no sum', () => {
    const cells = [cell(50, 60), cell(19, 40), cell(0, 2), cell(3, 3)];
    const total = (given: readonly Stratum[], arm: string) =>
      given.reduce((sum, { arms }) => sum + (arms[arm]?.sums[0] ?? 0), 0);
    for (const arm of ['control', 'treatment']) {
      expect(total(merge(...cells), arm)).toBeCloseTo(total(cells, arm), 12);
    }
    const compared = compareMeans({ ...PAIR, strata: merge(...cells), strataAre: 'post-strata' });
    expect(estimated(compared).unitsLeftOut).toBe(0);
  });

  it('need at least two units an arm to be none', () => {
    expect(() => mergeThinStrata([], 'control', 'treatment', 1)).toThrow('least must be ');
  });
});
