import { z } from 'zod';
import { EVENT_LIMITS } from '../events/index.ts';

const text = (longest: number) =>
  z
    .string()
    .min(1)
    .max(longest)
    // As events have them.
    .refine((value) => !value.includes('\0') && value.isWellFormed(), 'no NUL, no half of a surrogate pair');

export const UnitType = text(EVENT_LIMITS.unitType).describe('user, device, session…; percent-encoded');
export const UnitId = text(EVENT_LIMITS.unitId).describe('any characters, percent-encoded');
export const ErasureId = z.uuid();

/** A unit that is forgotten, or is to be; it never shows the unit's id. */
export const Erasure = z
  .object({
    id: z.string(),
    status: z
      .enum(['waiting', 'underWay', 'done'])
      .describe(
        'waiting: until everything received before askedAt is in the moments; batches are a minute apart',
      ),
    unitType: z.string(),
    unitHash: z
      .string()
      .describe(
        'SHA-256 of the type, a NUL and the id, in hex: tells whoever knows the id that it is this one',
      ),
    askedAt: z.iso.datetime(),
    receivedThrough: z.iso
      .datetime()
      .nullable()
      .describe(
        'everything of the unit received until then is taken away; what came later counts as a new unit',
      ),
    doneAt: z.iso.datetime().nullable(),
  })
  .meta({
    id: 'Erasure',
    example: {
      id: '0b8f4b58-3c52-4c0e-9d1f-6a2d1a0c7e11',
      status: 'done',
      unitType: 'user',
      unitHash: '4c5f0c1b8e0e0d0d3a8f5a8a4c7f1f9f6e5d4c3b2a190807060504030201f0e1',
      askedAt: '2026-03-02T09:30:00.000Z',
      receivedThrough: '2026-03-02T09:30:06.120Z',
      doneAt: '2026-03-02T09:30:09.480Z',
    },
  });
export type Erasure = z.infer<typeof Erasure>;
