import { z } from 'zod';
import { armSummary, deltaLift, type Moments, type Outcome } from '../../analysis/index.ts';
import { armSchema, momentsOfArm, momentsOfCount, proportionArmSchema } from './arms.ts';
import { type Calculation, calculation } from './calculation.ts';
import {
  common,
  type Effect,
  EITHER,
  form,
  type Look,
  meansExample,
  oneOfBoth,
  proportionsExample,
  readAtAnyTime,
} from './sequential-look.ts';

interface Pair {
  readonly control: Moments;
  readonly treatment: Moments;
}

/** Mean and variance of the mean of one arm; a proportion's is p(1 − p)/n, as other tools have it. */
function figureOf(moments: Moments, isProportion: boolean): Outcome<{ mean: number; variance: number }> {
  const summary = armSummary(moments, 'mean');
  if (summary.kind === 'unknown') return summary;
  const { mean, sd, units } = summary;
  const variance = isProportion ? mean * (1 - mean) : sd * sd;
  return { kind: 'estimate', mean, variance: variance / units };
}

/** The difference or the lift by the delta method, with its standard error. */
function effectOf(pair: Pair, scale: 'absolute' | 'lift', isProportion: boolean): Outcome<Effect> {
  const control = figureOf(pair.control, isProportion);
  if (control.kind === 'unknown') return control;
  const treatment = figureOf(pair.treatment, isProportion);
  if (treatment.kind === 'unknown') return treatment;
  const difference = treatment.mean - control.mean;
  const differenceVariance = control.variance + treatment.variance;
  if (scale === 'absolute') {
    return differenceVariance > 0
      ? { kind: 'estimate', estimate: difference, se: Math.sqrt(differenceVariance) }
      : { kind: 'unknown', reason: 'zero-variance' };
  }
  const input = {
    difference,
    control: control.mean,
    differenceVariance,
    controlVariance: control.variance,
    covariance: -control.variance,
  };
  const lift = deltaLift(input, 0.05);
  return lift.kind === 'unknown' ? lift : { kind: 'estimate', estimate: lift.estimate, se: lift.se };
}

const SIDES = [
  { suffix: '', alternative: 'two-sided', words: 'interval' },
  { suffix: '-greater', alternative: 'greater', words: 'lower bound' },
  { suffix: '-less', alternative: 'less', words: 'upper bound' },
] as const;
const SCALES = [
  { scale: 'absolute', words: 'difference' },
  { scale: 'lift', words: 'lift (by the delta method)' },
] as const;

/** Every scale and side, of means and of proportions. */
export const sequentialEffectCalculations: readonly Calculation[] = SCALES.flatMap(
  ({ scale, words: effect }) =>
    SIDES.flatMap(({ suffix, alternative, words: bounds }) => [
      calculation({
        name: `sequential-${scale}${suffix}`,
        about: `${capitalised(effect)} of two means read at any time: ${bounds} and running p`,
        input: z
          .strictObject({ control: armSchema, treatment: armSchema, ...common, form })
          .refine(oneOfBoth, EITHER),
        example: { ...meansExample, alpha: 0.05, tuning: 5000 },
        compute: ({ control, treatment, ...look }) =>
          readPair(momentsOfArm(control), momentsOfArm(treatment), false, scale, { ...look, alternative }),
      }),
      calculation({
        name: `sequential-${scale}-proportion${suffix}`,
        about: `${capitalised(effect)} of two proportions read at any time: ${bounds} and running p`,
        input: z
          .strictObject({ control: proportionArmSchema, treatment: proportionArmSchema, ...common, form })
          .refine(oneOfBoth, EITHER),
        example: { ...proportionsExample, alpha: 0.05, tuning: 5000 },
        compute: ({ control, treatment, ...look }) =>
          readPair(momentsOfCount(control), momentsOfCount(treatment), true, scale, { ...look, alternative }),
      }),
    ]),
);

function readPair(
  control: Moments,
  treatment: Moments,
  isProportion: boolean,
  scale: 'absolute' | 'lift',
  look: Omit<Look, 'n'>,
): object {
  const effect = effectOf({ control, treatment }, scale, isProportion);
  if (effect.kind === 'unknown') return effect;
  return readAtAnyTime(effect, { ...look, n: control.n + treatment.n });
}

function capitalised(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
