import { z } from 'zod';
import { compareMeans, compareRatios, mergeThinStrata, type Stratum } from '../../analysis/index.ts';
import { alphaSchema } from './arms.ts';
import { type Calculation, calculation } from './calculation.ts';
import { dimensionOf, momentsOfVectors, shownComparison, vectorArmSchema } from './vector-arms.ts';

const strataSchema = z
  .array(z.strictObject({ control: vectorArmSchema, treatment: vectorArmSchema }))
  .min(1)
  .max(10_000);

const metricSchema = z
  .enum(['mean', 'ratio'])
  .default('mean')
  .describe('a mean has [metric, covariates…] per unit, a ratio [a, b] or [a, b, a before, b before]');

const arm = (n: number, sum: number, squares: number) => ({ n, sums: [sum], products: [squares] });
const strata = [
  { control: arm(100, 210, 900), treatment: arm(120, 280, 1200) },
  { control: arm(60, 300, 1700), treatment: arm(50, 270, 1620) },
];

function strataOf(given: z.output<typeof strataSchema>): readonly Stratum[] {
  const first = given[0]?.control;
  const dimension = first === undefined ? 0 : dimensionOf(first);
  // One centre for all, so that strata can merge.
  const centre = first !== undefined && 'values' in first ? (first.values[0] ?? []) : [];
  return given.map(({ control, treatment }, i) => ({
    arms: {
      control: momentsOfVectors(`strata[${i}].control`, control, dimension, centre),
      treatment: momentsOfVectors(`strata[${i}].treatment`, treatment, dimension, centre),
    },
  }));
}

function compared(
  given: readonly Stratum[],
  metric: 'mean' | 'ratio',
  alpha: number,
  strataAre: 'epochs' | 'post-strata',
) {
  const dimension = given[0]?.arms['control']?.centre.length ?? 0;
  const compare = metric === 'mean' ? compareMeans : compareRatios;
  const outcome = compare({
    strata: given,
    control: 'control',
    treatment: 'treatment',
    alpha,
    covariate: dimension > (metric === 'mean' ? 1 : 2),
    strataAre,
  });
  return outcome.kind === 'unknown' ? outcome : shownComparison(outcome);
}

export const strataCalculations: readonly Calculation[] = [
  calculation({
    name: 'stratified-difference',
    about: 'Two arms compared within epochs or other fixed strata, and combined by units',
    input: z.strictObject({ strata: strataSchema, metric: metricSchema, alpha: alphaSchema }),
    example: { strata, metric: 'mean', alpha: 0.05 },
    compute: (given) => compared(strataOf(given.strata), given.metric, given.alpha, 'epochs'),
  }),
  calculation({
    name: 'post-stratified-difference',
    about: 'Two arms compared within cells that a sample happens to have; thin cells merge',
    input: z.strictObject({
      strata: strataSchema,
      metric: metricSchema,
      alpha: alphaSchema,
      least: z.int().min(2).default(20).describe('units per arm below which a cell merges with others'),
    }),
    example: { strata, metric: 'mean', alpha: 0.05, least: 20 },
    compute: ({ strata: given, metric, alpha, least }) => {
      const merged = mergeThinStrata(strataOf(given), 'control', 'treatment', least);
      return { ...compared(merged, metric, alpha, 'post-strata'), strata: merged.length };
    },
  }),
];
