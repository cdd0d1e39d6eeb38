import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CONVERSION_COLUMNS,
  type Event,
  encodeRows,
  IMPRESSION_COLUMNS,
  parseEvent,
  STAMP_COLUMNS,
} from '../../src/events/index.ts';
import { conversion, impression, NOW } from './samples.ts';

function parsed(raw: unknown): Event {
  const event = parseEvent(raw, NOW);
  if (event.type === 'rejection') throw new Error(event.detail);
  return event;
}

const rowsOf = (event: Event): unknown[][] =>
  encodeRows(event).map((row) => JSON.parse(`${row.identity}${row.content}${row.sent}]`));

/** What a row says, by column. */
function named(event: Event): Record<string, unknown>[] {
  const columns = event.type === 'impression' ? IMPRESSION_COLUMNS : CONVERSION_COLUMNS;
  return rowsOf(event).map((row) => {
    expect(row).toHaveLength(columns.length - STAMP_COLUMNS.length);
    return Object.fromEntries(row.map((value, i) => [columns[i], value]));
  });
}

describe('encodeRows', () => {
  it('writes one row per unit, in the order of the columns', () => {
    const event = parsed(
      impression({ units: { device: 'd9' }, reason: 'split', attributes: { country: 'DE' } }),
    );
    const row = {
      environment: 'production',
      flag: 'checkout-v2',
      unit_type: 'user',
      unit_id: 'u1',
      id: event.id,
      unit_types: ['user', 'device'],
      ts: event.ts,
      variant: 'treatment',
      reason: 'split',
      flag_version: '',
      attributes: { country: 'DE' },
      sent_at: null,
    };
    expect(named(event)).toEqual([row, { ...row, unit_type: 'device', unit_id: 'd9' }]);
    expect(named(parsed(conversion({ value: undefined })))).toEqual([
      {
        environment: 'production',
        name: 'purchase',
        unit_type: 'user',
        unit_id: 'u1',
        id: '0199a3c2-8f02-7a11-b7de-1d2e3f405162',
        unit_types: ['user'],
        ts: Date.UTC(2026, 2, 1, 9, 41, 12, 250),
        value: null,
        attributes: {},
        sent_at: null,
      },
    ]);
  });

  it('keeps any text and any number as it is', () => {
    const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }).filter((s) => !s.includes('\0'));
    fc.assert(
      fc.property(
        text,
        text,
        text,
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        (id, name, value, number) => {
          const raw = conversion({ id, name, value: number, attributes: { a: value } });
          const [row] = named(parsed(raw));
          expect(row).toMatchObject({ id, name, attributes: { a: value } });
          expect(row?.['value']).toBe(number === 0 ? 0 : number);
        },
      ),
      { seed: 2, numRuns: 1000 },
    );
  });

  it('puts what makes an event the same into the identity, and not the time of sending', () => {
    const pieces = (raw: unknown) => encodeRows(parsed(raw))[0];
    const base = pieces(conversion());
    const same = ['sentAt', 'value', 'ts', 'attributes'];
    const changes: Record<string, unknown> = {
      sentAt: '2026-03-01T10:00:00Z',
      value: 1,
      ts: '2026-03-01T09:00:00Z',
      attributes: { a: 'b' },
      id: 'other',
      environment: 'staging',
      name: 'refund',
      unit: { type: 'user', id: 'u2' },
    };
    for (const [field, value] of Object.entries(changes)) {
      const row = pieces(conversion({ [field]: value }));
      expect(row?.identity === base?.identity, field).toBe(same.includes(field));
      expect(row?.content === base?.content, field).toBe(!same.includes(field) || field === 'sentAt');
    }
  });

  it('gives different identities to parts that would run together', () => {
    const identity = (id: string, unit: string) =>
      encodeRows(parsed(conversion({ id, unit: { type: 'user', id: unit } })))[0]?.identity;
    expect(identity('c', 'a","b')).not.toBe(identity('b","c', 'a'));
  });
});
