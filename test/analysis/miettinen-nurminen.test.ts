import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  miettinenNurminenInterval,
  miettinenNurminenRatioInterval,
  miettinenNurminenRatioZ,
  miettinenNurminenZ,
  newcombeInterval,
  type Table,
} from '../../analysis/index.ts';
import { normalQuantile } from '../../analysis/special/index.ts';
import { estimated } from './units.ts';

const Z = -normalQuantile(0.025);
const RUNS = { seed: 1985, numRuns: 300 } as const;

type Four = readonly [x: number, n: number, y: number, m: number];

/** p = x/n of the treatment, y/m of the control. */
const tableOf = ([x, n, y, m]: Four): Table => ({
  treatment: { events: x, units: n },
  control: { events: y, units: m },
});
const difference = (four: Four) => miettinenNurminenInterval(tableOf(four), Z);
const zOf = (four: Four, delta: number) => estimated(miettinenNurminenZ(tableOf(four), delta)).z;
const ratio = (four: Four) => estimated(miettinenNurminenRatioInterval(tableOf(four), Z)).ci;
const ratioZ = (four: Four, r: number) => estimated(miettinenNurminenRatioZ(tableOf(four), r)).z;

const count = fc.integer({ min: 1, max: 300 }).chain((units) => fc.tuple(fc.nat(units), fc.constant(units)));
const four = fc.tuple(count, count).map(([[x, n], [y, m]]): Four => [x, n, y, m]);
const eventful = four.filter(([x, , y]) => x + y > 0);

describe('Newcombe’s table II (1998, Statistics in Medicine 17, 873–890)', () => {
  // Methods 10 (hybrid score) and 6 (Miettinen–Nurminen), four decimals as printed; the latter's further digits below.
  it.each([
    ['a', [56, 70, 48, 80], [0.0524, 0.3339], [0.0528, 0.3382]],
    ['b', [9, 10, 3, 10], [0.1705, 0.809], [0.17, 0.8406]],
    ['c', [6, 7, 2, 7], [0.0582, 0.8062], [0.0342, 0.8534]],
    ['d', [5, 56, 0, 29], [-0.0381, 0.1926], [-0.0326, 0.1933]],
    ['e', [0, 10, 0, 20], [-0.1611, 0.2775], [-0.1658, 0.2844]],
    ['f', [0, 10, 0, 10], [-0.2775, 0.2775], [-0.2879, 0.2879]],
    ['g', [10, 10, 0, 20], [0.6791, 1], [0.7156, 1]],
    ['h', [10, 10, 0, 10], [0.6075, 1], [0.6636, 1]],
  ] as const)('case %s', (_, given, hybrid, score) => {
    const { control, treatment } = tableOf(given);
    const found = newcombeInterval(control, treatment, Z);
    for (const i of [0, 1] as const) {
      expect(Math.abs(found[i] - hybrid[i])).toBeLessThanOrEqual(0.5e-4);
      expect(Math.abs(difference(given)[i] - score[i])).toBeLessThanOrEqual(0.5e-4);
    }
  });
});

describe('Miettinen and Nurminen’s difference', () => {
  // By mpmath 1.3 with 40 digits: the restricted estimate by bisection of the score, the limits by bisection of z.
  it.each([
    [[56, 70, 48, 80], 0.0528297132458446, 0.33817294001586834],
    [[9, 10, 3, 10], 0.17002501642439874, 0.8406495439433282],
    [[5, 56, 0, 29], -0.03259656174351376, 0.19333097669088073],
    [[0, 10, 0, 20], -0.16576022754217165, 0.28438133953437733],
    [[10, 10, 0, 10], 0.6636415518947675, 1],
    [[12, 5000, 30, 5200], -0.0060606286945061125, -0.0009321933244626061],
    [[3, 1_000_000, 11, 900_000], -1.9197327159755547e-5, -1.6850276484505803e-6],
  ] as const)('has the limits of %j to 1e-12', (given, low, high) => {
    const found = difference(given);
    expect(Math.abs(found[0] / low - 1)).toBeLessThan(1e-12);
    expect(Math.abs(found[1] / high - 1)).toBeLessThan(1e-12);
  });

  it.each([
    [-0.05, 3.281098803571055],
    [0.05, 1.996679154675348],
    [0.1, 1.3432387432197852],
  ])('has the score of a difference of %d (mpmath)', (delta, z) => {
    expect(Math.abs(zOf([56, 70, 48, 80], delta) / z - 1)).toBeLessThan(1e-14);
  });

  it('tests a difference of 0 by the pooled score times √((N − 1)/N)', () => {
    const pooled = 0.2 / Math.sqrt((104 / 150) * (46 / 150) * (1 / 70 + 1 / 80));
    expect(zOf([56, 70, 48, 80], 0) / (pooled * Math.sqrt(149 / 150))).toBeCloseTo(1, 12);
  });

  it('contains the estimate, stays inside ±1 and never fails, whatever the table', () => {
    fc.assert(
      fc.property(four, fc.double({ min: 0.001, max: 40, noNaN: true }), (given, z) => {
        const [x, n, y, m] = given;
        const [low, high] = miettinenNurminenInterval(tableOf(given), z);
        const estimate = x / n - y / m;
        expect(-1 <= low && low <= estimate && estimate <= high && high <= 1).toBe(true);
      }),
      RUNS,
    );
  });

  it('excludes a difference exactly when the score of it is beyond the critical value', () => {
    fc.assert(
      fc.property(four, fc.double({ min: -0.999, max: 0.999, noNaN: true }), (given, delta) => {
        fc.pre(delta !== 0);
        const [low, high] = difference(given);
        expect(delta <= low || delta >= high).toBe(Math.abs(zOf(given, delta)) >= Z);
      }),
      { ...RUNS, numRuns: 1000 },
    );
  });

  it('mirrors when the arms swap, and when events and non-events do', () => {
    fc.assert(
      fc.property(four, ([x, n, y, m]) => {
        const [low, high] = difference([x, n, y, m]);
        for (const back of [difference([y, m, x, n]), difference([n - x, n, m - y, m])]) {
          expect(back[0]).toBeCloseTo(-high, 12);
          expect(back[1]).toBeCloseTo(-low, 12);
        }
      }),
      RUNS,
    );
  });

  it('rises with every event of the treatment', () => {
    fc.assert(
      fc.property(four, ([x, n, y, m]) => {
        fc.pre(x < n);
        const [now, next] = [difference([x, n, y, m]), difference([x + 1, n, y, m])];
        expect(next[0]).toBeGreaterThan(now[0] - 1e-15);
        expect(next[1]).toBeGreaterThanOrEqual(now[1]);
      }),
      RUNS,
    );
  });

  it('is unknown at a difference of 0 where every unit is alike, and known beside it', () => {
    expect(miettinenNurminenZ(tableOf([0, 5, 0, 7]), 0)).toEqual({ kind: 'unknown', reason: 'no-events' });
    expect(miettinenNurminenZ(tableOf([5, 5, 7, 7]), 0)).toEqual({ kind: 'unknown', reason: 'all-events' });
    expect(miettinenNurminenZ(tableOf([0, 0, 7, 7]), 0)).toEqual({ kind: 'unknown', reason: 'no-units' });
    expect(zOf([207, 207, 119, 119], 5e-324)).toBe(0);
    // Without events p̃C = 0 and p̃T = δ: z = −√(δ·nT/(1 − δ))·√((N − 1)/N).
    expect(zOf([0, 50, 0, 70], 0.1)).toBeCloseTo(-Math.sqrt(((0.1 / 0.9) * 50 * 119) / 120), 12);
  });

  it('names what is malformed', () => {
    expect(() => miettinenNurminenZ(tableOf([1, 5, 0, 7]), 1)).toThrow('delta must be ');
    expect(() => miettinenNurminenInterval(tableOf([6, 5, 0, 7]), Z)).toThrow('treatment.events must be ');
    expect(() => miettinenNurminenInterval(tableOf([0, 5, 0, 0]), Z)).toThrow('control.units must be ');
    expect(() => miettinenNurminenInterval(tableOf([0, 5, 0, 3]), -1)).toThrow('z must be ');
  });
});

describe('Miettinen and Nurminen’s ratio', () => {
  // statsmodels 0.15.0, confint_proportions_2indep(compare='ratio', method='score', correction=True); its roots stop at 1e-12.
  it.each([
    [[56, 70, 48, 80], 1.0790471195344218, 1.6721453590897675],
    [[9, 10, 3, 10], 1.3279565734835286, 8.691914949017299],
    [[6, 7, 2, 7], 1.0636865203144201, 11.147770894161667],
    [[12, 5000, 30, 5200], 0.21573333712059317, 0.801926684555384],
  ] as const)('has statsmodels’ limits of %j', (given, low, high) => {
    expect(ratio(given)[0] / low).toBeCloseTo(1, 10);
    expect((ratio(given)[1] ?? 0) / high).toBeCloseTo(1, 10);
  });

  // The same source, test_proportions_2indep(value, compare='ratio', method='score', correction=True).
  it.each([
    [0.9, 3.5375486947626036],
    [1.1, 1.7838911493044285],
    [1.25, 0.5955210247876946],
  ])('has statsmodels’ score of a ratio of %d', (value, z) => {
    expect(ratioZ([56, 70, 48, 80], value) / z).toBeCloseTo(1, 12);
  });

  it('excludes a ratio exactly when the score of it is beyond the critical value', () => {
    fc.assert(
      fc.property(eventful, fc.double({ min: 0.01, max: 100, noNaN: true }), (given, r) => {
        fc.pre(r !== 1);
        const [low, high] = ratio(given);
        expect(r <= low || (high !== null && r >= high)).toBe(Math.abs(ratioZ(given, r)) >= Z);
      }),
      { ...RUNS, numRuns: 1000 },
    );
  });

  it('agrees with the difference about equality, and inverts when the arms swap', () => {
    fc.assert(
      fc.property(eventful, ([x, n, y, m]) => {
        fc.pre(x + y < n + m);
        expect(ratioZ([x, n, y, m], 1)).toBeCloseTo(zOf([x, n, y, m], 0), 10);
        const [low, high] = ratio([x, n, y, m]);
        const [backLow, backHigh] = ratio([y, m, x, n]);
        if (high === null) expect(backLow).toBe(0);
        else expect(backLow * high).toBeCloseTo(1, 10);
        if (backHigh === null) expect(low).toBe(0);
        else expect(backHigh * low).toBeCloseTo(1, 10);
      }),
      RUNS,
    );
  });

  it('starts at 0 without events of the treatment, has no end without those of the control', () => {
    expect(ratio([0, 40, 5, 40])[0]).toBe(0);
    expect(ratio([5, 40, 0, 40])[1]).toBeNull();
    const all = ratio([40, 40, 30, 30]);
    expect(all[0]).toBeLessThan(1);
    expect(all[1]).toBeGreaterThan(1);
  });

  it('is unknown without events, and for a ratio of 1 where all units have one', () => {
    expect(miettinenNurminenRatioInterval(tableOf([0, 5, 0, 7]), Z)).toMatchObject({ reason: 'no-events' });
    expect(miettinenNurminenRatioZ(tableOf([0, 5, 0, 7]), 1.1)).toMatchObject({ reason: 'no-events' });
    expect(miettinenNurminenRatioZ(tableOf([5, 5, 7, 7]), 1)).toMatchObject({ reason: 'all-events' });
    expect(miettinenNurminenRatioZ(tableOf([5, 5, 0, 0]), 1)).toMatchObject({ reason: 'no-units' });
    expect(() => miettinenNurminenRatioZ(tableOf([5, 5, 0, 4]), 0)).toThrow('ratio must be ');
  });
});
