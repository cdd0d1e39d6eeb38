import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  heterogeneity,
  heterogeneityOverDimensions,
  type SegmentEstimate,
  shrunkenSegments,
  whatDiffers,
} from '../../analysis/index.ts';
import { estimated, uniforms } from './units.ts';

const named = (estimates: readonly number[], errors: readonly number[]): SegmentEstimate[] =>
  estimates.map((estimate, i) => ({ segment: `s${i}`, estimate, se: errors[i] ?? Number.NaN }));

/** Thirteen trials of the BCG vaccine (Colditz et al. 1994; `dat.bcg` of R's metafor): [events, others] of both arms. */
const BCG_TREATED = [
  [4, 119],
  [6, 300],
  [3, 228],
  [62, 13536],
  [33, 5036],
  [180, 1361],
  [8, 2537],
  [505, 87886],
  [29, 7470],
  [17, 1699],
  [186, 50448],
  [5, 2493],
  [27, 16886],
] as const;
const BCG_CONTROL = [
  [11, 128],
  [29, 274],
  [11, 209],
  [248, 12619],
  [47, 5761],
  [372, 1079],
  [10, 619],
  [499, 87892],
  [45, 7232],
  [65, 1600],
  [141, 27197],
  [3, 2338],
  [29, 17825],
] as const;

/** Logarithms of the risk ratios, with their standard errors by the delta method. */
const bcg: readonly SegmentEstimate[] = BCG_TREATED.map(([a, b], i) => {
  const [c, d] = BCG_CONTROL[i] ?? [0, 0];
  const estimate = Math.log(a / (a + b) / (c / (c + d)));
  return { segment: `trial ${i + 1}`, estimate, se: Math.sqrt(1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)) };
});

/** The eight schools of Rubin 1981. */
const schools = named([28, 8, -3, 7, -1, 1, 18, 12], [15, 10, 16, 11, 9, 11, 10, 18]);

const segments = fc
  .array(
    fc.tuple(fc.double({ min: -100, max: 100, noNaN: true }), fc.double({ min: 0.01, max: 50, noNaN: true })),
    {
      minLength: 2,
      maxLength: 12,
    },
  )
  .map((pairs) =>
    named(
      pairs.map(([estimate]) => estimate),
      pairs.map(([, se]) => se),
    ),
  );

describe('heterogeneity', () => {
  it('of the BCG trials is that of metafor’s rma(method = "DL") and of statsmodels', () => {
    const found = estimated(heterogeneity(bcg));
    // metafor's documentation: Q(df = 12) = 152.2330, tau^2 = 0.3088, I^2 = 92.12 %; more digits by
    // statsmodels 0.15.0 combine_effects(method_re='dl') and SciPy 1.17.1 chi2.sf.
    expect(found.q).toBeCloseTo(152.23300808237337, 10);
    expect(found.df).toBe(12);
    expect(found.tauSquared).toBeCloseTo(0.30876026286237634, 13);
    expect(found.iSquared).toBeCloseTo(0.9211734685456205, 13);
    expect(found.p / 1.996764590845891e-26).toBeCloseTo(1, 9);
    expect(found.common.estimate).toBeCloseTo(-0.43028516365409053, 13);
    expect(found.common.se).toBeCloseTo(0.04049875171086381, 14);
  });

  it('of the eight schools is none: Q below its degrees of freedom', () => {
    const found = estimated(heterogeneity(schools));
    // statsmodels 0.15.0, SciPy 1.17.1.
    expect(found).toMatchObject({ df: 7, iSquared: 0, tauSquared: 0 });
    expect(found.q).toBeCloseTo(4.707078864400158, 12);
    expect(found.p).toBeCloseTo(0.6956591666351959, 12);
    expect(found.common.estimate).toBeCloseTo(7.685616724956035, 12);
  });

  it('is that of the two-sample z test for two segments', () => {
    const { q } = estimated(heterogeneity(named([3, 8], [1.5, 2])));
    expect(q).toBeCloseTo((3 - 8) ** 2 / (1.5 ** 2 + 2 ** 2), 13);
  });

  it('scales with the unit, and does not see a shift', () => {
    fc.assert(
      fc.property(segments, fc.constantFrom(1e-150, 1e-3, 7, 1e100), (some, unit) => {
        const found = estimated(heterogeneity(some));
        const scaled = some.map((one) => ({ ...one, estimate: one.estimate * unit, se: one.se * unit }));
        const other = estimated(heterogeneity(scaled));
        expect(Math.abs(other.q - found.q)).toBeLessThanOrEqual(1e-9 * found.q + 1e-12);
        expect(Math.abs(other.common.estimate / unit - found.common.estimate)).toBeLessThanOrEqual(1e-9);
        const shifted = estimated(
          heterogeneity(some.map((one) => ({ ...one, estimate: one.estimate + 10 }))),
        );
        expect(Math.abs(shifted.q - found.q)).toBeLessThanOrEqual(1e-6 * found.q + 1e-6);
      }),
    );
  });

  it('rejects as often as it says where there is nothing', () => {
    const uniform = uniforms(41);
    const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
    const errors = [0.5, 1, 2, 1, 0.1];
    const rounds = 4000;
    let rejected = 0;
    for (let i = 0; i < rounds; i += 1)
      if (
        estimated(
          heterogeneity(
            named(
              errors.map((se) => 3 + se * normal()),
              errors,
            ),
          ),
        ).p < 0.05
      )
        rejected += 1;
    // Three binomial standard errors.
    expect(Math.abs(rejected / rounds - 0.05)).toBeLessThan(3 * Math.sqrt((0.05 * 0.95) / rounds));
  });

  it('needs two segments, and says which argument is none', () => {
    expect(heterogeneity([])).toEqual({ kind: 'unknown', reason: 'one-segment' });
    expect(heterogeneity(named([1], [1]))).toEqual({ kind: 'unknown', reason: 'one-segment' });
    expect(heterogeneity(named([1e200, -1e200], [1e-200, 1e-200]))).toEqual({
      kind: 'unknown',
      reason: 'overflow',
    });
    expect(() => heterogeneity(named([1, 2], [1, 0]))).toThrow(
      /^segments\[1\]\.se must be a finite number above 0/,
    );
    expect(() => heterogeneity(named([1, Number.NaN], [1, 1]))).toThrow(/^segments\[1\]\.estimate/);
    expect(() => heterogeneity([...schools, { segment: 's0', estimate: 1, se: 1 }])).toThrow(
      /^segments\[8\]\.segment/,
    );
  });
});

describe('heterogeneity over dimensions', () => {
  it('is adjusted by Holm over the dimensions that have any', () => {
    const found = heterogeneityOverDimensions([
      { dimension: 'school', segments: schools },
      { dimension: 'nothing', segments: named([1], [1]) },
      { dimension: 'trial', segments: bcg },
    ]);
    expect(found.map(({ dimension }) => dimension)).toEqual(['school', 'nothing', 'trial']);
    expect(found[1]?.outcome).toEqual({ kind: 'unknown', reason: 'one-segment' });
    const p = found.flatMap(({ outcome }) =>
      outcome.kind === 'estimate' ? [[outcome.p, outcome.adjustedP]] : [],
    );
    expect(p.map(([plain, adjusted]) => (adjusted ?? 0) / (plain ?? 1))).toEqual([1, 2]);
  });

  it('leads the path of a bad argument through the dimension', () => {
    const dimensions = [
      { dimension: 'a', segments: schools },
      { dimension: 'b', segments: named([1, 2], [1, -1]) },
    ];
    expect(() => heterogeneityOverDimensions(dimensions)).toThrow(
      'dimensions[1].segments[1].se must be a finite number above 0.',
    );
  });
});

describe('shrunken segments', () => {
  it('of the BCG trials are metafor’s blup', () => {
    const found = estimated(shrunkenSegments(bcg, 0.05));
    // metafor's documentation: -0.7141, se 0.1787, ci -1.0644 to -0.3638.
    expect(found.mean.estimate).toBeCloseTo(-0.7141172220732269, 12);
    expect(found.mean.se).toBeCloseTo(0.17874208953540316, 12);
    expect(found.mean.ci.map((bound) => bound.toFixed(4))).toEqual(['-1.0644', '-0.3638']);
    // B·μ̂ + (1 − B)·y, and the error with Morris' term, with NumPy from the τ² of statsmodels 0.15.0.
    const estimates = found.segments.map(({ estimate }) => estimate);
    const errors = found.segments.map(({ se }) => se);
    for (const [i, estimate, se] of [
      [0, -0.7993909731858652, 0.40996078156337595],
      [3, -1.3972771873598404, 0.13950228606265577],
      [7, 0.0027544402767311228, 0.0627813215603588],
      [11, -0.28836447090030976, 0.5171101348385075],
    ] as const) {
      expect(estimates[i]).toBeCloseTo(estimate, 12);
      expect(errors[i]).toBeCloseTo(se, 12);
    }
  });

  it('are all the mean where nothing differs', () => {
    const found = estimated(shrunkenSegments(schools, 0.05));
    for (const { estimate, se, shrinkage } of found.segments) {
      expect(estimate).toBeCloseTo(7.685616724956035, 12);
      expect(se).toBeGreaterThan(4.071919158402296);
      expect(shrinkage).toBe(1);
    }
  });

  it('lie between the estimate and the mean, the less precise the nearer to the mean', () => {
    fc.assert(
      fc.property(segments, (some) => {
        const found = estimated(shrunkenSegments(some, 0.05));
        some.forEach((raw, i) => {
          const shrunken = found.segments[i];
          if (shrunken === undefined) throw new Error('a segment is missing');
          const [low, high] = [raw.estimate, found.mean.estimate].sort((one, other) => one - other);
          expect(shrunken.estimate).toBeGreaterThanOrEqual((low ?? 0) - 1e-9);
          expect(shrunken.estimate).toBeLessThanOrEqual((high ?? 0) + 1e-9);
          expect(shrunken.ci[0] + shrunken.ci[1]).toBeCloseTo(2 * shrunken.estimate, 6);
          some.forEach((other, j) => {
            const its = found.segments[j]?.shrinkage ?? 0;
            if (raw.se < other.se) expect(shrunken.shrinkage).toBeLessThanOrEqual(its * (1 + 1e-12));
          });
        });
      }),
    );
  });

  it.each([
    [8, 0.3],
    [8, 1],
    [30, 1],
    [30, 3],
  ])('of %i segments err less than the raw estimates, and their intervals cover: τ = %f', (count, tau) => {
    const uniform = uniforms(77);
    const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
    const errors = Array.from({ length: count }, (_, i) => 0.5 + (i % 5) * 0.3);
    let [raw, shrunken, covered] = [0, 0, 0];
    const rounds = 12_000 / count;
    for (let i = 0; i < rounds; i += 1) {
      const truth = errors.map(() => 2 + tau * normal());
      const seen = named(
        truth.map((effect, k) => effect + (errors[k] ?? 0) * normal()),
        errors,
      );
      estimated(shrunkenSegments(seen, 0.1)).segments.forEach(({ estimate, ci }, k) => {
        const effect = truth[k] ?? 0;
        raw += ((seen[k]?.estimate ?? 0) - effect) ** 2;
        shrunken += (estimate - effect) ** 2;
        if (ci[0] <= effect && effect <= ci[1]) covered += 1;
      });
    }
    expect(shrunken).toBeLessThan(raw);
    // Of 12 000 intervals of 90 %; without Morris' term it is 80 to 88 %.
    expect(covered / 12_000).toBeGreaterThan(0.87);
  });
});

describe('what differs', () => {
  const platform = {
    dimension: 'platform',
    segments: [
      { segment: 'web', estimate: 0.1, se: 0.02, units: 7000 },
      { segment: 'iOS', estimate: -0.3, se: 0.05, units: 2000 },
      { segment: 'desktop', estimate: 0.1, se: 0.04, units: 1000 },
      { segment: 'tv', estimate: 5, se: 1, units: 0 },
    ],
  };
  const country = {
    dimension: 'country',
    segments: [
      { segment: 'DE', estimate: 0.03, se: 0.03, units: 5000 },
      { segment: 'FR', estimate: 0.01, se: 0.03, units: 5000 },
    ],
  };
  const names = (order: 'contribution' | 'excess') =>
    estimated(whatDiffers([country, platform], order)).ranked.map(({ segment }) => segment);

  it('ranks values by share × effect, or by what they add to the effect by differing', () => {
    expect(names('contribution')).toEqual(['web', 'iOS', 'DE', 'desktop', 'FR']);
    expect(names('excess')).toEqual(['iOS', 'web', 'desktop', 'DE', 'FR']);
    const [web, ios] = estimated(whatDiffers([platform])).ranked;
    expect(web?.contribution).toBeCloseTo(0.07, 14);
    expect(ios?.contribution).toBeCloseTo(-0.06, 14);
    // iOS drags the overall effect of .02 down from the .1 that it would be without: .064 by its share of the excess.
    expect(ios?.excess).toBeCloseTo(0.2 * (-0.3 - 0.02), 14);
    expect(ios?.z).toBeCloseTo(-0.4 / Math.hypot(0.05, (7 / 8) * 0.02, (1 / 8) * 0.04), 12);
  });

  it('has contributions that sum to the overall effect, and excesses to nothing', () => {
    const dimension = fc
      .array(fc.tuple(fc.double({ min: -9, max: 9, noNaN: true }), fc.integer({ min: 1, max: 10_000 })), {
        minLength: 2,
        maxLength: 10,
      })
      .map((values) => ({
        dimension: 'd',
        segments: values.map(([estimate, units], i) => ({
          segment: `${i}`,
          estimate,
          units,
          se: 1 / Math.sqrt(units),
        })),
      }));
    fc.assert(
      fc.property(dimension, (one) => {
        const { ranked } = estimated(whatDiffers([one], 'excess'));
        const units = one.segments.reduce((sum, segment) => sum + segment.units, 0);
        const overall = one.segments.reduce((sum, { estimate, units: n }) => sum + (estimate * n) / units, 0);
        expect(ranked.reduce((sum, { contribution }) => sum + contribution, 0)).toBeCloseTo(overall, 9);
        expect(ranked.reduce((sum, { excess }) => sum + excess, 0)).toBeCloseTo(0, 9);
        const sizes = ranked.map(({ excess }) => Math.abs(excess));
        expect(sizes).toEqual(sizes.toSorted((first, second) => second - first));
      }),
    );
  });

  it('adjusts for all values that it looked at', () => {
    const least = (some: Parameters<typeof whatDiffers>[0]) =>
      Math.min(...estimated(whatDiffers(some)).ranked.map(({ adjustedP }) => adjustedP));
    // Three values alone, five beside another dimension.
    expect(least([platform, country]) / least([platform])).toBeCloseTo(5 / 3, 9);
  });

  it('says which dimensions it leaves out, and why there is nothing', () => {
    const single = { dimension: 'device', segments: platform.segments.slice(0, 1) };
    expect(estimated(whatDiffers([single, platform])).leftOut).toEqual(['device']);
    expect(whatDiffers([single])).toEqual({ kind: 'unknown', reason: 'one-segment' });
    expect(whatDiffers([{ dimension: 'x', segments: platform.segments.slice(3) }])).toEqual({
      kind: 'unknown',
      reason: 'no-units',
    });
    const bad = { ...platform, segments: [{ segment: 'web', estimate: 0, se: 1, units: 1.5 }] };
    expect(() => whatDiffers([platform, bad])).toThrow(/^dimensions\[1\]\.segments\[0\]\.units/);
  });
});
