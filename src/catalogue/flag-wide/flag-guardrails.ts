import { z } from 'zod';
import { DecisionPolicy, GuardrailDefinition } from '../guardrail.ts';
import { Key } from '../key.ts';

/** What no flag of an environment may harm, unless it says otherwise. */
export const FlagGuardrails = z
  .strictObject({
    environment: Key,
    unitType: z
      .string()
      .min(1)
      .max(50)
      .default('user')
      .describe('what is compared on flags without an experiment; an experiment has its own'),
    decisions: DecisionPolicy.prefault({}).describe(
      'by what flags without an experiment are decided on; an experiment has its own',
    ),
    guardrails: z
      .array(GuardrailDefinition)
      .max(20)
      .default([])
      .describe('every running experiment carries those on metrics for which it has none of its own'),
  })
  .meta({
    id: 'FlagGuardrails',
    example: {
      environment: 'production',
      unitType: 'user',
      decisions: { alpha: 0.01, gate: 'noHarm', requiredUnits: 1000 },
      guardrails: [
        { metric: 'error', margin: { kind: 'relative', value: 0.2 } },
        { metric: 'purchase', margin: { kind: 'relative', value: 0.1 }, action: 'pause' },
      ],
    },
  });
export type FlagGuardrails = z.infer<typeof FlagGuardrails>;

/** The same without its address, as a PUT brings it. */
export const FlagGuardrailsBody = FlagGuardrails.omit({ environment: true });
export type FlagGuardrailsBody = z.input<typeof FlagGuardrailsBody>;
