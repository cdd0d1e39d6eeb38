import { describe, expect, it } from 'vitest';
import { assignmentIndependence } from '../../analysis/index.ts';
import { logGamma } from '../../analysis/special/index.ts';
import { uniforms } from './units.ts';

const logE = (
  units: readonly (readonly number[])[],
  weights = [
    [1, 1],
    [1, 1],
  ] as const,
) => {
  const found = assignmentIndependence({ units, weights });
  if (found.kind === 'unknown') throw new Error(found.reason);
  return found.logE;
};

/** The definition, written out: Dirichlet marginal over the largest likelihood under independence. */
function byDefinition(table: readonly (readonly number[])[], shares: readonly number[]): number {
  const counts = table.flat();
  const n = counts.reduce((sum, count) => sum + count, 0);
  const marginal = (k: number) =>
    logGamma(k) -
    logGamma(k + n) +
    counts.reduce(
      (sum, s, i) => sum + logGamma(k * (shares[i] ?? 0) + s) - logGamma(k * (shares[i] ?? 0)),
      0,
    );
  const logs = [10, 100, 1000, 10_000, 100_000].map(marginal);
  const largest = Math.max(...logs);
  const mixture = largest + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - largest), 0) / 5);
  const rows = table.map((row) => row.reduce((sum, count) => sum + count, 0));
  const columns = (table[0] ?? []).map((_, j) => table.reduce((sum, row) => sum + (row[j] ?? 0), 0));
  const own = (total: number) => (total === 0 ? 0 : total * Math.log(total / n));
  return mixture - [...rows, ...columns].reduce((sum, total) => sum + own(total), 0);
}

describe('independence of two assignments', () => {
  it.each([
    [
      [
        [40, 10],
        [10, 40],
      ],
      [
        [1, 1],
        [1, 1],
      ],
    ],
    [
      [
        [0, 7],
        [9, 0],
      ],
      [
        [1, 1],
        [1, 1],
      ],
    ],
    [
      [
        [12, 0],
        [3, 0],
      ],
      [
        [1, 3],
        [1, 1],
      ],
    ],
    [
      [
        [120, 80, 33],
        [99, 101, 40],
      ],
      [
        [9, 1],
        [2, 2, 1],
      ],
    ],
  ] as const)('of %j is the mixture over the margins’ likelihood', (units, weights) => {
    const shareOf = (of: readonly number[]) => of.map((w) => w / of.reduce((sum, one) => sum + one, 0));
    const shares = shareOf(weights[0]).flatMap((a) => shareOf(weights[1]).map((b) => a * b));
    const found = assignmentIndependence({ units, weights });
    expect(found).toMatchObject({ kind: 'estimate' });
    if (found.kind === 'estimate') expect(found.logE).toBeCloseTo(byDefinition(units, shares), 8);
  });

  it('does not depend on which flag is first, nor on the order of its arms', () => {
    const found = logE([
      [40, 12],
      [9, 30],
    ]);
    expect(
      logE([
        [40, 9],
        [12, 30],
      ]),
    ).toBeCloseTo(found, 10);
    expect(
      logE([
        [9, 30],
        [40, 12],
      ]),
    ).toBeCloseTo(found, 10);
  });

  it('leaves a split that is not as declared to the sample ratio: arms that are independent all the same are no evidence', () => {
    expect(
      logE([
        [8100, 900],
        [900, 100],
      ]),
    ).toBeLessThan(0);
  });

  it('is wrong in at most α of independent assignments, watched at every unit, whatever the splits', () => {
    const uniform = uniforms(4711);
    const [alpha, runs] = [0.05, 1500];
    let alarms = 0;
    for (let run = 0; run < runs; run += 1) {
      const [p, q] = [0.1 + 0.8 * uniform(), 0.1 + 0.8 * uniform()];
      const units: [[number, number], [number, number]] = [
        [0, 0],
        [0, 0],
      ];
      for (let unit = 0; unit < 400; unit += 1) {
        units[uniform() < p ? 0 : 1][uniform() < q ? 0 : 1] += 1;
        if (logE(units) < -Math.log(alpha)) continue;
        alarms += 1;
        break;
      }
    }
    expect(alarms / runs).toBeLessThanOrEqual(alpha + 3 * Math.sqrt((alpha * (1 - alpha)) / runs));
  });

  it('finds flags that share their hash after a few units, and a slight dependence after many', () => {
    expect(
      logE([
        [25, 0],
        [0, 25],
      ]),
    ).toBeGreaterThan(Math.log(1000));
    // Correlated by .05.
    expect(
      logE([
        [525, 475],
        [475, 525],
      ]),
    ).toBeLessThan(Math.log(1000));
    expect(
      logE([
        [10_500, 9500],
        [9500, 10_500],
      ]),
    ).toBeGreaterThan(Math.log(1000));
  });

  it('knows nothing without units, or where one of the two has one arm', () => {
    expect(assignmentIndependence({ units: [[0, 0]], weights: [[1], [1, 1]] })).toMatchObject({
      reason: 'one-arm',
    });
    expect(
      assignmentIndependence({
        units: [
          [0, 0],
          [0, 0],
        ],
        weights: [
          [1, 1],
          [1, 1],
        ],
      }),
    ).toMatchObject({
      reason: 'no-units',
    });
    // An arm without weight is nobody's.
    expect(
      assignmentIndependence({
        units: [
          [5, 5],
          [9, 9],
        ],
        weights: [
          [1, 0],
          [1, 1],
        ],
      }),
    ).toMatchObject({ reason: 'one-arm' });
    expect(() =>
      assignmentIndependence({
        units: [[1]],
        weights: [
          [1, 1],
          [1, 1],
        ],
      }),
    ).toThrow('units');
  });
});
