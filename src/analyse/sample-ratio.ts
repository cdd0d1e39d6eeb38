import { sampleRatioChiSquare } from '../../analysis/index.ts';
import type { UnitsRow } from '../attribute/index.ts';
import type { Epoch } from '../catalogue/index.ts';
import type { SampleRatio } from './results-document.ts';

/** Below this the arms do not fit their weights: a report is read many times, so its alarm must be a rare one. */
const MISMATCH_P = 0.001;

/** Why there is no p that holds at every look: the χ² test is made once per scorecard. */
const NO_SEQUENTIAL_P = 'sequential-p-not-computed';

/** Sums of units per arm of an epoch, 0 for an arm that met none. */
export function unitsByArm(epoch: Epoch, rows: readonly UnitsRow[]): Record<string, number> {
  const units = Object.fromEntries(epoch.arms.map((arm) => [arm.variant, 0]));
  for (const row of rows)
    if (row.epoch === epoch.number) units[row.variant] = (units[row.variant] ?? 0) + row.units;
  return units;
}

/**
 * Do the units of one epoch, new and returning alike, fit its weights: Pearson's χ². `unknown` with a reason where
 * the test does not exist (no impressions, no usable weights), never p = 1.
 */
export function epochSampleRatio(epoch: Epoch, rows: readonly UnitsRow[]): SampleRatio {
  const units = unitsByArm(epoch, rows);
  const base = { sequentialP: null, epoch: epoch.number, units };
  const unknown = (reason: string): SampleRatio => ({
    status: 'unknown',
    p: null,
    chiSquare: null,
    ...base,
    expected: null,
    reason,
  });
  if (Object.values(units).every((count) => count === 0)) return unknown('no-impressions');
  if (epoch.arms.every((arm) => arm.weight === 0)) return unknown('no-weights');
  const weights = new Map(epoch.arms.map((arm) => [arm.variant, arm.weight]));
  const variants = Object.keys(units);
  const outcome = sampleRatioChiSquare({
    units: variants.map((variant) => units[variant] ?? 0),
    weights: variants.map((variant) => weights.get(variant) ?? 0),
  });
  if (outcome.kind === 'unknown') return unknown(outcome.reason);
  return {
    status: outcome.p < MISMATCH_P ? 'mismatch' : 'ok',
    p: outcome.p,
    chiSquare: outcome.chiSquare,
    ...base,
    expected: Object.fromEntries(variants.map((variant, arm) => [variant, outcome.expected[arm] ?? 0])),
    reason: outcome.chiSquare === null ? 'units-in-an-arm-of-weight-0' : NO_SEQUENTIAL_P,
  };
}

/** Epochs that say nothing about the split: none was met yet, or everybody was to get the same arm. */
const SILENT = ['no-impressions', 'one-arm'];

/**
 * One sample ratio for the experiment: that of the epoch which fits worst. One whose ratio should be known and is not
 * makes the whole unknown, unless another is a mismatch.
 */
export function worstSampleRatio(epochs: readonly SampleRatio[]): SampleRatio {
  const met = epochs.filter(({ status, reason }) => status !== 'unknown' || !SILENT.includes(reason ?? ''));
  const known = met
    .filter((epoch) => epoch.p !== null)
    .sort((first, second) => (first.p ?? 1) - (second.p ?? 1));
  const worst = known[0];
  const unknown = met.find((epoch) => epoch.status === 'unknown');
  if (worst?.status === 'mismatch' || unknown === undefined)
    return worst ?? epochs.at(-1) ?? missingSampleRatio('no-impressions');
  return unknown;
}

/** The sample ratio of what does not exist. */
export function missingSampleRatio(reason: string): SampleRatio {
  return {
    status: 'unknown',
    p: null,
    chiSquare: null,
    sequentialP: null,
    epoch: null,
    units: null,
    expected: null,
    reason,
  };
}
