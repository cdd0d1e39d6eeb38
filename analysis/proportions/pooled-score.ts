import type { Effects } from '../effects.ts';
import { fiellerLift } from '../lift/index.ts';
import { normalQuantile, normalSurvival } from '../special/index.ts';
import { newcombeInterval } from './newcombe.ts';
import { shareOf, shareVariance, type Table } from './proportion-tables.ts';

/**
 * Two proportions of one table: p by the pooled score z test (the 2×2 χ² without continuity correction, Pearson 1900),
 * the interval by Newcombe's hybrid score method, the lift by Fieller with binomial variances p(1−p)/n and the normal's
 * critical value. Test and interval may disagree in a few tables in a thousand. Needs units in both arms, and events and
 * non-events somewhere.
 * @example pooledScore({ control: { events: 48, units: 80 }, treatment: { events: 56, units: 70 } }, 0.05)
 */
export function pooledScore({ control, treatment }: Table, alpha: number): Effects {
  const units = control.units + treatment.units;
  const events = control.events + treatment.events;
  const difference = shareOf(treatment) - shareOf(control);
  const pooled = (events / units) * ((units - events) / units);
  const se = Math.sqrt(pooled * (1 / control.units + 1 / treatment.units));
  const statistic = difference / se;
  const z = -normalQuantile(alpha / 2);
  const controlVariance = shareVariance(control);
  return {
    p: 2 * normalSurvival(Math.abs(statistic)),
    absolute: { estimate: difference, ci: newcombeInterval(control, treatment, z), se, statistic, df: null },
    relative: fiellerLift({
      difference,
      control: shareOf(control),
      differenceVariance: controlVariance + shareVariance(treatment),
      controlVariance,
      covariance: -controlVariance,
      critical: z,
    }),
  };
}
