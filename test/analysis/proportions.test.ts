import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Comparison, compareProportions, type Stratum } from '../../analysis/index.ts';
import { chiSquareSurvival, normalQuantile } from '../../analysis/special/index.ts';
import { estimated, fromCount, PAIR } from './units.ts';

const RUNS = { seed: 1998, numRuns: 500 } as const;
const Z = -normalQuantile(0.025);

type Count = readonly [events: number, units: number];

const table = (control: Count, treatment: Count): Stratum => ({
  arms: { control: fromCount(...control), treatment: fromCount(...treatment) },
});
const compare = (...strata: Stratum[]): Comparison => estimated(compareProportions({ ...PAIR, strata }));

const count = fc.integer({ min: 2, max: 400 }).chain((units) => fc.tuple(fc.nat(units), fc.constant(units)));
const informative = fc.tuple(count, count).filter(([[x, n], [y, m]]) => x + y > 0 && x + y < n + m);

/** Wilson's limits as the roots of (p − π)² = z²π(1 − π)/n. */
function wilson([events, units]: Count): [number, number] {
  const p = events / units;
  const middle = p + (Z * Z) / (2 * units);
  const spread = Z * Math.sqrt((p * (1 - p)) / units + (Z * Z) / (4 * units * units));
  const scale = 1 + (Z * Z) / units;
  return [(middle - spread) / scale, (middle + spread) / scale];
}

describe('two proportions in one stratum', () => {
  it('are tested by the 2×2 χ² without correction', () => {
    fc.assert(
      fc.property(informative, ([control, treatment]) => {
        const [x, n] = control;
        const [y, m] = treatment;
        const chiSquare = ((n + m) * (x * (m - y) - y * (n - x)) ** 2) / ((x + y) * (n + m - x - y) * n * m);
        const { p, absolute } = compare(table(control, treatment));
        expect(absolute.statistic ** 2).toBeCloseTo(chiSquare, 8);
        expect(Math.abs(p / chiSquareSurvival(chiSquare, 1) - 1)).toBeLessThan(1e-9);
        expect(absolute.df).toBeNull();
      }),
      RUNS,
    );
  });

  it('have Newcombe’s interval: inside [−1, 1], around the difference, of Wilson’s limits', () => {
    fc.assert(
      fc.property(informative, ([control, treatment]) => {
        const { estimate, ci } = compare(table(control, treatment)).absolute;
        const [lC, uC] = wilson(control);
        const [lT, uT] = wilson(treatment);
        const [pC, pT] = [control[0] / control[1], treatment[0] / treatment[1]];
        expect(ci[0]).toBeCloseTo(pT - pC - Math.hypot(pT - lT, uC - pC), 11);
        expect(ci[1]).toBeCloseTo(pT - pC + Math.hypot(uT - pT, pC - lC), 11);
        expect(ci[0]).toBeGreaterThanOrEqual(-1);
        expect(ci[1]).toBeLessThanOrEqual(1);
        expect(ci[0] <= estimate && estimate <= ci[1]).toBe(true);
      }),
      RUNS,
    );
  });

  it('seldom disagree with their own test, and only near α', () => {
    let disagreements = 0;
    fc.assert(
      fc.property(informative, ([control, treatment]) => {
        const { p, absolute } = compare(table(control, treatment));
        const excludes = absolute.ci[0] > 0 || absolute.ci[1] < 0;
        if (excludes === p < 0.05) return;
        disagreements += 1;
        expect(p > 0.005 && p < 0.2).toBe(true);
      }),
      { ...RUNS, numRuns: 3000 },
    );
    expect(disagreements).toBeLessThan(60);
  });

  it('mirror when events and non-events swap, and when the arms do', () => {
    fc.assert(
      fc.property(informative, ([control, treatment]) => {
        const there = compare(table(control, treatment));
        const arms = compare(table(treatment, control));
        const other = ([events, units]: Count): Count => [units - events, units];
        const complement = compare(table(other(control), other(treatment)));
        for (const back of [arms, complement]) {
          expect(back.p).toBeCloseTo(there.p, 12);
          expect(back.absolute.estimate).toBeCloseTo(-there.absolute.estimate, 12);
          expect(back.absolute.ci[0]).toBeCloseTo(-there.absolute.ci[1], 12);
        }
      }),
      RUNS,
    );
  });

  it('have a lift by Fieller with binomial variances, none over a control without events', () => {
    const { relative, absolute } = compare(table([30, 200], [45, 180]));
    const [vC, vT] = [(0.15 * 0.85) / 200, (0.25 * 0.75) / 180];
    expect(relative.estimate).toBeCloseTo(2 / 3, 12);
    for (const bound of relative.ci ?? [Number.NaN]) {
      const variance = vT + vC * (1 + bound) ** 2;
      expect((absolute.estimate - 0.15 * bound) ** 2 / (Z * Z * variance)).toBeCloseTo(1, 9);
    }
    expect(compare(table([0, 200], [5, 200])).relative.reason).toBe('zero-control');
    expect(compare(table([1, 200], [5, 200])).relative.reason).toBe('unbounded');
  });

  it('take their counts from moments around any centre', () => {
    const around = (centre: number, [events, units]: Count) => ({
      n: units,
      centre: [centre],
      sums: [events - units * centre],
      products: [events * (1 - centre) ** 2 + (units - events) * centre ** 2],
    });
    const moved = {
      arms: { control: around(0.0123, [300, 20_000]), treatment: around(0.0123, [450, 18_000]) },
    };
    expect(compare(moved)).toEqual(compare(table([300, 20_000], [450, 18_000])));
  });
});

describe('two proportions over several strata', () => {
  const tables = [table([4, 40], [9, 50]), table([30, 200], [45, 180]), table([1, 12], [6, 15])] as const;

  it('are the Mantel–Haenszel difference with Sato’s variance, as rational arithmetic has them', () => {
    const { absolute, method, p } = compare(...tables);
    expect(method).toBe('mantel-haenszel+sato');
    expect(absolute.estimate).toBeCloseTo(0.10808893093661306, 14);
    expect(absolute.se).toBeCloseTo(0.03508907499767855, 14);
    expect(absolute.ci[0]).toBeCloseTo(0.10808893093661306 - Z * 0.03508907499767855, 13);
    expect(p < 0.05).toBe(absolute.ci[0] > 0);
  });

  it('have, where strata repeat, the difference of one and its binomial variance shared out', () => {
    const copies = compare(table([30, 200], [45, 180]), table([30, 200], [45, 180]));
    expect(copies.absolute.estimate).toBeCloseTo(0.1, 14);
    // Sato's variance of a single table is the binomial p(1 − p)/n of both arms.
    const binomial = (0.15 * 0.85) / 200 + (0.25 * 0.75) / 180;
    expect(copies.absolute.se ** 2 / (binomial / 2)).toBeCloseTo(1, 12);
    expect(copies.relative.estimate).toBeCloseTo(2 / 3, 12);
  });

  it('do not mind the order of strata, and mirror when the arms swap', () => {
    const there = compare(...tables);
    const reversed = compare(...tables.toReversed());
    expect(reversed.absolute.estimate).toBeCloseTo(there.absolute.estimate, 14);
    const swapped = compareProportions({
      ...PAIR,
      control: 'treatment',
      treatment: 'control',
      strata: tables,
    });
    expect(estimated(swapped).absolute.estimate).toBeCloseTo(-there.absolute.estimate, 14);
    expect(estimated(swapped).absolute.se).toBeCloseTo(there.absolute.se, 14);
  });

  it('are one table where all others wait outside', () => {
    const young = table([1, 1], [3, 7]);
    const comparison = compare(table([30, 200], [45, 180]), young);
    expect(comparison.method).toBe('score+newcombe');
    expect(comparison.unitsLeftOut).toBe(8);
  });
});

describe('without an answer', () => {
  it.each([
    ['no events', [table([0, 50], [0, 60])], 'no-events'],
    ['only events', [table([50, 50], [60, 60])], 'all-events'],
    ['no events in any stratum', [table([0, 50], [0, 60]), table([0, 5], [0, 6])], 'no-events'],
    ['only events in all strata', [table([5, 5], [6, 6]), table([7, 7], [8, 8])], 'all-events'],
    ['no variance within any stratum', [table([0, 5], [5, 5]), table([0, 6], [6, 6])], 'zero-variance'],
    ['no units', [table([0, 0], [3, 5])], 'no-units'],
    ['one unit', [table([1, 1], [3, 5])], 'one-unit'],
  ] as const)('%s', (_, strata, reason) => {
    expect(compareProportions({ ...PAIR, strata })).toEqual({ kind: 'unknown', reason });
  });

  it('has one where all of an arm and none of the other have events', () => {
    expect(compare(table([0, 50], [60, 60])).absolute.estimate).toBe(1);
  });

  it.each([
    ['half an event', { n: 4, centre: [0], sums: [1.5], products: [1.5] }],
    ['more events than units', { n: 4, centre: [0], sums: [5], products: [5] }],
    ['values other than 0 and 1', { n: 4, centre: [0], sums: [2], products: [4] }],
  ])('refuses %s', (_, control) => {
    const input = { ...PAIR, strata: [{ arms: { control, treatment: fromCount(1, 4) } }] };
    expect(() => compareProportions(input)).toThrow(
      'strata[0].arms.control must be moments of a 0 or a 1 per unit.',
    );
  });
});
