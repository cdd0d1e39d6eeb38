import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  armSummary,
  type Comparison,
  compareMeans,
  compareProportions,
  type Effects,
  type Stratum,
  sampleRatioChiSquare,
} from '../../analysis/index.ts';
import { estimated, stratumOf } from './units.ts';

const VARIANTS: Readonly<Record<string, string>> = {
  'No E-Mail': 'control',
  'Mens E-Mail': 'mens',
  'Womens E-Mail': 'womens',
};

type Row = { variant: string; visit: number; order: number; spend: number; history: number };
let rows: Row[];

beforeAll(() => {
  const file = new URL('../../examples/hillstrom/hillstrom.csv.gz', import.meta.url);
  const [header, ...lines] = gunzipSync(readFileSync(file)).toString('utf8').trim().split(/\r?\n/);
  // Only the last columns and the third matter; a quoted field with a comma stands before the third.
  const columns = header?.split(',') ?? [];
  rows = lines.map((line) => {
    const fields = line.replace(/"[^"]*"/, 'quoted').split(',');
    const value = (name: string) => Number(fields[columns.indexOf(name)]);
    return {
      variant: VARIANTS[fields[columns.indexOf('segment')] ?? ''] ?? 'none',
      visit: value('visit'),
      order: value('conversion'),
      spend: value('spend'),
      history: value('history'),
    };
  });
});

type Metric = 'visit' | 'order' | 'spend';

function stratum(metric: Metric): Stratum {
  const arms: Record<string, number[][]> = {};
  for (const row of rows) {
    arms[row.variant] ??= [];
    arms[row.variant]?.push([row[metric], row.history]);
  }
  return stratumOf(arms, [0.5, 240]);
}

const compared = (
  compare: typeof compareMeans,
  metric: Metric,
  treatment: string,
  covariate = false,
): Comparison =>
  estimated(compare({ strata: [stratum(metric)], control: 'control', treatment, alpha: 0.05, covariate }));

/** Every digit given: the figure rounds to the text. */
function expectDigits(value: number, text: string): void {
  const digits = text
    .replace(/e.*$/, '')
    .replace(/^[-0.]*/, '')
    .replace('.', '').length;
  expect(Number(value.toPrecision(digits))).toBe(Number(text));
}

function expectEffect(
  { p, absolute }: Effects,
  difference: string,
  lower: string,
  upper: string,
  pText: string,
) {
  expectDigits(absolute.estimate, difference);
  expectDigits(absolute.ci[0], lower);
  expectDigits(absolute.ci[1], upper);
  expectDigits(p, pText);
}

describe('Hillstrom’s experiment, from its 64 000 rows', () => {
  it.each([
    // 3894/21307 is .182756840475 to twelve digits, and below …475: the data's README rounds it up.
    ['mens', 'visit', '.18275684047', '.07658956365', '.06995314761', '.08322597969', '1.3645e-112'],
    ['mens', 'order', '.01253109307', '.00680500652', '.00500007075', '.00860994229', '1.50182e-13'],
    ['mens', 'spend', '1.42261651101', '.76982715589', '.48513973257', '1.05451457922', '1.16381e-7'],
    ['womens', 'spend', '1.07720157105', '.42441221594', '.16895678988', '.67986764199', '.00112940'],
  ] as const)('%s, %s: Welch', (treatment, metric, mean, difference, lower, upper, p) => {
    expectEffect(compared(compareMeans, metric, treatment), difference, lower, upper, p);
    const arm = stratum(metric).arms[treatment];
    if (arm === undefined) throw new Error('no such arm');
    expectDigits(estimated(armSummary(arm, 'mean')).mean, mean);
  });

  it.each([
    ['visit', '.10616727682'],
    ['order', '.00572608655'],
    ['spend', '.65278935511'],
  ] as const)('control, %s: mean', (metric, mean) => {
    const { control } = stratum(metric).arms;
    if (control === undefined) throw new Error('no control');
    expectDigits(estimated(armSummary(control, 'mean')).mean, mean);
  });

  it('mens, spend: CUPED on the year before, with the plain figures beside it', () => {
    const comparison = compared(compareMeans, 'spend', 'mens', true);
    expect(comparison.method).toBe('welch+cuped');
    expectDigits(Number(comparison.covariate?.theta), '.00127159603');
    // The upper bound is 1.051969143428: the data's README has 1.05196914344, twice its rounded estimate less its lower bound.
    expectEffect(comparison, '.76734337577', '.48271760810', '1.05196914343', '1.26986e-7');
    if (comparison.unadjusted === null) throw new Error('no plain figures');
    expectEffect(comparison.unadjusted, '.76982715589', '.48513973257', '1.05451457922', '1.16381e-7');
  });

  it('θ comes from all three arms: from two it would be another', () => {
    const { control, mens } = stratum('spend').arms;
    if (control === undefined || mens === undefined) throw new Error('no arms');
    const two = compareMeans({
      strata: [{ arms: { control, mens } }],
      control: 'control',
      treatment: 'mens',
      alpha: 0.05,
      covariate: true,
    });
    expectDigits(Number(estimated(two).covariate?.theta), '.0012172');
  });

  it.each([
    ['visit', 'mens', '.07658956365', '22.486040827', '5.685165483e-112', '.06995330808', '.08322674127'],
    ['visit', 'womens', '.04523310659', '13.949180655', '3.182403159e-44', '.03889409536', '.05157434296'],
    ['order', 'mens', '.00680500652', '7.385114411', '1.523223501e-13', '.00501434467', '.00864072340'],
    ['order', 'womens', '.00311105751', '3.779560958', '1.571051291e-4', '.00150165713', '.00474547131'],
  ] as const)('%s, %s: score test and Newcombe', (metric, treatment, difference, z, p, lower, upper) => {
    const comparison = compared(compareProportions, metric, treatment);
    expect(comparison.method).toBe('score+newcombe');
    expectEffect(comparison, difference, lower, upper, p);
    expectDigits(comparison.absolute.statistic, z);
  });

  it('a proportion with a covariate is a mean with CUPED, and the score test and Newcombe stand beside it', () => {
    const comparison = compared(compareProportions, 'visit', 'mens', true);
    expect(comparison.method).toBe('welch+cuped');
    expect(comparison.unadjusted).toEqual({
      p: compared(compareProportions, 'visit', 'mens').p,
      absolute: compared(compareProportions, 'visit', 'mens').absolute,
      relative: compared(compareProportions, 'visit', 'mens').relative,
    });
    const asMean = compared(compareMeans, 'visit', 'mens', true);
    expect({ ...comparison, unadjusted: null }).toEqual({ ...asMean, unadjusted: null });
  });

  it('sample ratio', () => {
    const units = ['control', 'mens', 'womens'].map(
      (variant) => rows.filter((row) => row.variant === variant).length,
    );
    expect(units).toEqual([21306, 21307, 21387]);
    const ratio = estimated(sampleRatioChiSquare({ units, weights: [1, 1, 1] }));
    expectDigits(Number(ratio.chiSquare), '.20253');
    expectDigits(ratio.p, '.90369');
  });
});
