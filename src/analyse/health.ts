import type { Attribution, UnitsRow } from '../attribute/index.ts';
import type { Epoch, ExperimentPlan } from '../catalogue/index.ts';
import type { EpochHealth, Health } from './health-document.ts';
import type { Excluded, Results, SampleRatio } from './results-document.ts';
import { epochSampleRatio, missingSampleRatio, unitsByArm } from './sample-ratio.ts';

/** What the scorecard left out, in the words of the results. */
export function excludedOf({ exclusions }: Attribution): Excluded {
  const { forced = 0 } = exclusions.impressionsByReason;
  return {
    multipleVariants: exclusions.multipleVariants,
    forced,
    guardInterval: exclusions.guardInterval,
    unknownVariant: exclusions.unknownVariant,
    offTarget: exclusions.offTarget,
    outsideDates: exclusions.outsideDates,
    impressionsByReason: { ...exclusions.impressionsByReason },
    reason: null,
  };
}

/** The exclusions of what was not computed. */
export function missingExcluded(reason: string): Excluded {
  return {
    multipleVariants: null,
    forced: null,
    guardInterval: null,
    unknownVariant: null,
    offTarget: null,
    outsideDates: null,
    impressionsByReason: null,
    reason,
  };
}

/** What the weights lead one to expect of so many units; null where the weights say nothing. */
function expectedUnits(epoch: Epoch, units: Readonly<Record<string, number>>): Record<string, number> | null {
  const all = Object.values(units).reduce((sum, count) => sum + count, 0);
  const weights = epoch.arms.reduce((sum, arm) => sum + arm.weight, 0);
  if (weights === 0) return null;
  return Object.fromEntries(epoch.arms.map((arm) => [arm.variant, (all * arm.weight) / weights]));
}

function cumulativeDays(epoch: Epoch, rows: readonly UnitsRow[]): EpochHealth['days'] {
  const days = [...new Set(rows.map((row) => row.cohortDay))].sort();
  const byDay = Map.groupBy(rows, (row) => row.cohortDay);
  const units = unitsByArm(epoch, []);
  return days.map((day) => {
    for (const row of byDay.get(day) ?? []) units[row.variant] = (units[row.variant] ?? 0) + row.units;
    const expected = expectedUnits(epoch, units);
    return { day, units: { ...units }, expected, reason: expected === null ? 'no-weights' : null };
  });
}

function epochHealth(epoch: Epoch, rows: readonly UnitsRow[]): EpochHealth {
  const own = rows.filter((row) => row.epoch === epoch.number);
  return {
    epoch: epoch.number,
    effectiveAt: epoch.effectiveAt.toISOString(),
    weights: Object.fromEntries(epoch.arms.map((arm) => [arm.variant, arm.weight])),
    sampleRatio: epochSampleRatio(epoch, own),
    multipleVariants: own.reduce((sum, row) => sum + row.multipleVariants, 0),
    days: cumulativeDays(epoch, own),
  };
}

/** The health of one scorecard: the sample ratio of every epoch, the units by day, and everything left out. */
export function healthOf(plan: ExperimentPlan, attribution: Attribution, results: Results): Health {
  const { exclusions } = attribution;
  return {
    experiment: plan.key,
    scorecardId: results.scorecardId,
    dataThrough: results.dataThrough,
    computedAt: results.computedAt,
    status: results.sampleRatio.status,
    sampleRatio: results.sampleRatio,
    epochs: plan.epochs.map((epoch) => epochHealth(epoch, attribution.units)),
    excluded: results.excluded,
    conversionsOfOtherUnitTypes: exclusions.conversionsOfOtherUnitTypes,
    duplicateEvents: exclusions.duplicateEvents,
    outsideTransform: { ...exclusions.outsideTransform },
    failedMetrics: results.metrics
      .filter((metric) => metric.status === 'failed')
      .map((metric) => ({ metric: metric.metric, reason: metric.reason ?? 'failed' })),
    reason: null,
  };
}

/** The health of an experiment that has no scorecard: unknown, and nothing else. */
export function missingHealth(experiment: string, reason: string): Health {
  const sampleRatio: SampleRatio = missingSampleRatio(reason);
  return {
    experiment,
    scorecardId: null,
    dataThrough: null,
    computedAt: null,
    status: 'unknown',
    sampleRatio,
    epochs: [],
    excluded: missingExcluded(reason),
    conversionsOfOtherUnitTypes: null,
    duplicateEvents: null,
    outsideTransform: null,
    failedMetrics: [],
    reason,
  };
}
