import { requireFraction } from '../requirements.ts';
import type { Margin } from './margin.ts';
import type { MeanPlan } from './normal-power.ts';
import type { ProportionPlan } from './proportion-plan.ts';

/**
 * The plan of a test of two proportions against a margin, for `normalPower` and `normalSampleSize`: variances p(1 − p)
 * of the true shares (Blackwelder 1982, "Proving the null hypothesis in clinical trials"). The score test by restricted
 * maximum likelihood that such claims are decided with needs about as many units while events are not rare. One-sided.
 * @example normalSampleSize(proportionMarginPlan({ control: 0.85, treatment: 0.85, alpha: 0.05 }, { claim: 'non-inferiority', kind: 'absolute', value: 0.1, harm: 'decrease' }), 0.8) // { nPerArm: 157.6552 }
 */
export function proportionMarginPlan(
  plan: Omit<ProportionPlan, 'sided' | 'strict'>,
  margin: Omit<Margin, 'controlMean'>,
): MeanPlan {
  const { control, treatment, alpha, allocation } = plan;
  requireFraction('control', control);
  requireFraction('treatment', treatment);
  return {
    effect: treatment - control,
    sd: Math.sqrt(treatment * (1 - treatment)),
    controlSd: Math.sqrt(control * (1 - control)),
    alpha,
    sided: 1,
    allocation,
    margin: { ...margin, controlMean: control },
  };
}
