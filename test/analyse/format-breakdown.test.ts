import { expect, it } from 'vitest';
import { buildBreakdown, formatBreakdownTable } from '../../src/analyse/index.ts';
import { attributionOf, planOf, stamp, twoArms } from './fixtures.ts';

it('a breakdown as tables: every value, its difference and the shrunken one, heterogeneity, and what to expect by chance', () => {
  const segments = [
    { value: 'DE', attribution: attributionOf(twoArms([500, 5000], [570, 5000])) },
    { value: '\u001b[2J\u009b2J', attribution: attributionOf(twoArms([100, 1000], [100, 1000])) },
    { value: '', attribution: attributionOf(twoArms([10, 100], [10, 900])) },
    { value: null, attribution: attributionOf() },
  ];
  const breakdown = buildBreakdown(planOf(), 'country', segments, attributionOf(), stamp);
  expect(`\n${formatBreakdownTable(breakdown, { columns: 120 })}`).toMatchInlineSnapshot(`
    "
    checkout by country at the first impression

    signup (goal): treatment against control
    country               Units  Difference [95 % CI]              p  Shrunken [95 % CI]
    ─────────────────────────────────────────────────────────────────────────────────────────────
    DE                   10,000  +1.4 pp [+0.19 pp, +2.6 pp]   0.024  +1.3 pp [+0.13 pp, +2.6 pp]
    "\\u001b[2J\\u009b2J"   2,000  0.0 pp [−2.6 pp, +2.6 pp]    >0.999  −0.16 pp [−2.8 pp, +2.4 pp]
    ""                    1,000  −8.9 pp [−16.3 pp, −4.3 pp]  <0.001  −8.4 pp [−11.5 pp, −5.2 pp]
    all others                0  –                                 –  –
    Heterogeneity of 3: Q 41.36 on 2, p <0.001

    Sample ratio: mismatch among ""; its figures cannot be trusted.
    Of 3 comparisons about 0.15 have p < 0.05 by chance alone where nothing differs; heterogeneity and the shrunken estimates allow for that, the others do not.
    Data through 2026-02-01 00:00:00 UTC
    "
  `);
  // A narrow terminal has the differences.
  expect(formatBreakdownTable(breakdown, { columns: 50 })).not.toContain('Shrunken');
});
