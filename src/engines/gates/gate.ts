import { z } from 'zod';
import { Key } from '../../catalogue/index.ts';

const name = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .regex(/^\P{Cc}*$/u, 'no control characters')
  .describe('who will ask there');

const asked = {
  name,
  environment: Key,
  flag: Key,
  treatment: Key.describe('the variant that is rolled out'),
};

/** Asks for an address at which an engine without credentials of its own may ask for one treatment. */
export const OpenGate = z.strictObject(asked).meta({
  id: 'OpenGate',
  example: {
    name: 'Flagger, cluster a',
    environment: 'production',
    flag: 'checkout-v2',
    treatment: 'treatment',
  },
});
export type OpenGate = z.infer<typeof OpenGate>;

export const GateId = z.string().regex(/^gat_[0-9A-Za-z]{1,40}$/, 'a gate’s id, such as gat_4fJ2kQ9xLmN0');

/** What may be said of a gate to those who did not open it: never its token. */
export const Gate = z
  .object({
    ...asked,
    id: z.string(),
    createdBy: z.string().describe('token:<id> or system:<part>'),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'Gate' });
export type Gate = z.infer<typeof Gate>;

export const OpenedGate = Gate.extend({
  token: z.string().describe('shown this once; only its hash is kept'),
  addresses: z
    .object({ flaggerGate: z.string(), flaggerRollback: z.string(), kayenta: z.string() })
    .describe('to be put behind the address of this service'),
}).meta({ id: 'OpenedGate' });
export type OpenedGate = z.infer<typeof OpenedGate>;
