import type { Metric, MetricSource, PlannedMetric } from '../catalogue/index.ts';
import { attributeCondition } from './attribute-condition.ts';
import { eventsOf } from './plan-terms.ts';
import type { Bindings } from './question.ts';

/** What the vectors of a metric are made with; see FrozenParameters. */
export interface MetricParameters {
  /** By epoch index. */
  readonly centres: readonly (readonly number[])[];
  /** By epoch index; an epoch without one must not be used. Absent where the metric has no cap. */
  readonly caps: readonly (number | undefined)[] | undefined;
}

type Source = Pick<MetricSource, 'event' | 'filters'> & {
  readonly aggregation: MetricSource['aggregation'] | 'any';
};

interface Cell {
  readonly value: string;
  /** Whether the unit has a value at all; null where it always has. */
  readonly exists: string | null;
}

/** The marks of vectors.sql, moments.sql and totals.sql for some metrics. */
export interface MetricColumns {
  readonly conditions: string;
  /** Whether a row is in the longest window or pre-period of them. */
  readonly reach: string;
  readonly cells: string;
  readonly elements: string;
  readonly moments: string;
  readonly totals: string;
}

const HOUR = 3_600_000;

/** The components of a metric's vector: [a], [a, pa], [a, b] or [a, b, pa, pb]. */
export function dimensionOf({ type, prePeriodHours }: Metric): number {
  return (type === 'ratio' ? 2 : 1) * (prePeriodHours === null ? 1 : 2);
}

/** Whether only units with an event have a value, so that the others are not among its units. */
export function existsForSome(metric: Metric): boolean {
  return metric.type === 'mean' && ['max', 'min', 'last'].includes(metric.source.aggregation);
}

/**
 * Generates what vectors.sql and the questions on it ask of each metric; `m0`, `m1`… are the metrics' columns.
 * @param known `all`: every conversion of the metrics' names is read; `some`: of a unit perhaps only those of some
 *   metrics, so that a metric counts a unit only where it has a row of its own.
 */
export function metricColumns(
  metrics: readonly PlannedMetric[],
  parametersOf: (metric: PlannedMetric) => MetricParameters,
  bindings: Bindings,
  known: 'all' | 'some' = 'all',
): MetricColumns {
  const conditions = new Names('if_');
  const cells = new Names('cell_');
  const elements: string[] = [];
  const moments: string[] = [];
  const totals: string[] = [];

  const cellOf = (source: Source, within: string): Cell => {
    const event = `name = ${bindings.bind('String', source.event)}`;
    const matches =
      source.filters.length === 0 ? event : `${event} AND ${attributeCondition(source.filters, bindings)}`;
    const counts = `${conditions.of(JSON.stringify([source.event, source.filters]), () => matches)} AND ${within}`;
    const valued = `${counts} AND has_amount`;
    const cell = (sql: string) => cells.of(sql, () => sql);
    const someValued = () => `(${cell(`countIf(${valued})`)} > 0)`;
    switch (source.aggregation) {
      case 'sum':
        return { value: cell(`sumIf(amount, ${counts})`), exists: null };
      case 'count':
        return { value: `toFloat64(${cell(`countIf(${counts})`)})`, exists: null };
      case 'any':
        return { value: `toFloat64(${cell(`countIf(${counts})`)} > 0)`, exists: null };
      case 'distinctDays':
        // Arrays, not uniqExact: see repeated-units.sql.
        return {
          value: `toFloat64(${cell(`arrayUniq(groupArrayIf(toUInt16(intDiv(t, 86400000)), ${counts}))`)})`,
          exists: null,
        };
      case 'last':
        return { value: cell(`argMaxIf(amount, (t, id), ${valued})`), exists: someValued() };
      default:
        return { value: cell(`${source.aggregation}If(amount, ${valued})`), exists: someValued() };
    }
  };
  const windowOf = (hours: number | null) =>
    conditions.of(`window ${hours}`, () =>
      hours === null ? 't >= first AND t < until' : `t >= first AND t < ${windowEnd(hours, bindings)}`,
    );
  const prePeriodOf = (hours: number) =>
    conditions.of(
      `pre-period ${hours}`,
      () => `t < origin AND t >= origin - ${bindings.bind('Int64', Math.round(hours * HOUR))}`,
    );

  metrics.forEach((metric, index) => {
    const { definition } = metric;
    const { centres, caps } = parametersOf(metric);
    const sources = sourcesOf(definition);
    const within = windowOf(definition.windowHours);
    const actual = sources.map((source) => cellOf(source, within));
    const { prePeriodHours } = definition;
    const covariates =
      prePeriodHours === null ? [] : sources.map((source) => cellOf(source, prePeriodOf(prePeriodHours)));

    const cap = caps === undefined ? null : capOf(caps, bindings);
    const capped = (cell: Cell) => (cap === null ? cell.value : `least(${cell.value}, ${cap})`);
    const log1p = definition.type === 'mean' && definition.transform === 'log1p';
    const transformed = (cell: Cell) =>
      log1p ? `if(${capped(cell)} > -1, log1p(${capped(cell)}), 0.)` : capped(cell);
    // A pre-period without a value is one of 0, whatever the cap.
    const covariate = (cell: Cell) =>
      cell.exists === null ? transformed(cell) : `if(${cell.exists}, ${transformed(cell)}, 0.)`;
    const components = [...actual.map(transformed), ...covariates.map(covariate)];
    const names = components.map((value, component) => {
      const name = `u${index}_${component}`;
      elements.push(`${value} - ${centreOf(centres, component, bindings)} AS ${name}`);
      return name;
    });
    const exists = actual.flatMap((cell) => cell.exists ?? []);
    const inside = log1p ? actual.map((cell) => `${capped(cell)} > -1`) : [];
    if (known === 'some') {
      const names = bindings.bind('Array(String)', eventsOf(definition));
      const own = conditions.of(`names ${eventsOf(definition).join('\n')}`, () => `name IN ${names}`);
      exists.push(`(${cells.of(`own ${own}`, () => `countIf(${own})`)} > 0)`);
    }
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
    moments.push(`[${[leftOut, `toFloat64(${n})`, ...sums].join(', ')}] AS m${index}`);

    const [total] = actual;
    if (total !== undefined && needsCap(definition)) {
      const { windowHours } = definition;
      const closed =
        windowHours === null ? '1' : `${windowEnd(windowHours, bindings)} <= {data_through:Int64}`;
      const counts = [closed, ...exists].join(' AND ');
      const { value } = total;
      totals.push(
        `groupArrayIf(${value}, ${counts} AND ${includesZeros(definition) ? `${value} != 0` : `${value} > 0`}) AS m${index}`,
        `countIf(${counts} AND ${value} = 0) AS zeros${index}`,
      );
    }
  });
  return {
    conditions: conditions.columns(),
    reach: reachOf(metrics, bindings),
    cells: cells.columns(),
    elements: elements.join(', '),
    moments: moments.join(', '),
    totals: totals.join(', '),
  };
}

/** Whether its cap is computed from unit totals. */
export function needsCap(metric: Metric): boolean {
  return metric.type === 'mean' && metric.cap?.kind === 'percentile';
}

/** Whether its computed cap is taken over units without a value, too. */
export function includesZeros(metric: Metric): boolean {
  return metric.type === 'mean' && metric.cap?.kind === 'percentile' && metric.cap.includeZeros;
}

/** What a metric is computed from: one source, or a ratio's numerator and denominator. */
export function sourcesOf(metric: Metric): Source[] {
  switch (metric.type) {
    case 'mean':
      return [metric.source];
    case 'proportion':
      return [{ ...metric.source, aggregation: 'any' }];
    case 'ratio':
      return [metric.numerator, metric.denominator];
  }
}

/** A constant where all epochs have the same. */
function centreOf(centres: readonly (readonly number[])[], component: number, bindings: Bindings): string {
  const values = centres.map((centre) => centre[component] ?? 0);
  const [first = 0] = values;
  return values.every((value) => value === first)
    ? bindings.bind('Float64', first)
    : `${bindings.bind('Array(Float64)', values)}[epoch]`;
}

/**
 * Most rows of units that have been there for long are in no window; to group them costs more than to look. (A unit first
 * seen after its epoch's end has a pre-period and no window.)
 */
function reachOf(metrics: readonly PlannedMetric[], bindings: Bindings): string {
  const windows = metrics.map(({ definition }) => definition.windowHours);
  const longest = Math.max(0, ...windows.map((hours) => hours ?? 0));
  const before = Math.max(0, ...metrics.map(({ definition }) => definition.prePeriodHours ?? 0));
  const end = windows.includes(null) ? 'until' : windowEnd(longest, bindings);
  const within = `t >= first AND t < ${end}`;
  if (before === 0) return within;
  return `${within} OR t < origin AND t >= origin - ${bindings.bind('Int64', Math.round(before * HOUR))}`;
}

function windowEnd(hours: number, bindings: Bindings): string {
  return `least(first + ${bindings.bind('Int64', Math.round(hours * HOUR))}, until)`;
}

function capOf(caps: readonly (number | undefined)[], bindings: Bindings): string {
  // The moments of an epoch without a cap are dropped; until then any number will do.
  const values = caps.map((cap) => cap ?? 0);
  return `${bindings.bind('Array(Float64)', values)}[epoch]`;
}

/** Names the columns of a SELECT by what they hold, so that what several metrics ask is asked once. */
class Names {
  readonly #prefix: string;
  readonly #columns = new Map<string, { readonly name: string; readonly sql: string }>();

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  of(key: string, sql: () => string): string {
    const known = this.#columns.get(key);
    if (known !== undefined) return known.name;
    const name = `${this.#prefix}${this.#columns.size}`;
    this.#columns.set(key, { name, sql: sql() });
    return name;
  }

  columns(): string {
    return [...this.#columns.values()].map(({ name, sql }) => `${sql} AS ${name}`).join(', ');
  }
}
