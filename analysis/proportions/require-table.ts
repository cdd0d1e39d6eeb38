import { AnalysisInputError } from '../input-error.ts';
import { requireCount } from '../requirements.ts';
import type { Table } from './proportion-tables.ts';

/**
 * The table, if both arms are events among units, `least` of them or more; otherwise throws an `AnalysisInputError` that
 * names the field.
 * @example requireTable({ control: { events: 1, units: 2 }, treatment: { events: 0, units: 3 } }) // { control: { events: 1, units: 2 } }
 */
export function requireTable(table: Table, least = 0): Table {
  for (const arm of ['control', 'treatment'] as const) {
    const { events, units } = table[arm];
    requireCount(`${arm}.units`, units, least);
    requireCount(`${arm}.events`, events);
    if (events > units) throw new AnalysisInputError(`${arm}.events`, `at most ${arm}.units (${units})`);
  }
  return table;
}
