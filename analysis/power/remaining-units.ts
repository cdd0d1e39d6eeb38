import { mixtureBoundary } from '../asymptotic-sequence/index.ts';
import { driftForPower } from '../group-sequential/index.ts';
import { type Outcome, unknown } from '../outcome.ts';
import { requireAlpha, requireCount, requirePositive, requireSided } from '../requirements.ts';
import { rootAbove } from '../roots/index.ts';
import { normalQuantile } from '../special/index.ts';
import type { Looks } from './group-sequential-power.ts';
import { zSum } from './normal-power.ts';

/** An experiment that is under way. */
export interface RunningExperiment {
  /** Units so far, in all arms. */
  readonly n: number;
  /** Standard error of the effect so far: in the unit of `mde`. */
  readonly se: number;
  /** The effect that is to be detected, by its size; beside a margin, its distance from it. */
  readonly mde: number;
  readonly alpha: number;
  readonly power: number;
  readonly sided?: 1 | 2 | undefined;
  /** How it is watched: at the end alone where not given. */
  readonly watching?:
    | { readonly kind: 'any-time'; readonly tuning: number }
    | ({ readonly kind: 'group-sequential' } & Looks)
    | undefined;
}

export interface RemainingUnits {
  /** Units in all arms with which the power is reached. */
  readonly total: number;
  /** Of them, those still to come; 0 once there are enough. */
  readonly remaining: number;
  readonly enough: boolean;
}

/**
 * Units that a running experiment still needs, n·[(se·(z_{1−α/sided} + z_{1−β})/MDE)² − 1]: the standard error so far
 * stands for variance, split, covariates and strata alike, and shrinks with √n. Watched sequentially, zα is the boundary
 * of the mixture sequence at the total (found by bracketing), or the sum of both the group-sequential test's drift.
 * Blind to the effect seen so far, so that it may be asked at any time (Wittes & Brittain 1990). Unknown with `no-units`
 * or `overflow`.
 * @example remainingUnits({ n: 1000, se: 0.5, mde: 1, alpha: 0.05, power: 0.8 }) // { total: 1962.2199, remaining: 962.2199, enough: false }
 */
export function remainingUnits(experiment: RunningExperiment): Outcome<RemainingUnits> {
  const { n, se, mde, alpha, sided = 2 } = experiment;
  requireCount('n', n);
  requirePositive('se', se);
  requirePositive('mde', mde);
  requireSided(sided);
  requireAlpha(alpha, sided);
  const perZ = n * (se / mde) ** 2;
  const fixed = zSum(alpha / sided, experiment.power);
  if (n === 0) return unknown('no-units');
  if (!(perZ * fixed * fixed < 1e15)) return unknown('overflow');
  const total = totalOf(experiment, perZ, fixed, sided);
  return { kind: 'estimate', total, remaining: Math.max(0, total - n), enough: total <= n };
}

/** The total N at which the effect's z, √(N/perZ), is what the test needs. */
function totalOf(experiment: RunningExperiment, perZ: number, fixed: number, sided: 1 | 2): number {
  const { alpha, power, watching } = experiment;
  if (watching === undefined) return perZ * fixed * fixed;
  if (watching.kind === 'group-sequential') {
    const { bounds, informationFractions } = watching;
    return perZ * driftForPower({ bounds, informationFractions, sided, power }) ** 2;
  }
  const alternative = sided === 2 ? 'two-sided' : 'greater';
  const beta = normalQuantile(power);
  const excess = (z: number) =>
    z - beta - mixtureBoundary(perZ * z * z, watching.tuning, alpha, { alternative });
  return perZ * rootAbove(excess, fixed, 2 * fixed) ** 2;
}
