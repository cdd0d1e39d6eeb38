import type { Moments } from '../../analysis/index.ts';
import { type Attribution, closedWindows, type MomentsRow } from '../attribute/index.ts';
import type { Epoch, ExperimentPlan, PlannedMetric } from '../catalogue/index.ts';
import type { ClosedDay, EpochLook, EventCounts, Look, MetricLook } from '../ruling/index.ts';

/** Epochs beyond the last ones tell nothing new: their windows have ended. */
const MOST_EPOCHS = 5;

type Moment = Pick<Attribution, 'dataThrough' | 'units' | 'moments' | 'bins' | 'failed' | 'parameters'>;

/** What the moments of an experiment say for decisions on one treatment, up to now. */
export function takeLook(plan: ExperimentPlan, attribution: Moment, treatment: string, now: Date): Look {
  const closed = closedWindows(plan, attribution).moments;
  const begun = plan.epochs.filter(({ effectiveAt }) => effectiveAt <= now).slice(-MOST_EPOCHS);
  return {
    dataThrough: attribution.dataThrough.toISOString(),
    epochs: begun.map((epoch) => epochLook(plan, attribution, { epoch, closed, treatment })),
  };
}

interface Of {
  readonly epoch: Epoch;
  readonly closed: readonly MomentsRow[];
  readonly treatment: string;
}

function epochLook(plan: ExperimentPlan, attribution: Moment, of: Of): EpochLook {
  const { number, externalId, effectiveAt, arms } = of.epoch;
  const units = attribution.units.filter((row) => row.epoch === number);
  const guarded = new Set(plan.guardrails.map(({ metric }) => metric));
  const metrics = plan.metrics.filter(({ definition }) => guarded.has(definition.key));
  return {
    ...{ number, externalId, effectiveAt: effectiveAt.toISOString() },
    arms: arms.map(({ variant, weight }) => ({
      ...{ variant, weight },
      units: units.reduce((sum, row) => (row.variant === variant ? sum + row.units : sum), 0),
    })),
    multipleVariants: units.reduce((sum, row) => sum + row.multipleVariants, 0),
    metrics: Object.fromEntries(
      metrics.map((metric) => [metric.definition.key, metricLook(plan, attribution, of, metric)]),
    ),
  };
}

function metricLook(
  plan: ExperimentPlan,
  { moments, failed, parameters }: Moment,
  { epoch, closed, treatment }: Of,
  { definition }: PlannedMetric,
): MetricLook {
  const { key } = definition;
  const failure = failed.find(({ metric }) => metric === key);
  if (failure !== undefined) return { kind: 'none', reason: failure.reason };
  const rowsOf = (rows: readonly MomentsRow[], variant: string) =>
    rows.filter((row) => row.epoch === epoch.number && row.metric === key && row.variant === variant);
  switch (definition.type) {
    case 'proportion':
    case 'retention': {
      const counts = (variant: string) => eventCounts(rowsOf(moments, variant), rowsOf(closed, variant));
      return { kind: 'events', control: counts(plan.control), treatment: counts(treatment) };
    }
    case 'mean': {
      const frozen = parameters.find(({ metric }) => metric === key)?.caps[epoch.number];
      const cap = definition.cap?.kind === 'value' ? definition.cap.value : (frozen ?? null);
      const days = (variant: string) => closedDays(rowsOf(closed, variant));
      return {
        kind: 'values',
        cap: cap !== null && definition.transform === 'log1p' ? Math.log1p(cap) : cap,
        ...{ control: days(plan.control), treatment: days(treatment) },
      };
    }
    default:
      return {
        kind: 'none',
        reason: `of a metric of type ${definition.type} there is no test that holds at every look`,
      };
  }
}

function eventCounts(all: readonly MomentsRow[], closed: readonly MomentsRow[]): EventCounts {
  const units = (rows: readonly MomentsRow[]) => rows.reduce((sum, { moments }) => sum + moments.n, 0);
  // Sums of 0 and 1 around a centre: whole up to rounding.
  const events = (rows: readonly MomentsRow[]) =>
    Math.max(0, Math.round(rows.reduce((sum, { moments }) => sum + totals(moments).sum, 0)));
  return { units: units(all), events: events(all), closedUnits: units(closed), closedEvents: events(closed) };
}

/** New and returning units together, by day. */
function closedDays(rows: readonly MomentsRow[]): ClosedDay[] {
  const days = Map.groupBy(rows, ({ cohortDay }) => cohortDay);
  return [...days]
    .map(([day, ofDay]) => {
      const parts = ofDay.map(({ moments }) => ({ n: moments.n, ...totals(moments) }));
      const total = (of: (part: (typeof parts)[number]) => number) =>
        parts.reduce((sum, part) => sum + of(part), 0);
      return {
        day,
        n: total(({ n }) => n),
        sum: total(({ sum }) => sum),
        squares: total(({ squares }) => squares),
      };
    })
    .sort((a, b) => (a.day < b.day ? -1 : 1));
}

/** Sums of the first component itself, not around its centre. */
function totals({ n, centre, sums, products }: Moments): { sum: number; squares: number } {
  const [c = 0, s = 0, p = 0] = [centre[0], sums[0], products[0]];
  return { sum: n * c + s, squares: Math.max(0, p + 2 * c * s + n * c * c) };
}
