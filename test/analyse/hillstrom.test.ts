import { expect, it } from 'vitest';
import { buildScorecard, formatScorecardTable, Health, Results } from '../../src/analyse/index.ts';
import { hillstrom } from './hillstrom-attribution.ts';

const { plan, attribution } = hillstrom();
const { results, health } = buildScorecard(plan, attribution, {
  computedAt: new Date('2008-05-01T00:00:02Z'),
  scorecardId: 'sc_hillstrom',
  engineVersion: '0.1.0',
});

function comparison(metric: string, variant: string) {
  const found = results.metrics
    .find((each) => each.metric === metric)
    ?.comparisons.find((each) => each.variant === variant);
  if (found === undefined) throw new Error(`${metric} of ${variant} is missing`);
  return found;
}
const mean = (metric: string, variant: string) =>
  results.metrics.find((each) => each.metric === metric)?.arms.find((arm) => arm.variant === variant)?.mean;

/** Equal to as many digits as the reference (SciPy 1.17) is written with. */
function equals(actual: number | null | undefined, reference: string): void {
  const [mantissa = '', exponent = '0'] = reference.toLowerCase().split('e');
  const decimals = mantissa.split('.')[1]?.length ?? 0;
  const tolerance = 0.5000001 * 10 ** (Number(exponent) - decimals);
  expect(Math.abs((actual ?? Number.NaN) - Number(reference))).toBeLessThanOrEqual(tolerance);
}

function bounds(ci: readonly [number, number] | null | undefined, low: string, high: string): void {
  equals(ci?.[0], low);
  equals(ci?.[1], high);
}

it('gives the units and the sample ratio of the real experiment', () => {
  const { sampleRatio } = results;
  expect(sampleRatio.status).toBe('ok');
  expect(sampleRatio.units).toEqual({ control: 21306, mens: 21307, womens: 21387 });
  equals(Object.values(sampleRatio.expected ?? {})[0], '21333.3');
  equals(sampleRatio.chiSquare, '.20253');
  equals(sampleRatio.p, '.90369');
  expect(sampleRatio.sequentialP).toBeNull();
  expect(sampleRatio.reason).toBe('sequential-p-not-computed');
});

it('gives the arms’ means', () => {
  equals(mean('visit', 'control'), '.10616727682');
  // 3894 of 21307 are .182756840475, which the reference's table gives as .18275684048.
  equals(mean('visit', 'mens'), '.18275684047');
  equals(mean('order', 'control'), '.00572608655');
  equals(mean('order', 'mens'), '.01253109307');
  equals(mean('spend', 'control'), '.65278935511');
  equals(mean('spend', 'mens'), '1.42261651101');
  equals(mean('spend', 'womens'), '1.07720157105');
});

it('gives proportions by the pooled score test and Newcombe’s interval', () => {
  const cases = [
    ['visit', 'mens', '.07658956365', '22.486040827', '5.685165483e-112', '.06995330808', '.08322674127'],
    ['visit', 'womens', '.04523310659', '13.949180655', '3.182403159e-44', '.03889409536', '.05157434296'],
    ['order', 'mens', '.00680500652', '7.385114411', '1.523223501e-13', '.00501434467', '.00864072340'],
    ['order', 'womens', '.00311105751', '3.779560958', '1.571051291e-4', '.00150165713', '.00474547131'],
  ] as const;
  for (const [metric, variant, difference, z, p, low, high] of cases) {
    const found = comparison(metric, variant);
    expect(found.method).toBe('score+newcombe');
    equals(found.absolute.estimate, difference);
    equals(found.statistic, z);
    equals(found.p, p);
    bounds(found.absolute.ci, low, high);
    expect(found.verdict).toBe('better');
    expect(found.covariate).toBeNull();
    expect(found.unadjusted).toBeNull();
  }
});

it('gives spend by Welch with CUPED, and without it beside', () => {
  const mens = comparison('spend', 'mens');
  expect(mens.method).toBe('welch+cuped');
  equals(mens.covariate?.theta, '.00127159603');
  equals(mens.absolute.estimate, '.76734337577');
  // To 30 digits the upper bound is 1.051969143428; the reference gives 1.05196914344, one off in its last digit.
  bounds(mens.absolute.ci, '.48271760810', '1.05196914343');
  equals(mens.p, '1.26986e-7');
  equals(mens.unadjusted?.absolute.estimate, '.76982715589');
  bounds(mens.unadjusted?.absolute.ci, '.48513973257', '1.05451457922');
  equals(mens.unadjusted?.p, '1.16381e-7');
  const womens = comparison('spend', 'womens');
  equals(womens.unadjusted?.absolute.estimate, '.42441221594');
  bounds(womens.unadjusted?.absolute.ci, '.16895678988', '.67986764199');
  equals(womens.unadjusted?.p, '.00112940');
});

it('fits its documented shape', () => {
  expect(Results.parse(JSON.parse(JSON.stringify(results)))).toEqual(results);
  expect(Health.parse(JSON.parse(JSON.stringify(health)))).toEqual(health);
});

it('says each comparison in one sentence', () => {
  expect(
    results.metrics.flatMap((metric) => metric.comparisons.map((each) => each.summary)),
  ).toMatchInlineSnapshot(`
    [
      "Better: spend in mens 0.653 → 1.42 (+0.767, +117.5 %; 95 % CI +64.1 % to +197.3 %; p <0.001), adjusted for the pre-period.",
      "Better: spend in womens 0.653 → 1.08 (+0.422, +64.7 %; 95 % CI +22.1 % to +127.1 %; p 0.001), adjusted for the pre-period.",
      "Better: visit in mens 10.6 % → 18.3 % (+7.7 pp, +72.1 %; 95 % CI +64.1 % to +80.7 %; p <0.001).",
      "Better: visit in womens 10.6 % → 15.1 % (+4.5 pp, +42.6 %; 95 % CI +35.6 % to +50.0 %; p <0.001).",
      "Better: order in mens 0.57 % → 1.3 % (+0.68 pp, +118.8 %; 95 % CI +78.0 % to +173.9 %; p <0.001).",
      "Better: order in womens 0.57 % → 0.88 % (+0.31 pp, +54.3 %; 95 % CI +23.4 % to +95.2 %; p <0.001).",
    ]
  `);
});

it('prints as a table', () => {
  expect(`\n${formatScorecardTable(results, { columns: 160, colour: false })}`).toMatchInlineSnapshot(`
    "
    hillstrom · against control

    Metric         Role       Arm       Units   Value  Difference [95 % CI]           Lift [95 % CI]                     p  Verdict
    ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
    spend (CUPED)  goal       control  21,306   0.653
                              mens     21,307    1.42  +0.767 [+0.483, +1.05]         +117.5 % [+64.1 %, +197.3 %]  <0.001  ✓ Better
                              womens   21,387    1.08  +0.422 [+0.167, +0.678]        +64.7 % [+22.1 %, +127.1 %]    0.001  ✓ Better
    visit          secondary  control  21,306  10.6 %
                              mens     21,307  18.3 %  +7.7 pp [+7.0 pp, +8.3 pp]     +72.1 % [+64.1 %, +80.7 %]    <0.001  ✓ Better
                              womens   21,387  15.1 %  +4.5 pp [+3.9 pp, +5.2 pp]     +42.6 % [+35.6 %, +50.0 %]    <0.001  ✓ Better
    order          secondary  control  21,306  0.57 %
                              mens     21,307   1.3 %  +0.68 pp [+0.50 pp, +0.86 pp]  +118.8 % [+78.0 %, +173.9 %]  <0.001  ✓ Better
                              womens   21,387  0.88 %  +0.31 pp [+0.15 pp, +0.47 pp]  +54.3 % [+23.4 %, +95.2 %]    <0.001  ✓ Better

    Sample ratio: ok (χ² 0.203, p 0.904) · units control 21,306, mens 21,307, womens 21,387
    Data through 2008-05-01 00:00:00 UTC · fixed horizon · scorecard sc_hillstrom
    "
  `);
});

it('lets columns give way on a narrow terminal', () => {
  expect(`\n${formatScorecardTable(results, { columns: 100, colour: false })}`).toMatchInlineSnapshot(`
    "
    hillstrom · against control

    Metric         Role       Arm       Units   Value  Lift [95 % CI]                     p  Verdict
    ─────────────────────────────────────────────────────────────────────────────────────────────────
    spend (CUPED)  goal       control  21,306   0.653
                              mens     21,307    1.42  +117.5 % [+64.1 %, +197.3 %]  <0.001  ✓ Better
                              womens   21,387    1.08  +64.7 % [+22.1 %, +127.1 %]    0.001  ✓ Better
    visit          secondary  control  21,306  10.6 %
                              mens     21,307  18.3 %  +72.1 % [+64.1 %, +80.7 %]    <0.001  ✓ Better
                              womens   21,387  15.1 %  +42.6 % [+35.6 %, +50.0 %]    <0.001  ✓ Better
    order          secondary  control  21,306  0.57 %
                              mens     21,307   1.3 %  +118.8 % [+78.0 %, +173.9 %]  <0.001  ✓ Better
                              womens   21,387  0.88 %  +54.3 % [+23.4 %, +95.2 %]    <0.001  ✓ Better

    Sample ratio: ok (χ² 0.203, p 0.904) · units control 21,306, mens 21,307, womens 21,387
    Data through 2008-05-01 00:00:00 UTC · fixed horizon · scorecard sc_hillstrom
    "
  `);
});
