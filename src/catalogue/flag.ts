import { z } from 'zod';
import { Key } from './key.ts';

export const Variant = z
  .strictObject({ key: Key, name: z.string().max(200).default('') })
  .meta({ id: 'Variant' });

/** The switch, and the values that it serves. */
export const Flag = z
  .strictObject({
    key: Key,
    environment: Key.default('production'),
    name: z.string().max(200).default('').describe('what people call it'),
    variants: z.array(Variant).min(1).max(20),
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
    },
  });
export type Flag = z.infer<typeof Flag>;
