import type { Metric } from '../../catalogue/index.ts';
import type { Source, UnitVector } from './metric-type.ts';
import type { UnitRows } from './unit-rows.ts';

/** Of so many totals, and as many of the pre-period where there is one. */
export function vectorDimension(
  totalsOf: number,
  { prePeriodHours }: Pick<Metric, 'prePeriodHours'>,
): number {
  return totalsOf * (prePeriodHours === null ? 1 : 2);
}

/** The totals of some sources over the window, and over the pre-period. */
export function totals(
  sources: readonly Source[],
  {
    windowHours,
    prePeriodHours,
  }: { readonly windowHours: number | null; readonly prePeriodHours: number | null },
  rows: UnitRows,
  log1p = false,
): UnitVector {
  const over = (within: string) => sources.map((source) => rows.total(source, within));
  return {
    kind: 'vector',
    values: over(rows.window(windowHours)),
    covariates: prePeriodHours === null ? [] : over(rows.prePeriod(prePeriodHours)),
    log1p,
  };
}
