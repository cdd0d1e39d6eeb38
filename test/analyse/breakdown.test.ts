import { describe, expect, it } from 'vitest';
import { heterogeneity, shrunkenSegments } from '../../analysis/index.ts';
import { Breakdown, buildBreakdown, buildScorecard } from '../../src/analyse/index.ts';
import type { Attribution } from '../../src/attribute/index.ts';
import { attributionOf, planOf, revenue, signups, stamp, twoArms, unitsRow } from './fixtures.ts';

const plan = planOf({ metrics: [signups, revenue], segmentAttributes: ['country'] });
const rows = {
  DE: twoArms([500, 5000], [570, 5000]),
  AT: twoArms([100, 1000], [100, 1000]),
  tiny: twoArms([1, 20], [9, 20]),
  none: { units: [], moments: [] },
};
const of = (parts: Partial<Attribution>) => attributionOf(parts);
const all = of({
  units: Object.values(rows).flatMap(({ units }) => units),
  moments: Object.values(rows).flatMap(({ moments }) => moments),
});
const segments = [
  { value: 'DE', attribution: of(rows.DE) },
  { value: 'AT', attribution: of(rows.AT) },
  { value: '', attribution: of(rows.tiny) },
  { value: null, attribution: of(rows.none) },
];
const breakdown = buildBreakdown(plan, 'country', segments, all, stamp);
const [signup, spent] = breakdown.metrics;
const comparison = signup?.comparisons[0];
const known = ['DE', 'AT'] as const;
/** The estimate and standard error that the scorecard of these units alone has. */
const alone = (value: (typeof known)[number]) => {
  const { results } = buildScorecard(plan, of(rows[value]), stamp);
  const { absolute, standardError, p } = results.metrics[0]?.comparisons[0] ?? {};
  return { segment: value, estimate: absolute?.estimate ?? 0, se: standardError ?? 0, p };
};

describe('a breakdown', () => {
  it('has the shape that is described, and no verdict anywhere', () => {
    expect(Breakdown.parse(breakdown)).toEqual(breakdown);
    expect(JSON.stringify(breakdown)).not.toMatch(/verdict|better|worse/i);
  });

  it('says of every value how its units were shared out', () => {
    expect(breakdown.values.map(({ value, units }) => [value, units['control'], units['treatment']])).toEqual(
      [
        ['DE', 5000, 5000],
        ['AT', 1000, 1000],
        ['', 20, 20],
        [null, 0, 0],
      ],
    );
    const ratios = breakdown.values.map(({ sampleRatio }) => sampleRatio.status);
    expect(ratios).toEqual(['ok', 'ok', 'ok', 'unknown']);
  });

  it('counts units that came back in a later epoch once', () => {
    const units = [unitsRow('control', 3), unitsRow('control', 3, { epoch: 2, population: 'returning' })];
    const { values } = buildBreakdown(
      plan,
      'country',
      [{ value: 'DE', attribution: of({ units }) }],
      all,
      stamp,
    );
    expect(values[0]?.units).toEqual({ control: 3, treatment: 0 });
  });

  it('has the estimates that the scorecard of those units alone has', () => {
    for (const [index, value] of known.entries()) {
      const { estimate, p } = alone(value);
      expect(comparison?.segments[index]).toMatchObject({ value, absolute: { estimate }, p, reason: null });
    }
    expect(comparison?.segments[3]).toMatchObject({
      ...{ value: null, units: { control: 0, treatment: 0 }, p: null, reason: expect.any(String) },
      absolute: { estimate: null, ci: null, reason: expect.any(String) },
    });
  });

  it('compares and shrinks the values with enough units, and says which have too few', () => {
    const inputs = known.map(alone);
    const spread = heterogeneity(inputs);
    const drawn = shrunkenSegments(inputs, 0.05);
    if (spread.kind === 'unknown' || drawn.kind === 'unknown') throw new Error('both are known');
    const { q, df, p, iSquared, tauSquared } = spread;
    expect(comparison?.heterogeneity).toEqual({ segments: 2, q, df, p, iSquared, tauSquared, reason: null });
    for (const [index, { estimate, ci, shrinkage }] of drawn.segments.entries())
      expect(comparison?.segments[index]?.shrunken).toEqual({ estimate, ci, shrinkage, reason: null });
    const few = comparison?.segments[2];
    expect(few?.absolute.estimate).toBeCloseTo(0.4, 12);
    expect(few?.shrunken).toEqual({ estimate: null, ci: null, shrinkage: null, reason: 'too-few-units' });
  });

  it('says why there is nothing of a metric, and leaves the others alone', () => {
    // Nobody has a row of it: no moments at all.
    expect(spent?.comparisons[0]?.heterogeneity).toMatchObject({
      segments: 0,
      q: null,
      reason: 'one-segment',
    });
    const failed = [{ metric: 'signup', reason: 'it is broken' }];
    const broken = buildBreakdown(
      plan,
      'country',
      segments.map(({ value, attribution }) => ({ value, attribution: { ...attribution, failed } })),
      { ...all, failed },
      stamp,
    );
    expect(broken.metrics[0]).toMatchObject({ status: 'failed', reason: 'it is broken', comparisons: [] });
    expect(broken.metrics[1]?.status).toBe('ok');
  });

  it('says how many false alarms to expect of so many comparisons', () => {
    expect(breakdown.falseAlarms).toMatchObject({ comparisons: 3, expected: expect.closeTo(0.15, 12) });
    expect(breakdown.falseAlarms.summary).toMatch(/^Of 3 comparisons about 0.15 have p < 0.05/);
    const nothing = buildBreakdown(plan, 'country', segments.slice(3), of({}), stamp);
    expect(nothing.falseAlarms).toMatchObject({ comparisons: 0, expected: 0 });
  });
});
