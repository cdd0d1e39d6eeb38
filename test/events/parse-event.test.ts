import { describe, expect, it } from 'vitest';
import { EVENT_LIMITS, parseEvent } from '../../src/events/index.ts';
import { conversion, impression, NOW } from './samples.ts';

const codeOf = (raw: unknown) => {
  const parsed = parseEvent(raw, NOW);
  return parsed.type === 'rejection' ? parsed.code : 'taken';
};

describe('parseEvent', () => {
  it('reads an impression', () => {
    expect(
      parseEvent(impression({ reason: 'SPLIT', flagVersion: 'v7', attributes: { country: 'DE' } }), NOW),
    ).toEqual({
      type: 'impression',
      id: '0199a3c2-7b4e-7c3a-9d21-5c1f6f0a9b10',
      ts: Date.UTC(2026, 2, 1, 9, 30),
      environment: 'production',
      units: [{ type: 'user', id: 'u1' }],
      attributes: { country: 'DE' },
      sentAt: null,
      flag: 'checkout-v2',
      variant: 'treatment',
      reason: 'split',
      flagVersion: 'v7',
    });
  });

  it('reads a conversion', () => {
    expect(parseEvent(conversion({ sentAt: '2026-03-01T09:42:00Z' }), NOW)).toEqual({
      type: 'conversion',
      id: '0199a3c2-8f02-7a11-b7de-1d2e3f405162',
      ts: Date.UTC(2026, 2, 1, 9, 41, 12, 250),
      environment: 'production',
      units: [{ type: 'user', id: 'u1' }],
      attributes: {},
      sentAt: Date.UTC(2026, 2, 1, 9, 42),
      name: 'purchase',
      value: 29.9,
    });
  });

  it.each([null, 1, 'x', true, [], [[]]])('takes no %j for an event', (raw) => {
    expect(codeOf(raw)).toBe('not-an-object');
  });

  it.each([
    [{ id: undefined }, 'invalid-id'],
    [{ id: '' }, 'invalid-id'],
    [{ id: 7 }, 'invalid-id'],
    [{ id: 'a\0b' }, 'invalid-id'],
    [{ id: '\ud800' }, 'invalid-id'],
    [{ id: 'x'.repeat(EVENT_LIMITS.id + 1) }, 'invalid-id'],
    [{ id: 'x'.repeat(EVENT_LIMITS.id) }, 'taken'],
    [{ type: 'Impression' }, 'invalid-type'],
    [{ type: undefined }, 'invalid-type'],
    [{ type: 'rejection' }, 'invalid-type'],
    [{ ts: 1_772_357_400_000 }, 'invalid-ts'],
    [{ ts: '2026-02-30T00:00:00Z' }, 'invalid-ts'],
    [{ ts: '1969-12-31T23:59:59Z' }, 'invalid-ts'],
    [{ ts: '2026-03-03T00:00:00.000Z' }, 'taken'],
    [{ ts: '2026-03-03T00:00:00.001Z' }, 'ts-in-future'],
    [{ environment: undefined }, 'invalid-environment'],
    [{ environment: 'e'.repeat(EVENT_LIMITS.environment + 1) }, 'invalid-environment'],
    [{ sentAt: 'yesterday' }, 'invalid-sent-at'],
    [{ sentAt: '9999-01-01T00:00:00Z' }, 'invalid-sent-at'],
    [{ sentAt: null }, 'taken'],
    [{ attributes: [] }, 'invalid-attributes'],
    [{ attributes: 'x' }, 'invalid-attributes'],
    [{ attributes: { a: {} } }, 'invalid-attributes'],
    [{ attributes: { a: ['x'] } }, 'invalid-attributes'],
    [{ attributes: { a: Number.POSITIVE_INFINITY } }, 'invalid-attributes'],
    [{ attributes: { a: 'x'.repeat(EVENT_LIMITS.attributeValue + 1) } }, 'invalid-attributes'],
    [{ attributes: { a: '\udc00' } }, 'invalid-attributes'],
    [{ attributes: { 'a\0': 'x' } }, 'invalid-attributes'],
    [{ attributes: { '': 'x' } }, 'invalid-attributes'],
    [{ attributes: { 'a"': 'x' } }, 'invalid-attributes'],
    [{ attributes: { 'a\\b': 'x' } }, 'invalid-attributes'],
    [{ attributes: { 'a\n': 'x' } }, 'invalid-attributes'],
    [{ attributes: { "it's a/b é": 'x"\\\n' } }, 'taken'],
    [{ attributes: null }, 'taken'],
    [{ somethingNew: { nested: [] } }, 'taken'],
  ])('judges %j of either kind as %s', (fields, expected) => {
    expect(codeOf(conversion(fields))).toBe(expected);
    if (!('type' in fields)) expect(codeOf(impression(fields))).toBe(expected);
  });

  it.each([
    [{ flag: undefined }, 'invalid-flag'],
    [{ flag: '' }, 'invalid-flag'],
    [{ variant: 3 }, 'invalid-variant'],
    [{ variant: true }, 'invalid-variant'],
    [{ reason: 5 }, 'invalid-reason'],
    [{ reason: 'x'.repeat(51) }, 'invalid-reason'],
    [{ reason: null, flagVersion: null }, 'taken'],
    [{ flagVersion: {} }, 'invalid-flag-version'],
    [{ flagVersion: 1.5 }, 'invalid-flag-version'],
    [{ flagVersion: 42 }, 'taken'],
    [{ name: 5, value: 'not read on impressions' }, 'taken'],
  ])('judges an impression with %j as %s', (fields, expected) => {
    expect(codeOf(impression(fields))).toBe(expected);
  });

  it.each([
    [{ name: undefined }, 'invalid-name'],
    [{ name: 'n'.repeat(201) }, 'invalid-name'],
    [{ value: '29.9' }, 'invalid-value'],
    [{ value: Number.NaN }, 'invalid-value'],
    [{ value: undefined }, 'taken'],
    [{ value: null }, 'taken'],
    [{ value: -0 }, 'taken'],
    [{ value: Number.MAX_VALUE }, 'taken'],
  ])('judges a conversion with %j as %s', (fields, expected) => {
    expect(codeOf(conversion(fields))).toBe(expected);
  });

  it('takes no number that is beyond a double', () => {
    expect(codeOf(JSON.parse(JSON.stringify(conversion()).replace('29.9', '1e400')))).toBe('invalid-value');
    expect(codeOf(JSON.parse(JSON.stringify(conversion()).replace('29.9', '1e-400')))).toBe('taken');
  });

  it.each([
    ['SPLIT', 'split'],
    ['TARGETING_MATCH', 'targeting_match'],
    [' Targeting-Match ', 'targeting_match'],
    ['cached', 'cached'],
    ['', ''],
    [undefined, ''],
    [null, ''],
  ])('normalises the reason %j to %j', (reason, expected) => {
    expect(parseEvent(impression({ reason }), NOW)).toMatchObject({ reason: expected });
  });
});

describe('units', () => {
  const unitsOf = (unit: unknown, units: unknown) => {
    const parsed = parseEvent(conversion({ unit, units }), NOW);
    return parsed.type === 'rejection' ? parsed.code : parsed.units;
  };
  const u1 = { type: 'user', id: 'u1' };

  it('come from unit, units or both, without repeats', () => {
    expect(unitsOf(u1, undefined)).toEqual([u1]);
    expect(unitsOf(undefined, { user: 'u1', device: 'd9' })).toEqual([u1, { type: 'device', id: 'd9' }]);
    expect(unitsOf(u1, { device: 'd9' })).toEqual([u1, { type: 'device', id: 'd9' }]);
    expect(unitsOf(u1, { user: 'u1' })).toEqual([u1]);
    expect(unitsOf(u1, {})).toEqual([u1]);
  });

  it.each([
    [undefined, undefined],
    [undefined, {}],
    [undefined, []],
    ['u1', undefined],
    [{ type: 'user' }, undefined],
    [{ type: 'user', id: 5 }, undefined],
    [{ type: '', id: 'u1' }, undefined],
    [{ type: 'user', id: '\ud800u' }, undefined],
    [u1, { user: 'u2' }],
    [u1, { device: 9 }],
    [u1, 'x'],
    [undefined, Object.fromEntries(Array.from({ length: 11 }, (_, i) => [`t${i}`, 'x']))],
  ])('of unit %j and units %j are refused', (unit, units) => {
    expect(unitsOf(unit, units)).toBe('invalid-unit');
  });

  it('may be called like anything of JavaScript’s', () => {
    expect(unitsOf(undefined, JSON.parse('{"__proto__":"p","constructor":"c"}'))).toEqual([
      { type: '__proto__', id: 'p' },
      { type: 'constructor', id: 'c' },
    ]);
  });
});

describe('attributes', () => {
  const attributesOf = (attributes: string) => {
    const parsed = parseEvent(conversion({ attributes: JSON.parse(attributes) }), NOW);
    return parsed.type === 'rejection' ? parsed.code : Object.entries(parsed.attributes);
  };

  it('become text; null means absent', () => {
    expect(attributesOf('{"n":1.50,"t":true,"f":false,"s":"","z":null}')).toEqual([
      ['n', '1.5'],
      ['t', 'true'],
      ['f', 'false'],
      ['s', ''],
    ]);
  });

  it('may be called __proto__ without touching any prototype', () => {
    expect(attributesOf('{"__proto__":"x","a":"b"}')).toEqual([
      ['__proto__', 'x'],
      ['a', 'b'],
    ]);
    expect(attributesOf('{"__proto__":1,"a":"b"}')).toEqual([
      ['__proto__', '1'],
      ['a', 'b'],
    ]);
    expect(attributesOf('{"__proto__":{"polluted":true}}')).toBe('invalid-attributes');
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('are counted', () => {
    const many = (count: number) =>
      JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, i) => [`a${i}`, 'x'])));
    expect(attributesOf(many(EVENT_LIMITS.attributes))).toHaveLength(EVENT_LIMITS.attributes);
    expect(attributesOf(many(EVENT_LIMITS.attributes + 1))).toBe('invalid-attributes');
  });
});
