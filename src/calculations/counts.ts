import { z } from 'zod';
import { exactConditional, fisherExact } from '../../analysis/index.ts';
import { alphaSchema, countSchema } from './arms.ts';
import { asField } from './as-field.ts';
import { type Calculation, calculation } from './calculation.ts';
import { tableOf } from './proportions.ts';

const rateSchema = z.tuple([z.int().nonnegative(), z.number().positive()]);

export const countCalculations: readonly Calculation[] = [
  calculation({
    name: 'exact-conditional',
    about: 'Ratio of two rates of rare events: exact conditional binomial test and interval',
    input: z.strictObject({
      a: rateSchema.describe('[events, exposure] of the treatment; exposure in units, unit-days, sessions'),
      b: rateSchema.describe('[events, exposure] of the control'),
      ratio: z.number().positive().default(1).describe('the ratio of rates a/b that is tested'),
      alpha: alphaSchema,
    }),
    example: { a: [12, 10_000], b: [3, 10_000], ratio: 1, alpha: 0.05 },
    compute: ({ a, b, ratio, alpha }) =>
      asField('treatment.events', 'a[0]', () =>
        asField('control.events', 'b[0]', () =>
          exactConditional({
            treatment: { events: a[0], exposure: a[1] },
            control: { events: b[0], exposure: b[1] },
            ratio,
            alpha,
          }),
        ),
      ),
  }),
  calculation({
    name: 'fisher-exact',
    about: 'Two proportions of small arms by Fisher’s exact test, two-sided and one-sided',
    input: z.strictObject({
      a: countSchema.describe('[events, units] of the treatment'),
      b: countSchema.describe('[events, units] of the control'),
    }),
    example: { a: [6, 10], b: [1, 10] },
    compute: ({ a, b }) => fisherExact(tableOf(a, b)),
  }),
];
