import type { PlannedMetric } from '../catalogue/index.ts';
import {
  type Cell,
  eventsOf,
  includesZeros,
  needsCap,
  type UnitBin,
  UnitRows,
  type UnitVector,
  unitOf,
} from './metric-types/index.ts';
import type { Bindings } from './question.ts';

/** What the vectors of a metric are made with; see FrozenParameters. */
export interface MetricParameters {
  /** By epoch index. */
  readonly centres: readonly (readonly number[])[];
  /** By epoch index; an epoch without one must not be used. Absent where the metric has no cap. */
  readonly caps: readonly (number | undefined)[] | undefined;
}

/** The marks of vectors.sql, moments.sql and totals.sql for some metrics. */
export interface MetricColumns {
  readonly conditions: string;
  /** Whether a row can be in a window or a pre-period of theirs. */
  readonly reach: string;
  readonly cells: string;
  readonly elements: string;
  readonly moments: string;
  readonly totals: string;
}

/** What one metric adds to them. */
interface Columns {
  readonly elements: readonly string[];
  readonly moments: readonly string[];
  readonly totals?: readonly string[];
}

/**
 * Generates what vectors.sql and the questions on it ask of each metric; `m0`, `m1`… are the metrics' columns, and `b0`,
 * `b1`… the units by bin of those that have bins.
 * @param known `all`: every conversion of the metrics' names is read; `some`: of a unit perhaps only those of some
 *   metrics, so that a metric counts a unit only where it has a row of its own.
 */
export function metricColumns(
  metrics: readonly PlannedMetric[],
  parametersOf: (metric: PlannedMetric) => MetricParameters,
  bindings: Bindings,
  known: 'all' | 'some' = 'all',
): MetricColumns {
  const rows = new UnitRows(bindings);
  const columns = metrics.map((metric, index): Columns => {
    const { definition } = metric;
    const unit = unitOf(definition, rows);
    const own = known === 'some' ? [rows.hasAny(eventsOf(definition))] : [];
    if (unit.kind === 'bin') return binColumns(index, unit, own);
    const parameters = parametersOf(metric);
    const summed = vectorColumns(index, unit, own, parameters, bindings);
    return needsCap(definition) ? { ...summed, totals: totalsOf(metric, index, unit, own, rows) } : summed;
  });
  const all = (of: (columns: Columns) => readonly string[] | undefined) =>
    columns.flatMap((column) => of(column) ?? []).join(', ');
  return {
    conditions: rows.conditions,
    reach: rows.reach,
    cells: rows.cells,
    elements: all(({ elements }) => elements),
    moments: all(({ moments }) => moments),
    totals: all(({ totals }) => totals),
  };
}

/** The marks of vectors.sql and values.sql for metrics that are quantiles. */
export interface ValueColumns extends Pick<MetricColumns, 'conditions' | 'reach' | 'cells' | 'elements'> {
  readonly values: string;
}

/** `w0`, `w1`…: of each metric the values in the bins that are wanted of it. */
export function valueColumns(
  metrics: readonly PlannedMetric[],
  wanted: (metric: PlannedMetric) => readonly number[],
  bindings: Bindings,
): ValueColumns {
  const rows = new UnitRows(bindings);
  const columns = metrics.map((metric, index) => {
    const unit = unitOf(metric.definition, rows);
    if (unit.kind !== 'bin' || unit.value === undefined) return { elements: [], values: [] };
    const inBins = `has(${bindings.bind('Array(Int32)', wanted(metric))}, v${index})`;
    const { elements, always } = binElements(index, unit, []);
    return {
      elements: [...elements, `${unit.value} AS x${index}`],
      values: [
        `sumMapIf([x${index}], [toUInt64(1)], ${inBins}${always ? '' : ` AND use${index}`}) AS w${index}`,
      ],
    };
  });
  return {
    conditions: rows.conditions,
    reach: rows.reach,
    cells: rows.cells,
    elements: columns.flatMap(({ elements }) => elements).join(', '),
    values: columns.flatMap(({ values }) => values).join(', '),
  };
}

/** A unit's bin, and whether it has one. */
function binElements(index: number, { bin }: UnitBin, own: readonly string[]) {
  const exists = [...(bin.exists === null ? [] : [bin.exists]), ...own];
  const always = exists.length === 0;
  return {
    always,
    elements: [
      `toInt32(${bin.value}) AS v${index}`,
      ...(always ? [] : [`${exists.join(' AND ')} AS use${index}`]),
    ],
  };
}

/** Units by bin; how many are in bin 0 follows from how many there are. */
function binColumns(index: number, unit: UnitBin, own: readonly string[]): Columns {
  const { elements, always } = binElements(index, unit, own);
  return {
    elements,
    moments: [
      `[0., toFloat64(${always ? 'count()' : `countIf(use${index})`})] AS m${index}`,
      `sumMapIf([v${index}], [toUInt64(1)], v${index} != 0${always ? '' : ` AND use${index}`}) AS b${index}`,
    ],
  };
}

function vectorColumns(
  index: number,
  { values, covariates, log1p }: UnitVector,
  own: readonly string[],
  { centres, caps }: MetricParameters,
  bindings: Bindings,
): Columns {
  const cap = caps === undefined ? null : capOf(caps, bindings);
  const capped = (cell: Cell) => (cap === null ? cell.value : `least(${cell.value}, ${cap})`);
  const transformed = (cell: Cell) =>
    log1p ? `if(${capped(cell)} > -1, log1p(${capped(cell)}), 0.)` : capped(cell);
  // A pre-period without a value is one of 0, whatever the cap.
  const covariate = (cell: Cell) =>
    cell.exists === null ? transformed(cell) : `if(${cell.exists}, ${transformed(cell)}, 0.)`;
  const components = [...values.map(transformed), ...covariates.map(covariate)];
  const names = components.map((_, component) => `u${index}_${component}`);
  const elements = components.map(
    (value, component) => `${value} - ${centreOf(centres, component, bindings)} AS ${names[component]}`,
  );
  const exists = [...values.flatMap((cell) => cell.exists ?? []), ...own];
  const inside = log1p ? values.map((cell) => `${capped(cell)} > -1`) : [];
  if (log1p) elements.push(`${['1', ...exists].join(' AND ')} AS has${index}`);
  const always = exists.length + inside.length === 0;
  if (!always) elements.push(`${[...exists, ...inside].join(' AND ')} AS use${index}`);
  const products = names.flatMap((x, i) => names.slice(i).map((y) => `${x} * ${y}`));
  const n = always ? 'count()' : `countIf(use${index})`;
  // Compensated: adding the centre's rounding error once a unit costs a plain sum its 13th digit.
  const sums = [...names, ...products].map((x) =>
    always ? `sumKahan(${x})` : `sumKahanIf(${x}, use${index})`,
  );
  const leftOut = log1p ? `toFloat64(countIf(has${index} AND NOT use${index}))` : '0.';
  return {
    elements,
    moments: [`[${[leftOut, `toFloat64(${n})`, ...sums].join(', ')}] AS m${index}`],
  };
}

/** What a percentile cap is computed from. */
function totalsOf(
  { definition }: PlannedMetric,
  index: number,
  { values }: UnitVector,
  own: readonly string[],
  rows: UnitRows,
): string[] {
  const [total] = values;
  if (total === undefined || definition.type !== 'mean') return [];
  const { windowHours } = definition;
  const closed = windowHours === null ? '1' : `${rows.windowEnd(windowHours)} <= {data_through:Int64}`;
  const counts = [closed, ...values.flatMap((cell) => cell.exists ?? []), ...own].join(' AND ');
  const { value } = total;
  return [
    `groupArrayIf(${value}, ${counts} AND ${includesZeros(definition) ? `${value} != 0` : `${value} > 0`}) AS m${index}`,
    `countIf(${counts} AND ${value} = 0) AS zeros${index}`,
  ];
}

/** A constant where all epochs have the same. */
function centreOf(centres: readonly (readonly number[])[], component: number, bindings: Bindings): string {
  const values = centres.map((centre) => centre[component] ?? 0);
  const [first = 0] = values;
  return values.every((value) => value === first)
    ? bindings.bind('Float64', first)
    : `${bindings.bind('Array(Float64)', values)}[epoch]`;
}

function capOf(caps: readonly (number | undefined)[], bindings: Bindings): string {
  // The moments of an epoch without a cap are dropped; until then any number will do.
  const values = caps.map((cap) => cap ?? 0);
  return `${bindings.bind('Array(Float64)', values)}[epoch]`;
}
