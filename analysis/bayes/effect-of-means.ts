import { deltaLift } from '../lift/index.ts';
import { armSummary, type Moments } from '../moments/index.ts';
import { type Outcome, unknown } from '../outcome.ts';

/** An estimate that is about normal around the effect. */
export interface EffectEstimate {
  readonly estimate: number;
  readonly se: number;
}

/**
 * The effect on two arms' means as `bayesianEffect` takes it: the difference with se = √(s²C/nC + s²T/nT), or the lift
 * by the delta method (Deng, Knoblich & Lu 2018, section 2), the only scale on which a lift has a normal likelihood.
 * Assumes independent units and arms so large that both are about normal, for the lift also a control's mean clearly off
 * 0. Unknown with `no-units`, `one-unit`, `zero-variance`, `zero-denominator` or `overflow`.
 * @param control moments [a] of the arm; so is `treatment`
 * @example effectOfMeans(momentsOf([[1], [3]], [0]), momentsOf([[2], [6]], [0]), 'absolute') // { estimate: 2, se: 2.236068 }
 */
export function effectOfMeans(
  control: Moments,
  treatment: Moments,
  scale: 'absolute' | 'lift',
): Outcome<EffectEstimate> {
  const ofControl = armSummary(control, 'mean');
  if (ofControl.kind === 'unknown') return ofControl;
  const ofTreatment = armSummary(treatment, 'mean');
  if (ofTreatment.kind === 'unknown') return ofTreatment;
  const controlSe = ofControl.sd / Math.sqrt(ofControl.units);
  const se = Math.hypot(controlSe, ofTreatment.sd / Math.sqrt(ofTreatment.units));
  const difference = ofTreatment.mean - ofControl.mean;
  if (!Number.isFinite(difference) || !Number.isFinite(se * se)) return unknown('overflow');
  if (se === 0) return unknown('zero-variance');
  if (scale === 'absolute') return { kind: 'estimate', estimate: difference, se };
  const controlVariance = controlSe * controlSe;
  const lift = deltaLift(
    {
      difference,
      control: ofControl.mean,
      differenceVariance: se * se,
      controlVariance,
      covariance: -controlVariance,
    },
    0.05,
  );
  return lift.kind === 'unknown' ? lift : { kind: 'estimate', estimate: lift.estimate, se: lift.se };
}
