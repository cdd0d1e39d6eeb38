import { z } from 'zod';
import {
  betaBinomialBounds,
  bettingBounds,
  boundsVerdict,
  empiricalBernsteinBounds,
  guardrailEvidence,
  guardrailNeeds,
  guardrailVerdict,
  harmAtObservedShare,
  observeBetting,
  observeEmpiricalBernstein,
  observeGuardrail,
  startBetting,
  startEmpiricalBernstein,
  startGuardrail,
} from '../../analysis/index.ts';
import { alphaSchema, proportionArmSchema } from './arms.ts';
import { type Calculation, calculation } from './calculation.ts';

const eventsSchema = z
  .strictObject({ treatment: z.int().nonnegative(), control: z.int().nonnegative() })
  .describe('cumulative units per arm that have had a first event');
const directionSchema = z.enum(['increaseIsBad', 'decreaseIsBad']);
const safetySchema = z
  .boolean()
  .optional()
  .describe('whether safety is tested too; yes where the margin is above 0, unless given');
const planFields = {
  share: z.number().gt(0).lt(1).describe('the treatment’s share of what both arms are allocated'),
  direction: directionSchema,
  margin: z.number().nonnegative().describe('relative change that is still borne'),
  safety: safetySchema,
  concentrations: z.array(z.number().positive()).min(1).max(10).optional(),
  lateStarts: z
    .array(z.int().positive())
    .max(20)
    .optional()
    .describe('events after which a further process starts; 100, 1000, … unless given'),
};
const looksSchema = z.array(eventsSchema).min(1).max(10_000);

/** The fields that are given: an option is left out rather than undefined. */
function given<T extends object>(record: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}

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

export const guardrailCalculations: readonly Calculation[] = [
  calculation({
    name: 'guardrail-e-process',
    about: 'Harm and safety of a treatment from first harmful events per arm, valid at any time',
    input: z.strictObject({ ...planFields, looks: looksSchema, alpha: alphaSchema }),
    example: {
      share: 0.1,
      direction: 'increaseIsBad',
      margin: 0,
      looks: [
        { treatment: 4, control: 21 },
        { treatment: 31, control: 118 },
      ],
      alpha: 0.05,
    },
    compute: ({ looks, alpha, ...plan }) => {
      const state = looks.reduce(observeGuardrail, startGuardrail(given(plan)));
      const evidence = guardrailEvidence(state);
      return evidence.kind === 'unknown'
        ? evidence
        : { ...evidence, verdict: guardrailVerdict(state, alpha), events: state.events };
    },
  }),
  calculation({
    name: 'guardrail-harm-at-observed-share',
    about: 'Whether harm holds with the split taken from the units themselves, where the sample ratio alarms',
    input: z.strictObject({
      ...planFields,
      looks: looksSchema,
      impressions: z
        .strictObject({ treatment: z.int().nonnegative(), control: z.int().nonnegative() })
        .describe('units per arm at their first impression'),
      alpha: alphaSchema,
      shareAlpha: z.number().gt(0).lt(1).default(0.01).describe('what the share’s interval is made at'),
    }),
    example: {
      share: 0.5,
      direction: 'increaseIsBad',
      margin: 0,
      looks: [{ treatment: 550, control: 450 }],
      impressions: { treatment: 55_000, control: 45_000 },
      alpha: 0.05,
    },
    compute: ({ looks, impressions, alpha, shareAlpha, ...plan }) => {
      const state = looks.reduce(observeGuardrail, startGuardrail(given(plan)));
      return { kind: 'estimate', ...harmAtObservedShare(state, impressions, alpha, shareAlpha) };
    },
  }),
  calculation({
    name: 'guardrail-needs',
    about: 'Events and units that showing harm and showing safety take, for setting up a guardrail',
    input: z.strictObject({
      ...planFields,
      baseRate: z.number().gt(0).lt(1).describe('share of control’s units that have an event'),
      effect: z.number().describe('the treatment’s true relative change: 1 doubles the rate'),
      alpha: alphaSchema,
    }),
    example: {
      share: 0.5,
      direction: 'increaseIsBad',
      margin: 0.2,
      baseRate: 0.01,
      effect: 1,
      alpha: 0.05,
    },
    compute: (outlook) => ({ kind: 'estimate', ...guardrailNeeds(given(outlook)) }),
  }),
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
      const [before, after] = [control, treatment].map((values) =>
        method === 'betting'
          ? bettingBounds(observeBetting(startBetting(plan), values))
          : empiricalBernsteinBounds(observeEmpiricalBernstein(startEmpiricalBernstein(plan), values)),
      );
      if (before?.kind !== 'estimate') return before ?? { kind: 'unknown', reason: 'no-units' };
      if (after?.kind !== 'estimate') return after ?? { kind: 'unknown', reason: 'no-units' };
      const bounds = {
        control: [before.lower, before.upper] as const,
        treatment: [after.lower, after.upper] as const,
      };
      return { kind: 'estimate', ...bounds, ...boundsVerdict({ ...bounds, ...given(asked) }) };
    },
  }),
];
