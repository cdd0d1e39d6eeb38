import { z } from 'zod';

/** What a token may do; none includes another, so that a token can do exactly what it lists. */
export const Scope = z
  .enum([
    'events:write',
    'results:read',
    'experiments:write',
    'decisions:read',
    'decisions:override',
    'audit:read',
    'admin',
  ])
  .describe('none includes another: a token does exactly what it lists')
  .meta({ id: 'Scope' });
export type Scope = z.infer<typeof Scope>;

/** Every scope there is: what the bootstrap token has. */
export const ALL_SCOPES: readonly Scope[] = Scope.options;
