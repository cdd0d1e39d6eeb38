import { z } from 'zod';
import {
  compareQuantiles,
  estimateClusteredQuantile,
  estimateQuantile,
  type Moments,
  type Outcome,
  type QuantileEstimate,
  quantileClustering,
  summarizedQuantile,
  withClustering,
} from '../../analysis/index.ts';
import { alphaSchema } from './arms.ts';
import { asField, within } from './as-field.ts';
import { type Calculation, calculation } from './calculation.ts';

const clusters = z
  .strictObject({
    units: z.int().nonnegative(),
    below: z.number().nonnegative().describe('Σ I, I the values of a unit at or below the quantile'),
    observations: z.number().nonnegative().describe('Σ M, M the values of a unit'),
    belowSquares: z.number().nonnegative().describe('Σ I²'),
    products: z.number().nonnegative().describe('Σ I·M'),
    observationsSquares: z.number().nonnegative().describe('Σ M²'),
  })
  .describe('sums over units with several values each, which correct the variance for clustering');

const armSchema = z
  .union([
    z.strictObject({
      n: z.int().nonnegative().describe('values'),
      value: z.number(),
      lower: z.number().describe('the value at level ν − z√(ν(1−ν)/n)'),
      upper: z.number().describe('the value at level ν + z√(ν(1−ν)/n)'),
      clusters: clusters.optional(),
    }),
    z.strictObject({ values: z.array(z.number()).max(1_000_000) }),
    z.strictObject({ units: z.array(z.array(z.number()).max(100_000)).max(1_000_000) }),
  ])
  .describe(
    '{ n, value, lower, upper } of order statistics, { values }, or { units } with the values of each unit',
  );

const quantileSchema = z.number().gt(0).lt(1).describe('0.9 for the 90th percentile');
const boundsAlphaSchema = z
  .number()
  .gt(0)
  .lt(1)
  .default(0.05)
  .describe('lower and upper stand at the z of this two-sided alpha');

type Arm = z.output<typeof armSchema>;

function estimateOf(arm: Arm, quantile: number, boundsAlpha: number): Outcome<QuantileEstimate> {
  if ('values' in arm) return estimateQuantile({ values: arm.values, quantile, boundsAlpha });
  if ('units' in arm) return estimateClusteredQuantile({ units: arm.units, quantile, boundsAlpha });
  const { n, value, lower, upper } = arm;
  const estimate = summarizedQuantile({ n, value, lower, upper, quantile, boundsAlpha });
  if (estimate.kind === 'unknown' || arm.clusters === undefined) return estimate;
  const moments = momentsOfClusters(arm.clusters);
  return namingClusters(() => withClustering(estimate, moments));
}

/** What the library calls sums[0] and sums[1] of its moments is below and observations here. */
const namingClusters = <T>(compute: () => T): T =>
  asField('moments', 'clusters', () =>
    asField('moments.sums[0]', 'clusters.below', () =>
      asField('moments.sums[1]', 'clusters.observations', compute),
    ),
  );

function momentsOfClusters(sums: z.output<typeof clusters>): Moments {
  const { units, below, observations, belowSquares, products, observationsSquares } = sums;
  return {
    n: units,
    centre: [0, 0],
    sums: [below, observations],
    products: [belowSquares, products, observationsSquares],
  };
}

const shown = ({ n, value, lower, upper, se }: QuantileEstimate) => ({ n, value, lower, upper, se });

export const quantileCalculations: readonly Calculation[] = [
  calculation({
    name: 'quantile-difference',
    about: 'Difference and lift of a quantile of two arms by order statistics, values clustered or not',
    input: z.strictObject({
      quantile: quantileSchema,
      control: armSchema,
      treatment: armSchema,
      alpha: alphaSchema,
      boundsAlpha: boundsAlphaSchema,
    }),
    example: {
      quantile: 0.9,
      control: { n: 11054, value: 7.157987489967789, lower: 7.098780136, upper: 7.217194844 },
      treatment: { n: 10861, value: 7.694499927525767, lower: 7.641805986, upper: 7.747193869 },
    },
    compute: ({ quantile, control, treatment, alpha, boundsAlpha }) => {
      const ofControl = within('control', () => estimateOf(control, quantile, boundsAlpha));
      if (ofControl.kind === 'unknown') return ofControl;
      const ofTreatment = within('treatment', () => estimateOf(treatment, quantile, boundsAlpha));
      if (ofTreatment.kind === 'unknown') return ofTreatment;
      const outcome = compareQuantiles({ control: ofControl, treatment: ofTreatment, alpha });
      if (outcome.kind === 'unknown') return outcome;
      const { estimate, ci, se, statistic } = outcome.absolute;
      return {
        kind: 'estimate',
        estimate,
        ci,
        se,
        z: statistic,
        p: outcome.p,
        lift: outcome.relative,
        control: shown(ofControl),
        treatment: shown(ofTreatment),
      };
    },
  }),
  calculation({
    name: 'quantile',
    about: 'A quantile of one arm by exact order statistics, with its standard error',
    input: z.strictObject({ quantile: quantileSchema, arm: armSchema, boundsAlpha: boundsAlphaSchema }),
    example: { quantile: 0.5, arm: { values: [5, 1, 4, 2, 3, 9, 8, 6, 10, 7] } },
    compute: ({ quantile, arm, boundsAlpha }) => within('arm', () => estimateOf(arm, quantile, boundsAlpha)),
  }),
  calculation({
    name: 'quantile-clustering',
    about: 'By how much units with several values each change the variance of a quantile',
    input: z.strictObject({ clusters }),
    example: {
      clusters: {
        units: 4,
        below: 4,
        observations: 7,
        belowSquares: 6,
        products: 8,
        observationsSquares: 15,
      },
    },
    compute: (input) => namingClusters(() => quantileClustering(momentsOfClusters(input.clusters))),
  }),
];
