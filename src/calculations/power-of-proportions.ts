import { z } from 'zod';
import {
  detectableProportion,
  normalPower,
  normalSampleSize,
  proportionMarginPlan,
  proportionPower,
  proportionSampleSize,
} from '../../analysis/index.ts';
import { alphaSchema } from './arms.ts';
import { asField } from './as-field.ts';
import { type Calculation, calculation } from './calculation.ts';
import {
  alphaOf,
  decisionSchema,
  designShape,
  errorsOf,
  marginSchema,
  powerSchema,
  sidedSchema,
  strictSchema,
  unitsSchema,
} from './power-designs.ts';

const shareSchema = z.number().gt(0).lt(1);
const shape = {
  a: shareSchema.describe('the control’s share'),
  alpha: alphaSchema,
  sided: sidedSchema,
  allocation: designShape.allocation,
  strict: strictSchema,
  decision: decisionSchema,
};
const treatmentSchema = shareSchema.describe('the treatment’s share');

export const proportionPowerCalculations: readonly Calculation[] = [
  calculation({
    name: 'power-proportion',
    about: 'Power of the pooled score test of two proportions, or of a test against a margin',
    input: z.strictObject({ nPerArm: unitsSchema, b: treatmentSchema, margin: marginSchema, ...shape }),
    example: { nPerArm: 50, a: 0.5, b: 0.75, alpha: 0.05 },
    compute: (input) => {
      const { nPerArm, a: control, b: treatment, sided, allocation, strict, margin } = input;
      const alpha = alphaOf(input);
      const result =
        margin === undefined
          ? proportionPower({ control, treatment, alpha, sided, allocation, strict }, nPerArm)
          : normalPower(proportionMarginPlan({ control, treatment, alpha, allocation }, margin), nPerArm);
      return { kind: 'estimate', ...result };
    },
  }),
  calculation({
    name: 'sample-size-proportion',
    about: 'Units that a test of two proportions needs for a power, with or without a margin',
    input: z.strictObject({ power: powerSchema, b: treatmentSchema, margin: marginSchema, ...shape }),
    example: { a: 0.5, b: 0.75, alpha: 0.05, power: 0.9 },
    compute: (input) => {
      const { a: control, b: treatment, sided, allocation, strict, margin } = input;
      const { alpha, power } = errorsOf(input, input.power);
      return margin === undefined
        ? asField('treatment', 'b', () =>
            proportionSampleSize({ control, treatment, alpha, sided, allocation, strict }, power),
          )
        : normalSampleSize(proportionMarginPlan({ control, treatment, alpha, allocation }, margin), power);
    },
  }),
  calculation({
    name: 'detectable-proportion',
    about: 'The share of the treatment that is just detectable with given units and power',
    input: z.strictObject({
      nPerArm: unitsSchema,
      power: powerSchema,
      direction: z.enum(['increase', 'decrease']).default('increase'),
      ...shape,
    }),
    example: { nPerArm: 50, a: 0.5, alpha: 0.05, power: 0.9 },
    compute: (input) => {
      const { nPerArm, a: control, sided, allocation, strict, direction } = input;
      const { alpha, power } = errorsOf(input, input.power);
      return detectableProportion({ control, alpha, sided, allocation, strict }, nPerArm, power, direction);
    },
  }),
];
