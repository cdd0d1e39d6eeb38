import { AnalysisInputError } from '../input-error.ts';
import { type Outcome, unknown } from '../outcome.ts';
import { requireCount } from '../requirements.ts';
import { chiSquareSurvival } from '../special/index.ts';
import { ALARM_P, type Soundness } from './status.ts';

/** First impressions of one day of one epoch by arm, the arms in the same order everywhere. */
export interface DayUnits {
  readonly day: string;
  readonly units: readonly number[];
}

/** How the arms' shares moved between the days of one epoch. */
export interface ShareDrift {
  readonly chiSquare: number;
  readonly df: number;
  readonly p: number;
  /** The day that fits the epoch's shares worst, and the arms' shares on it. */
  readonly day: string;
  readonly shares: readonly number[];
}

/**
 * Did the arms' shares stay what they were within one epoch? Pearson's χ² of homogeneity over days × arms, with (days −
 * 1)(arms − 1) degrees of freedom (Pearson 1900; Agresti 2013, "Categorical data analysis", section 3.2). Weights that
 * were changed without a new epoch, or an arm that was off for a day, show here even where the epoch's totals fit its
 * weights by accident: `broken` below .001. Arms and days without units are left out. Unknown with `no-units`, `one-arm` or
 * `one-segment` (fewer than two days).
 * @example shareDrift([{ day: '2026-03-01', units: [500, 500] }, { day: '2026-03-02', units: [420, 580] }]) // { status: 'broken', chiSquare: 12.8824, df: 1, p: 3.3167817e-4, day: '2026-03-01', shares: [0.5, 0.5] }
 */
export function shareDrift(days: readonly DayUnits[]): Soundness<ShareDrift> {
  const arms = days[0]?.units.length ?? 0;
  days.forEach(({ units }, i) => {
    if (units.length !== arms) throw new AnalysisInputError(`days[${i}].units`, `of length ${arms}`);
    units.forEach((count, arm) => {
      requireCount(`days[${i}].units[${arm}]`, count);
    });
  });
  const table = occupied(days);
  if (table.kind === 'unknown') return table;
  const { rows, totals, total } = table;
  const misfits = rows.map(({ day, units, sum }) => ({
    day,
    shares: units.map((count) => count / sum),
    misfit: units.reduce((chi, count, arm) => {
      const expected = sum * ((totals[arm] ?? 0) / total);
      return expected === 0 ? chi : chi + (count - expected) * ((count - expected) / expected);
    }, 0),
  }));
  const chiSquare = misfits.reduce((sum, { misfit }) => sum + misfit, 0);
  const df = (rows.length - 1) * (totals.filter((count) => count > 0).length - 1);
  const p = chiSquareSurvival(chiSquare, df);
  const worst = misfits.reduce((one, other) => (other.misfit > one.misfit ? other : one));
  const status = p < ALARM_P ? 'broken' : 'sound';
  return { kind: 'estimate', status, chiSquare, df, p, day: worst.day, shares: worst.shares };
}

interface Table {
  readonly rows: readonly (DayUnits & { readonly sum: number })[];
  readonly totals: readonly number[];
  readonly total: number;
}

function occupied(days: readonly DayUnits[]): Outcome<Table> {
  const rows = days
    .map((day) => ({ ...day, sum: day.units.reduce((sum, count) => sum + count, 0) }))
    .filter(({ sum }) => sum > 0);
  const totals = (rows[0]?.units ?? []).map((_, arm) =>
    rows.reduce((sum, { units }) => sum + (units[arm] ?? 0), 0),
  );
  if (rows.length === 0) return unknown('no-units');
  if (totals.filter((count) => count > 0).length < 2) return unknown('one-arm');
  if (rows.length < 2) return unknown('one-segment');
  return { kind: 'estimate', rows, totals, total: rows.reduce((sum, row) => sum + row.sum, 0) };
}
