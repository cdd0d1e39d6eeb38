import { z } from 'zod';
import {
  meanDetectableEffect,
  meanPower,
  meanSampleSize,
  normalDetectableEffect,
  normalPower,
  normalSampleSize,
  remainingUnits,
} from '../../analysis/index.ts';
import { alphaSchema } from './arms.ts';
import { type Calculation, calculation } from './calculation.ts';
import {
  alphaOf,
  asLift,
  decisionSchema,
  designOf,
  detectableInput,
  errorsOf,
  marginSchema,
  planOf,
  powerInput,
  powerSchema,
  sidedSchema,
  sizeInput,
} from './power-designs.ts';
import { proportionPowerCalculations } from './power-of-proportions.ts';
import { looksOf, looksShape, sequentialPowerCalculations } from './sequential-power.ts';
import { simulatedPowerCalculations } from './simulated-power.ts';

const levelled = (input: z.output<typeof powerInput>) => planOf(input, alphaOf(input));

export const powerCalculations: readonly Calculation[] = [
  calculation({
    name: 'power-mean',
    about: 'Power of a t test of two means, by the noncentral t distribution',
    input: powerInput,
    example: { nPerArm: 20, effect: 1, sd: 1, alpha: 0.05 },
    compute: (input) => ({ kind: 'estimate', ...meanPower(levelled(input), input.nPerArm) }),
  }),
  calculation({
    name: 'sample-size-mean',
    about: 'Units that a t test of two means needs for a power',
    input: sizeInput,
    example: { effect: 1, sd: 1, alpha: 0.05, power: 0.9 },
    compute: (input) => {
      const { alpha, power } = errorsOf(input, input.power);
      return meanSampleSize(planOf(input, alpha), power);
    },
  }),
  calculation({
    name: 'detectable-effect-mean',
    about: 'The smallest effect that a t test of two means detects with given units and power',
    input: detectableInput,
    example: { nPerArm: 20, sd: 1, alpha: 0.05, power: 0.9 },
    compute: (input) => {
      const { alpha, power } = errorsOf(input, input.power);
      return asLift(meanDetectableEffect(designOf(input, alpha), input.nPerArm, power), input);
    },
  }),
  calculation({
    name: 'power-normal',
    about: 'Power of a z test of two means or ratios with many units',
    input: powerInput,
    example: { nPerArm: 10_000, lift: 0.02, controlMean: 5, sd: 4, covariateCorrelation: 0.6 },
    compute: (input) => ({ kind: 'estimate', ...normalPower(levelled(input), input.nPerArm) }),
  }),
  calculation({
    name: 'sample-size-normal',
    about: 'Units that a z test of two means or ratios needs: (zα + zβ)²(σ²C/κ + σ²T)/δ²',
    input: sizeInput,
    example: {
      effect: 0,
      sd: 4,
      controlMean: 5,
      allocation: 9,
      margin: { claim: 'non-inferiority', kind: 'relative', value: 0.05, harm: 'decrease' },
    },
    compute: (input) => {
      const { alpha, power } = errorsOf(input, input.power);
      return normalSampleSize(planOf(input, alpha), power);
    },
  }),
  calculation({
    name: 'detectable-effect-normal',
    about: 'The smallest effect that a z test detects with given units and power: (zα + zβ)·se',
    input: detectableInput,
    example: { nPerArm: 10_000, sd: 4, controlMean: 5, power: 0.8 },
    compute: (input) => {
      const { alpha, power } = errorsOf(input, input.power);
      return asLift(normalDetectableEffect(designOf(input, alpha), input.nPerArm, power), input);
    },
  }),
  calculation({
    name: 'remaining-units',
    about: 'Units that a running experiment still needs: n[(se(zα + zβ)/MDE)² − 1]',
    input: z.strictObject({
      n: z.int().nonnegative().describe('units so far, in all arms'),
      se: z.number().positive().describe('of the effect so far'),
      mde: z.number().positive(),
      alpha: alphaSchema,
      power: powerSchema,
      sided: sidedSchema,
      margin: marginSchema.describe('mde is then the distance from it, and the test one-sided'),
      decision: decisionSchema,
      watching: z
        .discriminatedUnion('kind', [
          z.strictObject({ kind: z.literal('any-time'), tuning: z.number().positive() }),
          z.strictObject({ kind: z.literal('group-sequential'), ...looksShape }),
        ])
        .optional()
        .describe('by the mixture sequence with N* = tuning, or at looks by Lan & DeMets'),
    }),
    example: { n: 1000, se: 0.5, mde: 1, alpha: 0.05, power: 0.8 },
    compute: ({ margin, decision, watching, ...running }) => {
      const sided = running.sided ?? (margin === undefined ? 2 : 1);
      const errors = errorsOf({ ...running, decision, margin }, running.power);
      return remainingUnits({
        ...running,
        ...errors,
        sided,
        watching:
          watching?.kind === 'group-sequential'
            ? { kind: watching.kind, ...looksOf({ ...watching, sided }, errors.alpha) }
            : watching,
      });
    },
  }),
  ...proportionPowerCalculations,
  ...sequentialPowerCalculations,
  ...simulatedPowerCalculations,
];
