import type { Effects } from '../effects.ts';
import { fiellerLift } from '../lift/index.ts';
import { type Outcome, unknown } from '../outcome.ts';
import { requireFinite, requireFraction, requireNotNegative } from '../requirements.ts';
import { normalQuantile, normalSurvival } from '../special/index.ts';

/** A quantile and its standard error, from independent or from clustered values. */
export interface QuantileArm {
  readonly value: number;
  readonly se: number;
}

export interface QuantileComparisonInput {
  readonly control: QuantileArm;
  readonly treatment: QuantileArm;
  readonly alpha: number;
}

/**
 * Difference of the same quantile of two arms, treatment − control, by a z test with se = √(σ²C + σ²T) (Deng, Knoblich &
 * Lu 2018, section 4.2), and its lift by Fieller with the same critical value, so that test and lift never disagree.
 * Assumes independent arms, a density above 0 at the quantile and enough values for order statistics to be about normal.
 * Unknown with `zero-variance` where ties make an arm's error 0, or `overflow`.
 * @example compareQuantiles({ control: { value: 10, se: 0.3 }, treatment: { value: 11, se: 0.4 }, alpha: 0.05 }) // { p: 0.0455003, absolute: { estimate: 1, se: 0.5 } }
 */
export function compareQuantiles({ control, treatment, alpha }: QuantileComparisonInput): Outcome<Effects> {
  requireFraction('alpha', alpha);
  requireFinite('control.value', control.value);
  requireNotNegative('control.se', control.se);
  requireFinite('treatment.value', treatment.value);
  requireNotNegative('treatment.se', treatment.se);
  if (control.se === 0 || treatment.se === 0) return unknown('zero-variance');
  const se = Math.hypot(control.se, treatment.se);
  const difference = treatment.value - control.value;
  const statistic = difference / se;
  const z = -normalQuantile(alpha / 2);
  const ci = [difference - z * se, difference + z * se] as const;
  const controlVariance = control.se * control.se;
  const differenceVariance = se * se;
  if (![statistic, ...ci, differenceVariance].every(Number.isFinite)) return unknown('overflow');
  return {
    kind: 'estimate',
    p: 2 * normalSurvival(Math.abs(statistic)),
    absolute: { estimate: difference, ci, se, statistic, df: null },
    relative: fiellerLift({
      difference,
      control: control.value,
      differenceVariance,
      controlVariance,
      covariance: -controlVariance,
      critical: z,
    }),
  };
}
