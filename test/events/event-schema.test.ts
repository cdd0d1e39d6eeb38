import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConversionInput, EventInput, ImpressionInput, parseEvent } from '../../src/events/index.ts';
import { conversion, impression, NOW } from './samples.ts';

describe('the documented schema', () => {
  it('takes what its examples and the samples show', () => {
    for (const schema of [ImpressionInput, ConversionInput]) {
      const example = schema.meta()?.['example'];
      expect(parseEvent(example, NOW).type).toBe((example as { type: string }).type);
      expect(EventInput.safeParse(example).success).toBe(true);
    }
  });

  it('agrees with parseEvent field by field', () => {
    const anything = fc.oneof(
      fc.constantFrom(
        undefined,
        null,
        '',
        0,
        1.5,
        true,
        [],
        {},
        'x',
        'x'.repeat(2000),
        '2026-03-01T09:30:00Z',
      ),
      fc.constantFrom(
        { type: 'user', id: 'u1' },
        { type: 'user' },
        { user: 'u1' },
        { user: 5 },
        { a: null, b: 1 },
      ),
    );
    const fields = fc.constantFrom(
      ...['id', 'type', 'ts', 'environment', 'unit', 'units', 'attributes', 'sentAt'],
      ...['flag', 'variant', 'reason', 'flagVersion', 'name', 'value', 'unknown'],
    );
    fc.assert(
      fc.property(fc.boolean(), fields, anything, (isImpression, field, value) => {
        const raw = isImpression ? impression({ [field]: value }) : conversion({ [field]: value });
        // A schema cannot say that one of `unit` and `units` is needed.
        fc.pre(!(field === 'unit' && (value === undefined || value === null)));
        expect(EventInput.safeParse(raw).success).toBe(parseEvent(raw, NOW).type !== 'rejection');
      }),
      { seed: 3, numRuns: 2000 },
    );
  });
});
