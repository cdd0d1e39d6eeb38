import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseInstant } from '../../src/events/index.ts';

describe('parseInstant', () => {
  it.each([
    ['1970-01-01T00:00:00Z', 0],
    ['2026-03-01T09:30:00.000Z', Date.UTC(2026, 2, 1, 9, 30)],
    ['2026-03-01t09:30:00z', Date.UTC(2026, 2, 1, 9, 30)],
    ['2026-03-01T09:30:00.5+01:30', Date.UTC(2026, 2, 1, 8, 0, 0, 500)],
    ['2026-03-01T00:10:00-05:00', Date.UTC(2026, 2, 1, 5, 10)],
    ['2026-03-01T09:30:00-00:00', Date.UTC(2026, 2, 1, 9, 30)],
    ['2026-03-01T09:30:00.123456789Z', Date.UTC(2026, 2, 1, 9, 30, 0, 123)],
    ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
    ['2000-02-29T00:00:00Z', Date.UTC(2000, 1, 29)],
    ['1969-12-31T23:59:59Z', -1000],
  ])('reads %s', (text, expected) => {
    expect(parseInstant(text)).toBe(expected);
  });

  it('keeps a leap second on its day', () => {
    expect(parseInstant('2016-12-31T23:59:60Z')).toBe(Date.UTC(2016, 11, 31, 23, 59, 59, 999));
    expect(parseInstant('2017-01-01T01:59:60+02:00')).toBe(Date.UTC(2016, 11, 31, 23, 59, 59, 999));
    expect(parseInstant('2016-12-31T22:59:60Z')).toBeNull();
    expect(parseInstant('2016-12-30T23:59:60Z')).toBeNull();
  });

  it.each([
    '',
    '2026-03-01',
    '2026-03-01T09:30:00',
    '2026-03-01 09:30:00Z',
    '2026-3-1T09:30:00Z',
    '2026-02-29T00:00:00Z',
    '1900-02-29T00:00:00Z',
    '2026-02-30T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-00-10T00:00:00Z',
    '2026-13-10T00:00:00Z',
    '2026-01-00T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T23:60:00Z',
    '2026-01-01T23:59:61Z',
    '2026-01-01T09:30:00.Z',
    '2026-01-01T09:30:00,5Z',
    '2026-01-01T09:30:00+0100',
    '2026-01-01T09:30:00+24:00',
    '2026-01-01T09:30:00+01:60',
    '2026-01-01T09:30:00Zx',
    ' 2026-01-01T09:30:00Z',
    '+02026-01-01T09:30:00Z',
    '2026-01-01T09:30:00.1234567890123456789012345Z',
    '２026-01-01T09:30:00Z',
    '1767259800000',
  ])('refuses %j', (text) => {
    expect(parseInstant(text)).toBeNull();
  });

  it('agrees with Date on every instant from year 0 to 9999', () => {
    const instants = fc.integer({
      min: Date.UTC(2000, 0, 1) - 2000 * 31_556_952_000,
      max: Date.UTC(9999, 11, 31),
    });
    fc.assert(
      fc.property(instants, (instant) => {
        const text = new Date(instant).toISOString();
        fc.pre(!text.startsWith('-'));
        expect(parseInstant(text)).toBe(instant);
      }),
      { seed: 1, numRuns: 2000 },
    );
  });

  it('takes no calendar date that Date would have to roll over', () => {
    const two = (n: number) => String(n).padStart(2, '0');
    for (let year = 1999; year <= 2005; year++)
      for (let month = 1; month <= 12; month++)
        for (let day = 28; day <= 31; day++) {
          const text = `${year}-${two(month)}-${two(day)}T00:00:00Z`;
          const exists = new Date(Date.UTC(year, month - 1, day)).getUTCMonth() === month - 1;
          expect(parseInstant(text) !== null, text).toBe(exists);
        }
  });
});
