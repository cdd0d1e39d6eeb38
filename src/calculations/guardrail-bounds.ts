import { z } from 'zod';
import {
  betaBinomialBounds,
  bettingBounds,
  boundsVerdict,
  empiricalBernsteinBounds,
  observeBetting,
  observeEmpiricalBernstein,
  startBetting,
  startEmpiricalBernstein,
} from '../../analysis/index.ts';
import { alphaSchema, proportionArmSchema } from './arms.ts';
import { asField } from './as-field.ts';
import { type Calculation, calculation } from './calculation.ts';
import { directionSchema, given, safetySchema } from './guardrail-inputs.ts';

const boundsFields = {
  direction: directionSchema,
  margin: z.strictObject({ kind: z.enum(['absolute', 'relative']), value: z.number().nonnegative() }),
  safety: safetySchema,
  alpha: alphaSchema,
};
const valuesSchema = z
  .array(z.number().nonnegative())
  .max(1_000_000)
  .describe('a number per unit, in order of arrival');

export const guardrailBoundCalculations: readonly Calculation[] = [
  calculation({
    name: 'guardrail-proportions',
    about: 'Harm and safety of two proportions (high base rate or absolute margin), valid at any time',
    input: z.strictObject({ control: proportionArmSchema, treatment: proportionArmSchema, ...boundsFields }),
    example: {
      control: { n: 10_000, events: 9000 },
      treatment: { n: 10_000, events: 10_000 },
      direction: 'increaseIsBad',
      margin: { kind: 'absolute', value: 0 },
      alpha: 0.01,
    },
    compute: ({ control, treatment, alpha, ...asked }) => {
      const bounds = {
        control: betaBinomialBounds(control, alpha / 2),
        treatment: betaBinomialBounds(treatment, alpha / 2),
      };
      if (control.n === 0 || treatment.n === 0) return { kind: 'unknown', reason: 'no-units' };
      return { kind: 'estimate', ...bounds, ...boundsVerdict({ ...bounds, ...given(asked) }) };
    },
  }),
  calculation({
    name: 'guardrail-means',
    about: 'Harm and safety of two means of capped values, however skewed, valid at any time',
    input: z.strictObject({
      control: valuesSchema,
      treatment: valuesSchema,
      cap: z.number().positive().describe('what no value exceeds, fixed beforehand'),
      method: z.enum(['betting', 'empirical-bernstein']).default('betting'),
      ...boundsFields,
    }),
    example: {
      control: Array.from({ length: 400 }, (_, i) => i % 4),
      treatment: Array.from({ length: 400 }, (_, i) => 2 + (i % 2)),
      cap: 3,
      direction: 'increaseIsBad',
      margin: { kind: 'relative', value: 0.1 },
      alpha: 0.05,
    },
    compute: ({ control, treatment, cap, method, alpha, ...asked }) => {
      const plan = { cap, alpha: alpha / 2 };
      const boundsOf = (values: readonly number[]) =>
        method === 'betting'
          ? bettingBounds(observeBetting(startBetting(plan), values))
          : empiricalBernsteinBounds(observeEmpiricalBernstein(startEmpiricalBernstein(plan), values));
      const before = asField('values', 'control', () => boundsOf(control));
      const after = asField('values', 'treatment', () => boundsOf(treatment));
      if (before.kind === 'unknown') return before;
      if (after.kind === 'unknown') return after;
      const bounds = {
        control: [before.lower, before.upper] as const,
        treatment: [after.lower, after.upper] as const,
      };
      return { kind: 'estimate', ...bounds, ...boundsVerdict({ ...bounds, ...given(asked) }) };
    },
  }),
];
