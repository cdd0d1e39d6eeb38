import { AnalysisInputError } from '../input-error.ts';
import type { RiskRow, RiskTable } from './risk-table.ts';

/** A day on which at least one of two arms has an event, with both arms' rows. */
export interface EventDay {
  readonly control: RiskRow;
  readonly treatment: RiskRow;
}

/**
 * The days of two risk tables with an event in either, in order. After its last row an arm has nobody at risk; a row that
 * is missing before that is an `AnalysisInputError`, since how many were at risk cannot be known.
 */
export function eventDays(field: string, control: RiskTable, treatment: RiskTable): EventDay[] {
  const rows = [...control, ...treatment].filter(({ events }) => events > 0);
  const days = [...new Set(rows.map(({ day }) => day))].sort((a, b) => a - b);
  const inControl = rowFinder(`${field}.control`, control);
  const inTreatment = rowFinder(`${field}.treatment`, treatment);
  return days.map((day) => ({ control: inControl(day), treatment: inTreatment(day) }));
}

function rowFinder(field: string, table: RiskTable): (day: number) => RiskRow {
  const byDay = new Map(table.map((row) => [row.day, row]));
  const last = table.at(-1)?.day ?? Number.NEGATIVE_INFINITY;
  return (day) => {
    const row = byDay.get(day);
    if (row !== undefined) return row;
    if (day > last) return { day, atRisk: 0, events: 0 };
    throw new AnalysisInputError(field, `given for day ${day} too, on which the other arm has an event`);
  };
}
