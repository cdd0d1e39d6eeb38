import { z } from 'zod';

/** The name of a catalogue entry in addresses and references. */
export const Key = z
  .string()
  // Not the flag i: it is lost where the pattern is shown to others as JSON Schema.
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._:-]{0,99}$/,
    'letters, digits and . _ : - only, starting with a letter or digit, at most 100',
  )
  .describe('letters, digits and . _ : - only, at most 100');
