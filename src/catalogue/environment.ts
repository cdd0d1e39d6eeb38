import { z } from 'zod';
import { Key } from './key.ts';

/** Production, staging…: every event and every flag belongs to one. */
export const Environment = z
  .strictObject({ key: Key, name: z.string().max(200).default('').describe('what people call it') })
  .meta({ id: 'Environment', example: { key: 'staging', name: 'Staging' } });
export type Environment = z.infer<typeof Environment>;
