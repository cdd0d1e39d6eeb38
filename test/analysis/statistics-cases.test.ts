import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import {
  armSummary,
  compareMeans,
  compareProportions,
  type Moments,
  momentsOf,
  sampleRatioChiSquare,
} from '../../analysis/index.ts';
import { estimated, fromCount, fromSums } from './units.ts';

type Arm = { n: number; sum: number; sumSquares: number } | { values: number[] };
type Pair = { control: Arm; treatment: Arm; alpha: number };
type Counts = { a: [number, number]; b: [number, number]; alpha: number };
type Figures = Record<string, number | readonly number[]>;
interface Case {
  readonly source: string;
  readonly method: string;
  readonly input: unknown;
  readonly expected: Figures;
  readonly digits: number;
}

const cases: Case[] = JSON.parse(
  readFileSync(new URL('../golden/statistics-cases.json', import.meta.url), 'utf8'),
);

function momentsFrom(arm: Arm): Moments {
  if ('values' in arm) {
    return momentsOf(
      arm.values.map((value) => [value]),
      [0],
    );
  }
  return fromSums(arm.n, arm.sum, arm.sumSquares);
}

function means({ control, treatment, alpha }: Pair) {
  return estimated(
    compareMeans({
      strata: [{ arms: { a: momentsFrom(control), b: momentsFrom(treatment) } }],
      control: 'a',
      treatment: 'b',
      alpha,
      covariate: false,
    }),
  );
}

/** The series that the only NIST case describes in words. */
function numAcc3(): number[][] {
  const series = [[1000000.2]];
  for (let i = 0; i < 500; i += 1) series.push([1000000.1], [1000000.3]);
  return series;
}

/** The methods of a fixed-horizon scorecard; the file also has cases of methods that are no part of it. */
const METHODS: Readonly<Record<string, (input: never) => Figures>> = {
  'welch-absolute': (input: Pair): Figures => {
    const { p, absolute } = means(input);
    return {
      estimate: absolute.estimate,
      ci: absolute.ci,
      p,
      t: absolute.statistic,
      df: absolute.df ?? Number.NaN,
    };
  },
  'lift-fieller': (input: Pair): Figures => {
    const { estimate, ci } = means(input).relative;
    return { estimate: estimate ?? Number.NaN, ci: ci ?? [] };
  },
  'sample-ratio-chi-square': (input: { units: number[]; weights: number[] }): Figures => ({
    p: estimated(sampleRatioChiSquare(input)).p,
  }),
  'newcombe-hybrid-difference': ({ a, b, alpha }: Counts): Figures => {
    const comparison = compareProportions({
      strata: [{ arms: { a: fromCount(...a), b: fromCount(...b) } }],
      control: 'b',
      treatment: 'a',
      alpha,
      covariate: false,
    });
    return { ci: estimated(comparison).absolute.ci };
  },
  'standard-deviation': (): Figures => {
    const { mean, sd } = estimated(armSummary(momentsOf(numAcc3(), [1000000.2]), 'mean'));
    return { mean, sd };
  },
};

const applicable = cases.filter(({ method }) => METHODS[method] !== undefined);

it('has cases for every method of a fixed-horizon scorecard that others publish', () => {
  expect(new Set(applicable.map(({ method }) => method))).toEqual(new Set(Object.keys(METHODS)));
  expect(applicable.length).toBe(8);
});

it.each(applicable)('$source: $method', ({ method, input, expected, digits }) => {
  const figures = METHODS[method]?.(input as never) ?? {};
  for (const [name, value] of Object.entries(expected)) {
    const [ours, theirs] = [figures[name], value].map((figure) => [figure ?? Number.NaN].flat());
    expect(ours?.length).toBe(theirs?.length);
    theirs?.forEach((figure, i) => {
      expect(Math.abs((ours?.[i] ?? Number.NaN) - figure)).toBeLessThanOrEqual(0.5 * 10 ** -digits);
    });
  }
});
