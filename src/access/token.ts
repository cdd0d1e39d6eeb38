import { z } from 'zod';
import { Scope } from './scope.ts';

/** What may be said of a token to those who did not mint it: never the token itself. */
export const TokenInfo = z
  .object({
    id: z.string(),
    name: z.string(),
    scopes: z.array(Scope),
    createdBy: z.string().describe('token:<id> or system:<part>'),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime(),
    lastUsedAt: z.iso.datetime().nullable().describe('to the minute'),
  })
  .meta({
    id: 'TokenInfo',
    example: {
      id: 'tok_4fJ2kQ9xLmN0',
      name: 'release pipeline',
      scopes: ['decisions:read'],
      createdBy: 'token:tok_bootstrap',
      createdAt: '2026-03-02T09:30:00.000Z',
      expiresAt: '2026-05-31T09:30:00.000Z',
      lastUsedAt: null,
    },
  });
export type TokenInfo = z.infer<typeof TokenInfo>;

export const MintToken = z
  .strictObject({
    name: z
      .string()
      .trim()
      .min(1)
      .max(200)
      .regex(/^\P{Cc}*$/u, 'no control characters')
      .describe('who or what will use it'),
    scopes: z.array(Scope).min(1).max(20).describe('none that your own token lacks'),
    expiresInDays: z.number().int().min(1).max(365).default(90),
    why: z.string().max(2000).optional().describe('for the audit log'),
  })
  .meta({
    id: 'MintToken',
    example: { name: 'release pipeline', scopes: ['decisions:read'], expiresInDays: 90 },
  });
export type MintToken = z.infer<typeof MintToken>;

export const MintedToken = TokenInfo.extend({
  token: z.string().describe('shown this once; only its hash is kept'),
}).meta({
  id: 'MintedToken',
  example: {
    id: 'tok_4fJ2kQ9xLmN0',
    name: 'release pipeline',
    scopes: ['decisions:read'],
    createdBy: 'token:tok_bootstrap',
    createdAt: '2026-03-02T09:30:00.000Z',
    expiresAt: '2026-05-31T09:30:00.000Z',
    lastUsedAt: null,
    token: 'assay_pat_<random>_<checksum>',
  },
});
export type MintedToken = z.infer<typeof MintedToken>;
