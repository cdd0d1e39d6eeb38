import { z } from 'zod';
import type { FieldError } from '../errors.ts';
import { pointerOf } from './field-errors.ts';
import { Key } from './key.ts';

export const Variant = z
  .strictObject({ key: Key, name: z.string().max(200).default('') })
  .meta({ id: 'Variant' });

/** How a flag's units are shared out; only the proportions of the weights matter. */
export const Allocation = z
  .strictObject({
    control: Key.describe('the variant that the others are compared with'),
    weights: z.record(Key, z.number().min(0).finite()).describe('of every variant'),
  })
  .meta({ id: 'Allocation' });
export type Allocation = z.infer<typeof Allocation>;

/** Of which flag-wide guardrails a flag wants nothing, and why. */
export const GuardrailsOptOut = z
  .strictObject({
    metrics: z.array(Key).min(1).max(50).nullable().default(null).describe('null: of all of them'),
    why: z.string().trim().min(1).max(2000),
  })
  .meta({ id: 'GuardrailsOptOut' });
export type GuardrailsOptOut = z.infer<typeof GuardrailsOptOut>;

/** The switch, and the values that it serves. */
export const Flag = z
  .strictObject({
    key: Key,
    environment: Key.default('production'),
    name: z.string().max(200).default('').describe('what people call it'),
    variants: z.array(Variant).min(1).max(20),
    allocation: Allocation.nullable()
      .default(null)
      .describe(
        'the weights that it is served by now; null: not declared, so that nothing watches it while no experiment runs',
      ),
    guardrailsOptOut: GuardrailsOptOut.nullable()
      .default(null)
      .describe('which of the environment’s flag-wide guardrails do not watch it'),
  })
  .meta({
    id: 'Flag',
    example: {
      key: 'checkout-v2',
      environment: 'production',
      name: 'New checkout',
      variants: [
        { key: 'control', name: 'Old page' },
        { key: 'treatment', name: 'New page' },
      ],
      allocation: { control: 'control', weights: { control: 9, treatment: 1 } },
      guardrailsOptOut: null,
    },
  });
export type Flag = z.infer<typeof Flag>;

/** What the fields of a flag must satisfy together. */
export function brokenFlag({ variants, allocation }: Flag): FieldError[] {
  const keys = variants.map(({ key }) => key);
  const repeated = keys.flatMap((key, index) =>
    keys.indexOf(key) < index ? [{ pointer: `/variants/${index}/key`, detail: 'is listed before' }] : [],
  );
  return allocation === null ? repeated : [...repeated, ...brokenAllocation(keys, allocation)];
}

function brokenAllocation(variants: readonly string[], { control, weights }: Allocation): FieldError[] {
  const at = (path: readonly string[], detail: string) => ({
    pointer: pointerOf(['allocation', ...path]),
    detail,
  });
  const wrong = [
    ...Object.keys(weights).filter((variant) => !variants.includes(variant)),
    ...variants.filter((variant) => weights[variant] === undefined),
  ];
  return [
    ...(variants.length < 2 ? [at([], 'needs a flag of two variants at least')] : []),
    ...(variants.includes(control) ? [] : [at(['control'], 'is no variant of the flag')]),
    ...wrong.map((variant) =>
      at(['weights', variant], `give exactly the flag’s variants their weights: ${variants.join(', ')}`),
    ),
    ...(Object.values(weights).some((weight) => weight > 0)
      ? []
      : [at(['weights'], 'are all 0; at least one variant needs more')]),
  ];
}
