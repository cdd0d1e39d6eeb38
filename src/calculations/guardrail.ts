import { z } from 'zod';
import {
  type GuardrailPlan,
  type GuardrailState,
  guardrailEvidence,
  guardrailNeeds,
  guardrailVerdict,
  harmAtObservedShare,
  observeGuardrail,
  startGuardrail,
} from '../../analysis/index.ts';
import { alphaSchema } from './arms.ts';
import { asField } from './as-field.ts';
import { type Calculation, calculation } from './calculation.ts';
import { guardrailBoundCalculations } from './guardrail-bounds.ts';
import { directionSchema, given, safetySchema } from './guardrail-inputs.ts';

const eventsSchema = z
  .strictObject({ treatment: z.int().nonnegative(), control: z.int().nonnegative() })
  .describe('cumulative units per arm that have had a first event');
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

function stateAfter(looks: z.output<typeof looksSchema>, plan: GuardrailPlan): GuardrailState {
  return looks.reduce(
    (state, look, i) => asField('events', `looks[${i}]`, () => observeGuardrail(state, look)),
    startGuardrail(plan),
  );
}

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
      const state = stateAfter(looks, given(plan));
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
      const state = stateAfter(looks, given(plan));
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
  ...guardrailBoundCalculations,
];
