import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyCap, pooledCap, pooledCapOfCounts } from '../../analysis/index.ts';
import { estimated } from './units.ts';

const arms = fc.array(fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 30 }), {
  minLength: 1,
  maxLength: 4,
});
const level = fc.double({ min: 0.01, max: 0.99, noNaN: true });
const RUNS = { seed: 1996, numRuns: 300 } as const;

describe('a pooled cap', () => {
  it('is NumPy’s percentile of all arms together', () => {
    // numpy 2.4.6, np.percentile([1.5, 2, 3, 7, 11, 20], 90) and with the zeros of [0, 0, 0].
    const given = [
      [2, 0, 20, 0],
      [1.5, 11, 7, 0, 3],
    ];
    expect(estimated(pooledCap(given, { level: 0.9, zeros: 'left-out' }))).toMatchObject({
      cap: 15.5,
      units: 6,
    });
    const all = estimated(pooledCap(given, { level: 0.9, zeros: 'included' }));
    expect(all.cap).toBeCloseTo(12.8, 12);
    expect(all.units).toBe(9);
  });

  it('does not mind how units spread over arms, nor whether equal values are counted first', () => {
    fc.assert(
      fc.property(arms, level, fc.constantFrom('included', 'left-out'), (given, at, zeros) => {
        const rule = { level: at, zeros };
        const cap = pooledCap(given, rule);
        expect(pooledCap([given.flat()], rule)).toEqual(cap);
        const counts = new Map<number, number>();
        for (const value of given.flat()) counts.set(value, (counts.get(value) ?? 0) + 1);
        expect(pooledCapOfCounts([[...counts], [[99, 0]]], rule)).toEqual(cap);
      }),
      RUNS,
    );
  });

  it('scales with the metric, rises with the level and lowers at most the share above it', () => {
    fc.assert(
      fc.property(arms, level, (given, at) => {
        const outcome = pooledCap(given, { level: at, zeros: 'included' });
        fc.pre(outcome.kind === 'estimate');
        const { cap, units } = estimated(outcome);
        const scaled = given.map((values) => values.map((value) => 3 * value));
        expect(estimated(pooledCap(scaled, { level: at, zeros: 'included' })).cap).toBeCloseTo(3 * cap, 9);
        const higher = estimated(pooledCap(given, { level: (1 + at) / 2, zeros: 'included' }));
        expect(higher.cap).toBeGreaterThanOrEqual(cap);
        expect(applyCap(given.flat(), cap).lowered).toBeLessThanOrEqual(Math.ceil((1 - at) * (units - 1)));
      }),
      RUNS,
    );
  });

  it('is unknown without units, or without one above 0', () => {
    const rule = { level: 0.5, zeros: 'left-out' } as const;
    expect(pooledCap([[], []], rule)).toEqual({ kind: 'unknown', reason: 'no-units' });
    expect(pooledCap([[0], [-1]], rule)).toEqual({ kind: 'unknown', reason: 'no-positive-values' });
    expect(estimated(pooledCap([[0], [-1]], { ...rule, zeros: 'included' })).cap).toBe(-0.5);
  });

  it('names what is malformed', () => {
    expect(() => pooledCap([[1, Number.NaN]], { level: 0.5, zeros: 'included' })).toThrow(
      'arms[0][1] must be ',
    );
    expect(() => pooledCap([[1]], { level: 1, zeros: 'included' })).toThrow('level must be ');
    expect(() => pooledCapOfCounts([[[1, 0.5]]], { level: 0.5, zeros: 'included' })).toThrow(
      'arms[0][0][1] must be ',
    );
  });
});

describe('applying a cap', () => {
  it('lowers what is above it and counts it', () => {
    expect(applyCap([-3, 5, 10, 10.5], 10)).toEqual({ values: [-3, 5, 10, 10], lowered: 1 });
    expect(() => applyCap([1, Number.POSITIVE_INFINITY], 10)).toThrow('values[1] must be ');
    expect(() => applyCap([1], Number.NaN)).toThrow('cap must be ');
  });
});
