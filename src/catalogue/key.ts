import { z } from 'zod';

/** The name of a catalogue entry in addresses and references. */
export const Key = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._:-]{0,99}$/i, 'letters, digits and . _ : - only, starting with a letter or digit, at most 100')
  .describe('letters, digits and . _ : - only, at most 100');
