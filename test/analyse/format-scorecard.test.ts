import { expect, it } from 'vitest';
import { buildScorecard, formatScorecardTable, missingResults } from '../../src/analyse/index.ts';
import { attributionOf, planOf, revenue, signups, stamp, twoArms } from './fixtures.ts';

const print = (results: Parameters<typeof formatScorecardTable>[0], colour = false) =>
  `\n${formatScorecardTable(results, { columns: 140, colour })}`;

it('shows a failed metric beside the others', () => {
  const { results } = buildScorecard(
    planOf({ metrics: [signups, revenue] }),
    attributionOf({
      ...twoArms([50, 500], [52, 500]),
      failed: [{ metric: 'revenue', reason: 'the statement took too long' }],
    }),
    stamp,
  );
  expect(print(results)).toMatchInlineSnapshot(`
    "
    checkout · against control

    Metric   Role       Arm        Units   Value  Difference [95 % CI]         Lift [95 % CI]                 p  Verdict
    ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
    signup   goal       control      500  10.0 %
                        treatment    500  10.4 %  +0.40 pp [−3.4 pp, +4.2 pp]  +4.0 % [−28.7 %, +52.1 %]  0.834  · No clear difference yet
    revenue  secondary  –              –       –  failed                       failed                         –  ! Failed

    revenue failed: the statement took too long
    Sample ratio: ok (χ² 0.000, p >0.999) · units control 500, treatment 500
    Data through 2026-02-01 00:00:00 UTC · fixed horizon · scorecard sc_test
    "
  `);
});

it('shows a mismatch and no verdict', () => {
  const { results } = buildScorecard(planOf(), attributionOf(twoArms([50, 500], [90, 700])), stamp);
  expect(print(results)).toMatchInlineSnapshot(`
    "
    checkout · against control

    Metric  Role  Arm        Units   Value  Difference [95 % CI]         Lift [95 % CI]                 p  Verdict
    ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
    signup  goal  control      500  10.0 %
                  treatment    700  12.9 %  +2.9 pp [−0.86 pp, +6.4 pp]  +28.6 % [−6.4 %, +82.6 %]  0.129  ! Can’t trust

    Sample ratio: mismatch (χ² 33.333, p <0.001) · units control 500, treatment 700. The arms do not fit their weights: no verdict is given.
    Data through 2026-02-01 00:00:00 UTC · fixed horizon · scorecard sc_test
    "
  `);
});

it('shows what has no data and what has no scorecard', () => {
  expect(print(buildScorecard(planOf(), attributionOf(), stamp).results)).toMatchInlineSnapshot(`
    "
    checkout · against control

    Metric  Role  Arm        Units  Value  Difference [95 % CI]  Lift [95 % CI]  p  Verdict
    ─────────────────────────────────────────────────────────────────────────────────────────────────
    signup  goal  control        0      –
                  treatment      0      –  –                     –               –  … Not enough data

    Sample ratio: unknown (no eligible impression yet) · units control 0, treatment 0
    Data through 2026-02-01 00:00:00 UTC · fixed horizon · scorecard sc_test
    "
  `);
  const reason = 'no-scorecard-yet';
  expect(
    print(missingResults('checkout', planOf(), { engineVersion: '0.1.0', reason })),
  ).toMatchInlineSnapshot(`
    "
    checkout · against control

    Sample ratio: unknown (no scorecard yet)
    No data: no scorecard yet.
    "
  `);
});

it('colours only where asked, and then only the verdict', () => {
  const { results } = buildScorecard(planOf(), attributionOf(twoArms([50, 500], [90, 500])), stamp);
  const escapes = (text: string) => text.split('\u001b[').length - 1;
  expect(escapes(print(results))).toBe(0);
  expect(escapes(print(results, true))).toBe(2);
  expect(print(results, true)).toContain('\u001b[38;5;32m✓ Better\u001b[0m');
});
