import {
  compareQuantiles,
  type Effects,
  type Interval,
  type RelativeEffect,
  summarizedQuantile,
} from '../../analysis/index.ts';
import { normalSurvival } from '../../analysis/special/index.ts';
import {
  type BinsRow,
  type ExactQuantiles,
  mergeBins,
  type OrderStatistics,
  quantileOfBins,
  RELATIVE_ERROR,
} from '../attribute/index.ts';
import type { QuantileEpochs } from './detail-document.ts';
import { type Compared, type FigureContext, listed, type MetricFigures, treatments } from './figures.ts';
import type { ArmResult } from './results-document.ts';
import { percent } from './words.ts';

/** One epoch's order statistics, by variant. */
interface EpochQuantiles {
  readonly epoch: number;
  readonly arms: ReadonlyMap<string, OrderStatistics>;
}

/** What is known of a quantile metric. */
export interface QuantileData {
  readonly quantile: number;
  readonly bins: readonly BinsRow[];
  /** Of this metric, those read last; null: none yet. */
  readonly exact: ExactQuantiles | null;
  readonly dataThrough: Date;
}

/**
 * The figures of a quantile in the latest epoch in which both arms have units: exact ones where they are of the same rows
 * as the rest of the scorecard, else those of buckets, with the last exact ones beside them.
 */
export function quantileFigures(data: QuantileData, context: FigureContext): MetricFigures {
  const { quantile } = data;
  const unread = data.exact?.unread[0];
  const exact = unread === undefined ? data.exact : null;
  const isExact = exact !== null && exact.dataThrough.getTime() === data.dataThrough.getTime();
  const exactEpochs = exact === null ? [] : epochsOfExact(exact);
  const epochs = isExact ? exactEpochs : epochsOfBins(data.bins, quantile);
  const latest = latestEpochs(epochs, context);
  return {
    arms: context.variants.map((variant) => armOf(variant, latest(variant)?.arms.get(variant))),
    compare: (variant) => {
      const epoch = latest(variant);
      if (epoch === undefined) return { kind: 'unknown', reason: 'no-units' };
      const others = epochs.filter((other) => other !== epoch);
      return compareIn(epoch, variant, quantile, context, unitsIn(others, [context.control, variant]));
    },
    detail: {
      ...{ kind: 'quantile', quantile, figures: isExact ? 'exact' : 'sketch' },
      sketch: isExact ? null : { relativeError: RELATIVE_ERROR },
      dataThrough: data.dataThrough.toISOString(),
      epochs: detailOf(epochs, quantile, context),
      exact:
        exact === null || isExact
          ? null
          : {
              dataThrough: exact.dataThrough.toISOString(),
              epochs: detailOf(exactEpochs, quantile, context),
            },
      reason: isExact ? 'figures-are-exact' : exact === null ? (unread?.reason ?? 'not-read-yet') : null,
    },
    remark: `, quantile ${quantile} of units${isExact ? '' : `, to within ${percent(RELATIVE_ERROR)}`}`,
  };
}

function epochsOfBins(rows: readonly BinsRow[], quantile: number): EpochQuantiles[] {
  return byEpoch(
    rows.filter((row) => row.population === 'new'),
    (cohorts) => quantileOfBins(mergeBins(cohorts.map((cohort) => cohort.bins)), quantile),
  );
}

function epochsOfExact({ rows }: ExactQuantiles): EpochQuantiles[] {
  return byEpoch(rows, ([first]) => (first === undefined ? null : { ...first, error: 0 }));
}

function byEpoch<Row extends { readonly epoch: number; readonly variant: string }>(
  rows: readonly Row[],
  of: (rows: readonly Row[]) => OrderStatistics | null,
): EpochQuantiles[] {
  return [...Map.groupBy(rows, (row) => row.epoch)]
    .sort(([a], [b]) => a - b)
    .map(([epoch, own]) => ({
      epoch,
      arms: new Map(
        [...Map.groupBy(own, (row) => row.variant)].flatMap(([variant, cohorts]) => {
          const found = of(cohorts);
          return found === null ? [] : [[variant, found] as const];
        }),
      ),
    }));
}

/** The epoch in which a treatment is compared with the control; the control's is the latest of them. */
function latestEpochs(epochs: readonly EpochQuantiles[], context: FigureContext) {
  const shared = (variant: string) =>
    epochs.findLast(({ arms }) => arms.has(context.control) && arms.has(variant));
  return (variant: string): EpochQuantiles | undefined =>
    variant === context.control
      ? epochs.findLast((epoch) => treatments(context).some((other) => shared(other) === epoch))
      : shared(variant);
}

function unitsIn(epochs: readonly EpochQuantiles[], variants: readonly string[]): number {
  const counts = epochs.flatMap(({ arms }) => variants.map((variant) => arms.get(variant)?.n ?? 0));
  return counts.reduce((sum, n) => sum + n, 0);
}

function armOf(variant: string, found: OrderStatistics | undefined): ArmResult {
  return found === undefined
    ? { variant, units: 0, mean: null, sd: null, reason: 'no-units' }
    : { variant, units: found.n, mean: found.value, sd: null, reason: 'not-a-mean' };
}

function compareIn(
  { epoch, arms }: EpochQuantiles,
  variant: string,
  quantile: number,
  { control, alpha }: FigureContext,
  unitsLeftOut: number,
): Compared {
  const [first, second] = [arms.get(control), arms.get(variant)];
  if (first === undefined || second === undefined) return { kind: 'unknown', reason: 'no-units' };
  const summaries = [first, second].map(({ n, value, bounds }) =>
    bounds === null
      ? { kind: 'unknown' as const, reason: 'too-few-units' }
      : summarizedQuantile({ n, value, ...bounds, quantile }),
  );
  const [a, b] = summaries;
  if (a === undefined || b === undefined) return { kind: 'unknown', reason: 'no-units' };
  if (a.kind === 'unknown') return a;
  if (b.kind === 'unknown') return b;
  const outcome = compareQuantiles({ control: a, treatment: b, alpha });
  if (outcome.kind === 'unknown') return outcome;
  const error = first.error + second.error;
  return {
    kind: 'estimate',
    ...(error === 0 ? outcome : widened(outcome, error)),
    method: error === 0 ? 'order-statistics' : 'order-statistics+sketch',
    ...{ covariate: null, unadjusted: null, epochs: [epoch], unitsLeftOut },
  };
}

/**
 * The same figures for the least favourable values that the buckets leave possible: two arms that differ by no more than
 * their buckets' widths do not differ.
 */
function widened({ absolute, relative }: Effects, error: number): Effects {
  const { estimate, ci, se } = absolute;
  const statistic = (Math.sign(estimate) * Math.max(0, Math.abs(estimate) - error)) / se;
  return {
    p: 2 * normalSurvival(Math.abs(statistic)),
    absolute: { ...absolute, ci: [ci[0] - error, ci[1] + error], statistic },
    relative: widenedLift(relative),
  };
}

/** Both values may be off by the relative error, one upwards and one downwards. */
function widenedLift({ ci, ...lift }: RelativeEffect): RelativeEffect {
  const most = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR);
  const away = (bound: number, outwards: 1 | -1) => {
    const ratio = 1 + bound;
    return ratio * (ratio * outwards > 0 ? most : 1 / most) - 1;
  };
  const wide: Interval | null = ci && [away(ci[0], -1), away(ci[1], 1)];
  return { ...lift, ci: wide };
}

function detailOf(
  epochs: readonly EpochQuantiles[],
  quantile: number,
  context: FigureContext,
): QuantileEpochs {
  return epochs.map((epoch) => ({
    epoch: epoch.epoch,
    arms: context.variants.map((variant) => {
      const found = epoch.arms.get(variant);
      const bounds = found?.bounds ?? null;
      return {
        ...{ variant, units: found?.n ?? 0, value: found?.value ?? null },
        ...{ lower: bounds?.lower ?? null, upper: bounds?.upper ?? null },
        reason: found === undefined ? 'no-units' : bounds === null ? 'too-few-units' : null,
      };
    }),
    comparisons: treatments(context).map((variant) =>
      listed(variant, compareIn(epoch, variant, quantile, context, 0)),
    ),
  }));
}
