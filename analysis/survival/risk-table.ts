import { AnalysisInputError } from '../input-error.ts';
import { requireCount, requireFinite } from '../requirements.ts';

/** One day of one arm. */
export interface RiskRow {
  /** Days (or any unit of time) since the unit's first impression. */
  readonly day: number;
  /** Units that had no event before this day and were still watched. */
  readonly atRisk: number;
  /** Those of them whose event came on this day. */
  readonly events: number;
}

/**
 * What is known of one arm: ascending days, with a row for every day with an event while anybody is at risk. After its
 * last row nobody is watched.
 */
export type RiskTable = readonly RiskRow[];

/** Throws an `AnalysisInputError` that names the field unless these are the rows of a risk table. */
export function requireRiskTable(field: string, table: RiskTable): void {
  table.forEach((row, i) => {
    const at = `${field}[${i}]`;
    requireFinite(`${at}.day`, row.day);
    requireCount(`${at}.atRisk`, row.atRisk);
    requireCount(`${at}.events`, row.events);
    if (row.events > row.atRisk) throw new AnalysisInputError(`${at}.events`, 'at most those at risk');
    const before = table[i - 1];
    if (before === undefined) return;
    if (!(row.day > before.day)) throw new AnalysisInputError(`${at}.day`, `after day ${before.day}`);
    if (row.atRisk > before.atRisk - before.events) {
      throw new AnalysisInputError(
        `${at}.atRisk`,
        `at most ${before.atRisk - before.events}, those left before`,
      );
    }
  });
}
