import { z } from 'zod';
import {
  heterogeneity,
  heterogeneityOverDimensions,
  shrunkenSegments,
  whatDiffers,
} from '../../analysis/index.ts';
import { alphaSchema } from './arms.ts';
import { type Calculation, calculation } from './calculation.ts';

const name = z.string().min(1).max(200);
const segment = z
  .strictObject({ segment: name, estimate: z.number(), se: z.number().positive() })
  .describe('the effect in one segment, with its standard error');
const segments = z.array(segment).max(5_000);
const dimensionsOf = <S extends z.ZodType>(one: S) =>
  z.array(z.strictObject({ dimension: name, segments: z.array(one).max(1_000) })).max(100);

// Four of the eight schools of Rubin (1981).
const schools = [
  { segment: 'A', estimate: 28, se: 15 },
  { segment: 'B', estimate: 8, se: 10 },
  { segment: 'C', estimate: -3, se: 16 },
  { segment: 'D', estimate: 7, se: 11 },
];
const platforms = [
  { segment: 'iOS', estimate: -0.3, se: 0.05, units: 2000 },
  { segment: 'web', estimate: 0.1, se: 0.02, units: 8000 },
];

export const segmentCalculations: readonly Calculation[] = [
  calculation({
    name: 'heterogeneity',
    about: 'Do segments’ effects differ by more than chance: Cochran’s Q, I² and τ²',
    input: z.strictObject({ segments }),
    example: { segments: schools },
    compute: (input) => heterogeneity(input.segments),
  }),
  calculation({
    name: 'heterogeneity-over-dimensions',
    about: 'Cochran’s Q in each of several dimensions, adjusted by Holm',
    input: z.strictObject({ dimensions: dimensionsOf(segment) }),
    example: { dimensions: [{ dimension: 'school', segments: schools }] },
    compute: ({ dimensions }) => ({
      kind: 'estimate',
      dimensions: heterogeneityOverDimensions(dimensions).map(({ dimension, outcome }) => ({
        dimension,
        ...outcome,
      })),
    }),
  }),
  calculation({
    name: 'shrunken-segments',
    about: 'Segments’ effects drawn towards their mean by empirical Bayes, with intervals',
    input: z.strictObject({ segments, alpha: alphaSchema }),
    example: { segments: schools, alpha: 0.05 },
    compute: (input) => shrunkenSegments(input.segments, input.alpha),
  }),
  calculation({
    name: 'what-differs',
    about: 'Values of dimensions ranked by what they contribute to the overall effect',
    input: z.strictObject({
      dimensions: dimensionsOf(segment.extend({ units: z.int().nonnegative() })),
      order: z
        .enum(['contribution', 'excess'])
        .default('contribution')
        .describe('by share × effect, or by share × (effect − overall effect)'),
    }),
    example: { dimensions: [{ dimension: 'platform', segments: platforms }], order: 'excess' },
    compute: ({ dimensions, order }) => whatDiffers(dimensions, order),
  }),
];
