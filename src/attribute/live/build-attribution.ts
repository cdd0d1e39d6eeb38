import type { PlannedMetric } from '../../catalogue/index.ts';
import type { Attribution, BinsRow, FailedMetric, MomentsRow, UnitsRow } from '../attribution.ts';
import { allBins } from '../bins.ts';
import { momentsWithOthers, valueOfNone } from '../metric-moments.ts';
import { dimensionOf, existsForSome, hasBins, needsCap } from '../metric-types/index.ts';
import { frozenParameters } from '../parameters.ts';
import { metricId, planTerms } from '../plan-terms.ts';
import { ALL_UNITS } from '../segments.ts';
import type { Build } from './builds/index.ts';
import { EXCLUDED } from './collect-moments.ts';
import { groupOf } from './group.ts';
import { type TableRow, triangleOf } from './moment-rows.ts';

const NO_CAP =
  'Its cap is a percentile of unit totals, and no unit with one had a closed window when its moments were made.';

/**
 * The attribution that a build's rows of moments make, of all units or of one segment (`segmentKey`). What impressions
 * are left out is of the whole experiment.
 */
export function attributionOfBuild(
  build: Build,
  allRows: readonly TableRow[],
  dataThrough: Date,
  segment = ALL_UNITS,
): Omit<Attribution, 'provenance'> {
  const terms = planTerms(build.plan);
  const rows = allRows.filter((row) => row.segment === segment || isOfImpressions(row));
  const cohorts = rows.filter((row) => row.metric === '' && row.excluded === '' && row.n > 0);
  const units = cohorts.map(
    (row): UnitsRow => ({ ...cohortOf(row), units: row.n, multipleVariants: row.leftOut }),
  );
  const { moments, bins, outsideTransform } = momentsOf(build, rows, cohorts);
  const counted = new Map<string, number>();
  for (const { excluded, n } of rows)
    if (excluded !== '') counted.set(excluded, (counted.get(excluded) ?? 0) + n);
  const reasons = [...counted].flatMap(([name, n]): [string, number][] =>
    name.startsWith(EXCLUDED.reason) && n > 0 ? [[name.slice(EXCLUDED.reason.length), n]] : [],
  );
  const { duplicateEvents, conversionsOfOtherUnitTypes } = build.slowCounts;
  return {
    dataThrough,
    units,
    moments,
    bins,
    // They are of all units.
    exactQuantiles: segment === ALL_UNITS ? build.exactQuantiles : null,
    parameters: terms.metrics.flatMap((metric) => {
      const stored = build.parameters.get(metricId(metric));
      const known = stored !== undefined && build.failed[metric.definition.key] === undefined;
      return known ? [frozenParameters(terms, metric, stored)] : [];
    }),
    failed: failuresOf(build, units),
    exclusions: {
      multipleVariants: units.reduce((sum, row) => sum + row.multipleVariants, 0),
      guardInterval: counted.get(EXCLUDED.guard) ?? 0,
      unknownVariant: counted.get(EXCLUDED.variant) ?? 0,
      impressionsByReason: Object.fromEntries(reasons.sort(([a], [b]) => (a < b ? -1 : 1))),
      offTarget: counted.get(EXCLUDED.target) ?? 0,
      outsideDates: counted.get(EXCLUDED.dates) ?? 0,
      outsideTransform,
      duplicateEvents,
      conversionsOfOtherUnitTypes,
    },
  };
}

interface Cohort {
  readonly row: TableRow;
  readonly key: string;
  /** The epoch's index among the terms'. */
  readonly epoch: number;
}

/** Units that have no row of a metric have a total of 0. */
function momentsOf(build: Build, rows: readonly TableRow[], cohortRows: readonly TableRow[]) {
  const { terms, metricsOfEpoch, parametersOf } = groupOf([build]);
  const ofMetric = Map.groupBy(
    rows.filter(({ excluded }) => excluded === ''),
    ({ metric }) => metric,
  );
  const cohorts = cohortRows.map((row): Cohort => {
    const epoch = terms.epochs.findIndex(({ number }) => number === row.epoch);
    return { row, key: keyOf(row), epoch };
  });
  const moments: MomentsRow[] = [];
  const bins: BinsRow[] = [];
  const outsideTransform: Record<string, number> = {};
  for (const metric of terms.metrics) {
    const { key } = metric.definition;
    const rowsOfMetric = ofMetric.get(key) ?? [];
    const counted = cohorts.filter(({ epoch }) => metricsOfEpoch[epoch]?.has(metric) === true);
    if (hasBins(metric.definition)) {
      bins.push(...binsOf(metric, rowsOfMetric, counted));
      continue;
    }
    const found = new Map(rowsOfMetric.map((row) => [keyOf(row), row]));
    const dimension = dimensionOf(metric.definition);
    const centre = build.parameters.get(metricId(metric))?.centre ?? [];
    const { caps } = parametersOf(metric);
    for (const { row: cohort, key: cohortKey, epoch } of counted) {
      const own = found.get(cohortKey);
      const [n, left] = [own?.n ?? 0, own?.leftOut ?? 0];
      const units = existsForSome(metric.definition) ? 0 : cohort.n - cohort.leftOut - n - left;
      const value = valueOfNone(metric.definition, caps?.[epoch]);
      const values =
        own === undefined ? [] : [n, ...own.sums.slice(0, dimension), ...triangleOf(own.products, dimension)];
      const summed = momentsWithOthers(values, centre, dimension, { units, value });
      if (summed.moments.n > 0) moments.push({ ...cohortOf(cohort), metric: key, moments: summed.moments });
      const leftOut = left + summed.outside;
      if (leftOut > 0) outsideTransform[key] = (outsideTransform[key] ?? 0) + leftOut;
    }
  }
  return { moments, bins, outsideTransform };
}

function binsOf(metric: PlannedMetric, rows: readonly TableRow[], cohorts: readonly Cohort[]): BinsRow[] {
  const byCohort = Map.groupBy(rows, keyOf);
  return cohorts.flatMap(({ row: cohort, key }) => {
    const own = byCohort.get(key) ?? [];
    const exist = own.find(({ bin }) => bin === 0)?.n ?? 0;
    const others = new Map(own.filter(({ bin }) => bin !== 0).map(({ bin, n }) => [bin, n]));
    const all = existsForSome(metric.definition) ? exist : cohort.n - cohort.leftOut;
    const bins = allBins(others, all);
    return bins.length > 0 ? [{ ...cohortOf(cohort), metric: metric.definition.key, bins }] : [];
  });
}

function failuresOf(build: Build, units: readonly UnitsRow[]): FailedMetric[] {
  const failed = Object.entries(build.failed).map(([metric, reason]) => ({ metric, reason }));
  const analysed = units.some((row) => row.units > row.multipleVariants);
  const uncapped = planTerms(build.plan).metrics.filter(
    (metric) =>
      needsCap(metric.definition) &&
      build.failed[metric.definition.key] === undefined &&
      Object.keys(build.parameters.get(metricId(metric))?.caps ?? {}).length === 0,
  );
  return analysed
    ? [...failed, ...uncapped.map((metric) => ({ metric: metric.definition.key, reason: NO_CAP }))]
    : failed;
}

/** Counts of impressions, which are of no unit and so of no segment. */
function isOfImpressions({ excluded }: TableRow): boolean {
  return excluded !== '' && excluded !== EXCLUDED.guard;
}

/** Of its cohort. */
function keyOf({ epoch, isNew, cohortDay, variant }: TableRow): string {
  return `${epoch} ${isNew} ${cohortDay} ${variant}`;
}

function cohortOf({ epoch, isNew, cohortDay, variant }: TableRow) {
  const population = isNew === 1 ? ('new' as const) : ('returning' as const);
  return { epoch, population, cohortDay, variant };
}
