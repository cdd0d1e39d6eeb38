/** The part of the model that is about one unit and its rows; see model.ts. */
import type {
  AttributeFilter,
  Epoch,
  ExperimentPlan,
  MetricSource,
  PlannedMetric,
} from '../../src/catalogue/index.ts';

export interface RawRow {
  readonly environment: string;
  /** The flag of an impression, the name of a conversion. */
  readonly name: string;
  readonly unitType: string;
  readonly unitId: string;
  readonly unitTypes: readonly string[];
  readonly ts: number;
  readonly id: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly receivedAt: number;
  readonly contentHash: bigint;
}
export interface RawImpression extends RawRow {
  readonly variant: string;
  readonly reason: string;
  readonly flagVersion: string;
}
export interface RawConversion extends RawRow {
  readonly value: number | null;
}

export interface Assignment {
  readonly unitId: string;
  readonly epoch: Epoch;
  readonly first: number;
  readonly variant: string;
  readonly mixed: boolean;
  readonly guarded: boolean;
  readonly attributes: Readonly<Record<string, string>>;
  isNew: boolean;
  /** First impression in the experiment. */
  origin: number;
}

const HOUR = 3_600_000;

type Source = Pick<MetricSource, 'event' | 'filters'> & { aggregation: MetricSource['aggregation'] | 'any' };

export function sourcesOf({ definition }: PlannedMetric): Source[] {
  switch (definition.type) {
    case 'ratio':
      return [definition.numerator, definition.denominator];
    case 'proportion':
    case 'retention':
      return [{ ...definition.source, aggregation: 'any' }];
    case 'timeToEvent':
      return [{ ...definition.source, aggregation: 'any' }];
    case 'funnel':
      return definition.steps.map((step) => ({ ...step, aggregation: 'any' as const }));
    case 'mean':
    case 'quantile':
      return [definition.source];
  }
}

function endOfEpoch(plan: ExperimentPlan, epoch: Epoch): number {
  const next = plan.epochs[plan.epochs.indexOf(epoch) + 1];
  return next === undefined ? Number.POSITIVE_INFINITY : next.effectiveAt.getTime();
}

/** From the first impression on; an end of null is that of the epoch. */
function windowHoursOf({ definition }: PlannedMetric): { from: number; to: number | null } {
  return definition.type === 'retention'
    ? { from: definition.fromHours, to: definition.toHours }
    : { from: 0, to: definition.windowHours };
}

function endOfWindow(plan: ExperimentPlan, metric: PlannedMetric, assignment: Assignment): number {
  const { to } = windowHoursOf(metric);
  const end = endOfEpoch(plan, assignment.epoch);
  return to === null ? end : Math.min(assignment.first + Math.round(to * HOUR), end);
}

/** A unit's conversions within its window. */
function inWindow(
  plan: ExperimentPlan,
  metric: PlannedMetric,
  assignment: Assignment,
  conversions: readonly RawConversion[],
): RawConversion[] {
  const begin = assignment.first + Math.round(windowHoursOf(metric).from * HOUR);
  const end = endOfWindow(plan, metric, assignment);
  return conversions.filter((row) => row.unitId === assignment.unitId && begin <= row.ts && row.ts < end);
}

export function windowed(
  plan: ExperimentPlan,
  metric: PlannedMetric,
  assignment: Assignment,
  conversions: readonly RawConversion[],
): (number | null)[] {
  const counted = inWindow(plan, metric, assignment, conversions);
  return sourcesOf(metric).map((source) => totalOf(source, counted));
}

export function prePeriod(
  metric: PlannedMetric,
  assignment: Assignment,
  conversions: readonly RawConversion[],
  hours: number,
): (number | null)[] {
  const begin = assignment.origin - Math.round(hours * HOUR);
  return sourcesOf(metric).map((source) =>
    totalOf(
      source,
      conversions.filter(
        (row) => row.unitId === assignment.unitId && begin <= row.ts && row.ts < assignment.origin,
      ),
    ),
  );
}

/**
 * The bin of a unit of a metric that counts units by bin; undefined where the metric has sums instead, null where the
 * unit has no value.
 */
export function binOf(
  plan: ExperimentPlan,
  metric: PlannedMetric,
  assignment: Assignment,
  conversions: readonly RawConversion[],
): number | null | undefined {
  const { definition } = metric;
  const counted = inWindow(plan, metric, assignment, conversions);
  const matching = ({ event, filters }: Pick<Source, 'event' | 'filters'>) =>
    counted
      .filter((row) => row.name === event && filters.every((filter) => matches(filter, row.attributes)))
      .map((row) => row.ts)
      .sort((x, y) => x - y);
  switch (definition.type) {
    case 'timeToEvent': {
      const [at] = matching(definition.source);
      if (at === undefined) return 0;
      let interval = 1;
      while (at >= assignment.first + Math.round(definition.intervalHours * HOUR) * interval) interval += 1;
      return interval;
    }
    case 'funnel': {
      let reached = 0;
      let since = assignment.first;
      for (const step of definition.steps) {
        const at = matching(step).find((ts) => ts >= since);
        if (at === undefined) break;
        since = at;
        reached += 1;
      }
      return reached;
    }
    case 'quantile': {
      const total = totalOf(definition.source, counted);
      return total === null ? null : bucketOf(total);
    }
    default:
      return undefined;
  }
}

/** The number that a quantile is taken of; null where the unit has none. */
export function quantileValue(
  plan: ExperimentPlan,
  metric: PlannedMetric,
  assignment: Assignment,
  conversions: readonly RawConversion[],
): number | null {
  const { definition } = metric;
  if (definition.type !== 'quantile') return null;
  return totalOf(definition.source, inWindow(plan, metric, assignment, conversions));
}

/** Sign times the rank of the bucket from 2^k·(1 + j/64) to the next one: 64 from one power of 2 to the next. */
function bucketOf(total: number): number {
  const size = Math.abs(total);
  if (size < 2 ** -1022) return 0;
  let exponent = Math.floor(Math.log2(size));
  while (2 ** exponent > size) exponent -= 1;
  while (2 ** (exponent + 1) <= size) exponent += 1;
  const bucket = Math.floor((size / 2 ** exponent - 1) * 64);
  return Math.sign(total) * ((exponent + 1023) * 64 + bucket);
}

/** What an aggregation makes of one unit's conversions; null where max, min and last have nothing. */
function totalOf(source: Source, conversions: readonly RawConversion[]): number | null {
  const counted = conversions.filter(
    (row) => row.name === source.event && source.filters.every((filter) => matches(filter, row.attributes)),
  );
  const valued = counted.flatMap((row) => (row.value === null ? [] : [{ ...row, value: row.value }]));
  const values = valued.map((row) => row.value);
  switch (source.aggregation) {
    case 'sum':
      // Ascending, so that the last digit does not depend on the order of the rows.
      return values.sort((x, y) => x - y).reduce((sum, value) => sum + value, 0);
    case 'count':
      return counted.length;
    case 'any':
      return counted.length > 0 ? 1 : 0;
    case 'max':
      return values.length === 0 ? null : Math.max(...values);
    case 'min':
      return values.length === 0 ? null : Math.min(...values);
    case 'distinctDays':
      return new Set(counted.map((row) => new Date(row.ts).toISOString().slice(0, 10))).size;
    case 'last':
      return valued.sort((x, y) => x.ts - y.ts || (x.id < y.id ? -1 : 1)).at(-1)?.value ?? null;
  }
}

/** Whether every unit that is first seen on the same day in the same epoch has had its window by then. */
export function dayIsClosed(
  plan: ExperimentPlan,
  metric: PlannedMetric,
  assignment: Assignment,
  dataThrough: number,
): boolean {
  const { first } = assignment;
  const midnight = first - (first % (24 * HOUR)) + 24 * HOUR;
  return endOfWindow(plan, metric, { ...assignment, first: midnight }) <= dataThrough;
}

/** The cap of each epoch; null where the metric has none. */
export function capsOf(
  plan: ExperimentPlan,
  metric: PlannedMetric,
  assignments: readonly Assignment[],
  conversions: readonly RawConversion[],
  dataThrough: number,
): Record<number, number> | null {
  const { definition } = metric;
  if (definition.type !== 'mean' || definition.cap === null) return null;
  const { cap } = definition;
  const byEpoch: Record<number, number> = {};
  for (const epoch of plan.epochs) {
    if (cap.kind === 'value') {
      byEpoch[epoch.number] = cap.value;
      continue;
    }
    const totals = assignments
      .filter((assignment) => assignment.epoch === epoch)
      .filter(
        (assignment) =>
          definition.windowHours === null || endOfWindow(plan, metric, assignment) <= dataThrough,
      )
      .flatMap((assignment) => windowed(plan, metric, assignment, conversions))
      .flatMap((total) => (total !== null && (total > 0 || cap.includeZeros) ? [total] : []))
      .sort((x, y) => x - y);
    if (totals.length === 0) continue;
    const position = (totals.length - 1) * cap.percentile;
    const low = totals[Math.floor(position)] ?? 0;
    const high = totals[Math.ceil(position)] ?? 0;
    byEpoch[epoch.number] = low + (position - Math.floor(position)) * (high - low);
  }
  return byEpoch;
}

export function matches(filter: AttributeFilter, attributes: Readonly<Record<string, string>>): boolean {
  const present = Object.hasOwn(attributes, filter.attribute);
  const found = attributes[filter.attribute] ?? '';
  switch (filter.op) {
    case 'exists':
      return present;
    case 'notExists':
      return !present;
    case 'eq':
      return present && found === filter.value;
    case 'ne':
      return !(present && found === filter.value);
    case 'in':
      return present && filter.values.includes(found);
    case 'notIn':
      return !(present && filter.values.includes(found));
    default: {
      if (!present || !/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(found)) return false;
      const number = Number(found);
      if (filter.op === 'lt') return number < filter.value;
      if (filter.op === 'lte') return number <= filter.value;
      if (filter.op === 'gt') return number > filter.value;
      return number >= filter.value;
    }
  }
}
