import { type Moments, mergeMoments, type Stratum } from '../../analysis/index.ts';
import type { MomentsRow } from '../attribute/index.ts';

/** One epoch's arms for one metric. */
export interface EpochStratum extends Stratum {
  readonly epoch: number;
}

/** Merges the cohort days of the `new` units: one stratum per epoch, ascending. */
export function strataOf(rows: readonly MomentsRow[]): EpochStratum[] {
  const epochs = new Map<number, Map<string, Moments>>();
  for (const row of rows) {
    if (row.population !== 'new') continue;
    const arms = epochs.get(row.epoch) ?? new Map<string, Moments>();
    epochs.set(row.epoch, arms);
    const before = arms.get(row.variant);
    arms.set(row.variant, before === undefined ? row.moments : mergeMoments(before, row.moments));
  }
  return [...epochs]
    .sort(([first], [second]) => first - second)
    .map(([epoch, arms]) => ({ epoch, arms: Object.fromEntries(arms) }));
}

/** The epochs that a comparison can use: where both variants have two units, so that each has a variance. */
export function comparableEpochs(
  strata: readonly EpochStratum[],
  control: string,
  variant: string,
): number[] {
  return strata
    .filter(({ arms }) => (arms[control]?.n ?? 0) >= 2 && (arms[variant]?.n ?? 0) >= 2)
    .map(({ epoch }) => epoch);
}
