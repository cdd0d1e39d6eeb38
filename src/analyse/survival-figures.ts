import {
  compareSurvival,
  fiellerLift,
  kaplanMeier,
  logRank,
  petoHazardRatio,
  type RiskTable,
} from '../../analysis/index.ts';
import { normalQuantile } from '../../analysis/special/index.ts';
import type { BinsRow } from '../attribute/index.ts';
import type { SurvivalDetail, SurvivalPoint } from './detail-document.ts';
import { type Compared, type FigureContext, listed, type MetricFigures, treatments } from './figures.ts';
import type { ArmResult } from './results-document.ts';
import { type EpochTables, epochTables, type Intervals, lastInterval } from './survival-tables.ts';

type EpochDetail = SurvivalDetail['epochs'][number];

/**
 * The figures of a time to an event: the share of units with it by the end of the window, by Kaplan and Meier, in the
 * latest epoch in which both arms have units; every epoch's curves and log-rank test beside them.
 */
export function survivalFigures(
  intervals: Intervals,
  rows: readonly BinsRow[],
  context: FigureContext,
): MetricFigures {
  const { control, variants } = context;
  const epochs = epochTables(rows, intervals, context.followUp);
  const shares = (variant: string) => epochs.findLast((epoch) => hasUnits(epoch, [control, variant]));
  // The control is shown in the epoch in which it is compared.
  const shown = (variant: string) =>
    variant === control ? epochs.findLast((epoch) => sharesAny(epoch, context)) : shares(variant);
  return {
    arms: variants.map((variant) =>
      armOf(variant, shown(variant)?.tables.get(variant) ?? [], lastInterval(intervals), context.alpha),
    ),
    compare: (variant) => {
      const epoch = shares(variant);
      if (epoch === undefined) return { kind: 'unknown', reason: 'no-units' };
      const others = epochs.filter((other) => other !== epoch);
      return compareIn(epoch, variant, intervals, context, unitsIn(others, [control, variant]));
    },
    detail: {
      kind: 'timeToEvent',
      ...{ windowHours: intervals.windowHours, intervalHours: intervals.intervalHours },
      epochs: epochs.map((epoch) => epochDetail(epoch, intervals, context)),
    },
    remark: `, with the event within ${hoursInWords(intervals.windowHours)}`,
  };
}

const tableOf = ({ tables }: EpochTables, variant: string): RiskTable => tables.get(variant) ?? [];
const watched = (table: RiskTable): number => table[0]?.atRisk ?? 0;

function hasUnits(epoch: EpochTables, variants: readonly string[]): boolean {
  return variants.every((variant) => watched(tableOf(epoch, variant)) > 0);
}

function sharesAny(epoch: EpochTables, context: FigureContext): boolean {
  return treatments(context).some((variant) => hasUnits(epoch, [context.control, variant]));
}

function unitsIn(epochs: readonly EpochTables[], variants: readonly string[]): number {
  const counts = epochs.flatMap((epoch) => variants.map((variant) => watched(tableOf(epoch, variant))));
  return counts.reduce((sum, n) => sum + n, 0);
}

function armOf(variant: string, table: RiskTable, last: number, alpha: number): ArmResult {
  const units = watched(table);
  const curve = kaplanMeier(table, alpha);
  if (curve.kind === 'unknown') return { variant, units, mean: null, sd: null, reason: curve.reason };
  const survival = curve.points.at(-1)?.survival ?? 1;
  const known = survival === 0 || curve.lastDay >= last;
  return {
    ...{ variant, units, mean: known ? 1 - survival : null, sd: null },
    reason: known ? 'not-a-mean' : 'beyond-follow-up',
  };
}

/** Shares of units with the event by the end of the window, treatment − control. */
function compareIn(
  epoch: EpochTables,
  variant: string,
  intervals: Intervals,
  { control, alpha }: FigureContext,
  unitsLeftOut: number,
): Compared {
  const [first, second] = [tableOf(epoch, control), tableOf(epoch, variant)];
  const outcome = compareSurvival({
    ...{ control: first, treatment: second, alpha },
    day: lastInterval(intervals),
  });
  if (outcome.kind === 'unknown') return outcome;
  const { estimate, ci, se, statistic } = outcome.absolute;
  const controlVariance = outcome.control.se ** 2;
  return {
    kind: 'estimate',
    p: outcome.p,
    // Who survives has not had the event.
    absolute: { estimate: -estimate, ci: [-ci[1], -ci[0]], se, statistic: -statistic, df: null },
    relative: fiellerLift({
      difference: -estimate,
      control: 1 - outcome.control.survival,
      differenceVariance: se ** 2,
      controlVariance,
      covariance: -controlVariance,
      critical: -normalQuantile(alpha / 2),
    }),
    ...{ method: 'kaplan-meier', covariate: null, unadjusted: null },
    ...{ epochs: [epoch.epoch], unitsLeftOut },
  };
}

function epochDetail(epoch: EpochTables, intervals: Intervals, context: FigureContext): EpochDetail {
  const { alpha } = context;
  return {
    epoch: epoch.epoch,
    arms: context.variants.map((variant) => {
      const table = tableOf(epoch, variant);
      const curve = kaplanMeier(table, alpha);
      if (curve.kind === 'unknown')
        return { variant, units: 0, events: 0, medianHours: null, points: [], reason: curve.reason };
      const { median } = curve;
      return {
        ...{ variant, units: curve.units, events: curve.events },
        medianHours: median === null ? null : median * intervals.intervalHours,
        points: curve.points.map(
          ({ day, atRisk, events, survival, ci }): SurvivalPoint => ({
            ...{ hours: day * intervals.intervalHours, atRisk, events, share: 1 - survival },
            ci: ci === null ? null : [1 - ci[1], 1 - ci[0]],
            reason: ci === null ? 'all-events' : null,
          }),
        ),
        reason: median === null ? 'median-not-reached' : null,
      };
    }),
    comparisons: treatments(context).map((variant) => ({
      ...listed(variant, compareIn(epoch, variant, intervals, context, 0)),
      logRank: logRankOf(tableOf(epoch, context.control), tableOf(epoch, variant), alpha),
    })),
  };
}

function logRankOf(
  control: RiskTable,
  treatment: RiskTable,
  alpha: number,
): EpochDetail['comparisons'][number]['logRank'] {
  // After its last row nobody is watched: an arm's events beyond the other's follow-up say nothing about both.
  const test = logRank([{ control, treatment }]);
  if (test.kind === 'unknown') return { p: null, hazardRatio: null, ci: null, reason: test.reason };
  const ratio = petoHazardRatio(test, alpha);
  return ratio.kind === 'unknown'
    ? { p: test.p, hazardRatio: null, ci: null, reason: ratio.reason }
    : { p: test.p, hazardRatio: ratio.hazardRatio, ci: [ratio.ci[0], ratio.ci[1]], reason: null };
}

function hoursInWords(hours: number): string {
  const days = hours / 24;
  if (!Number.isInteger(days)) return hours === 1 ? '1 hour' : `${hours} hours`;
  return days === 1 ? '1 day' : `${days} days`;
}
