import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { edgeBetween, rootAbove, rootBetween } from '../../analysis/roots/index.ts';

describe('the root between two points', () => {
  it('is exact to the last bits for functions of all shapes', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.001, max: 0.999, noNaN: true }),
        fc.integer({ min: 0, max: 3 }),
        (root, shape) => {
          const shapes = [
            (x: number) => x - root,
            (x: number) => (x - root) ** 3,
            (x: number) => Math.atan(1e6 * (x - root)),
            (x: number) => Math.log(x + 1e-12) - Math.log(root + 1e-12),
          ];
          let calls = 0;
          const f = (x: number) => {
            calls += 1;
            return shapes[shape]?.(x) ?? 0;
          };
          expect(Math.abs(rootBetween(f, 0, 1) / root - 1)).toBeLessThanOrEqual(shape === 1 ? 1e-5 : 4e-15);
          expect(calls).toBeLessThan(120);
        },
      ),
      { seed: 1997, numRuns: 400 },
    );
  });
});

describe('a root at an end', () => {
  it('is that end, also where rounding puts both ends on one side of it', () => {
    expect(rootBetween((x) => x - 3 - 1e-16, 0, 3)).toBe(3);
    expect(rootBetween((x) => Math.min(x - 3, -1e-17), 0, 3)).toBe(3);
    expect(rootBetween((x) => Math.max(x, 1e-17), 0, 3)).toBe(0);
  });
});

describe('the root above a point', () => {
  it('is found however far it lies, also where it lies before the guess', () => {
    for (const root of [1.001, 3, 1e3, 1e9]) {
      expect(rootAbove((x) => x - root, 1, 2) / root).toBeCloseTo(1, 14);
    }
  });
});

describe('the edge of a set', () => {
  it('lies between neighbouring doubles, whichever side is inside and on whatever scale', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-30, max: 1e30, noNaN: true }), fc.boolean(), (at, upwards) => {
        const isInside = (x: number) => (upwards ? x <= at : x >= at);
        const ends = upwards ? { inside: 1e-31, outside: 1e31 } : { inside: 1e31, outside: 1e-31 };
        const { inside, outside } = edgeBetween(isInside, ends, (a, b) => Math.sqrt(a) * Math.sqrt(b));
        expect(isInside(inside)).toBe(true);
        expect(isInside(outside)).toBe(false);
        expect(Math.abs(outside / inside - 1)).toBeLessThanOrEqual(4 * Number.EPSILON);
      }),
      { seed: 1817, numRuns: 300 },
    );
  });
});
