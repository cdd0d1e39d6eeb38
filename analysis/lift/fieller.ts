import type { RelativeEffect } from '../effects.ts';
import { requireFinite, requireNotNegative, requirePositive } from '../requirements.ts';

/** A difference beside the figure it is to be relative to. */
export interface LiftInput {
  /** δ = treatment − control, perhaps adjusted. */
  readonly difference: number;
  /** a, the control's plain figure. */
  readonly control: number;
  /** Variances of the estimates δ and a, and their covariance (−Var a where nothing is adjusted). */
  readonly differenceVariance: number;
  readonly controlVariance: number;
  readonly covariance: number;
  /** Critical value c of a two-sided test, of the t or the normal distribution. */
  readonly critical: number;
}

/**
 * The relative lift δ/a with Fieller's interval (Fieller 1954, "Some problems in interval estimation", JRSS B 16): all
 * lifts R for which |δ − R·a| ≤ c·√Var(δ − R·a). It excludes 0 exactly when |δ| > c·√Var δ, so it agrees with the test of
 * δ that uses the same critical value. Where a cannot be told from 0 (g = c²Var(a)/a² ≥ 1) the set is unbounded and no
 * interval is given; where a is 0 there is no lift.
 * @example fiellerLift({ difference: 1, control: 10, differenceVariance: 0.02, controlVariance: 0.01, covariance: -0.01, critical: 1.96 }) // { estimate: 0.1, ci: [0.0713, 0.1296], reason: null }
 */
export function fiellerLift(input: LiftInput): RelativeEffect {
  const { difference, control, critical } = input;
  requireFinite('difference', difference);
  requireFinite('control', control);
  requireNotNegative('differenceVariance', input.differenceVariance);
  requireNotNegative('controlVariance', input.controlVariance);
  requireFinite('covariance', input.covariance);
  requirePositive('critical', critical);
  if (control === 0) return { estimate: null, ci: null, reason: 'zero-control' };
  const lift = difference / control;
  if (!Number.isFinite(lift)) return { estimate: null, ci: null, reason: 'overflow' };
  // Variances relative to a²; dividing twice keeps a² from underflowing.
  const vDifference = input.differenceVariance / control / control;
  const vControl = input.controlVariance / control / control;
  const covariance = input.covariance / control / control;
  const square = critical * critical;
  const g = square * vControl;
  if (g >= 1) return { estimate: lift, ci: null, reason: 'unbounded' };
  const variance = vDifference - 2 * lift * covariance + lift * lift * vControl;
  const discriminant = variance - square * (vDifference * vControl - covariance * covariance);
  const centre = (lift - square * covariance) / (1 - g);
  // Never negative but for rounding: R = δ/a is always in the set.
  const half = (critical * Math.sqrt(Math.max(0, discriminant))) / (1 - g);
  if (!Number.isFinite(centre) || !Number.isFinite(half))
    return { estimate: lift, ci: null, reason: 'overflow' };
  return { estimate: lift, ci: [centre - half, centre + half], reason: null };
}
