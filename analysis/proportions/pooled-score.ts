import type { Effects } from '../effects.ts';
import { fiellerLift } from '../lift/index.ts';
import { type Outcome, unknown } from '../outcome.ts';
import { requireFraction } from '../requirements.ts';
import { normalQuantile, normalSurvival } from '../special/index.ts';
import { newcombeInterval } from './newcombe.ts';
import { shareOf, shareVariance, type Table } from './proportion-tables.ts';
import { requireTable } from './require-table.ts';

/**
 * Two proportions of one table: p by the pooled score z test (the 2×2 χ² without continuity correction, Pearson 1900),
 * the interval by Newcombe's hybrid score method, the lift by Fieller with binomial variances p(1−p)/n and the normal's
 * critical value. Test and interval may disagree in a few tables in a thousand. Assumes independent units. Unknown with
 * `no-units`, `no-events` or `all-events`; throws an `AnalysisInputError` for malformed input.
 * @example pooledScore({ control: { events: 48, units: 80 }, treatment: { events: 56, units: 70 } }, 0.05) // { p: 0.008045, absolute: { estimate: 0.2, ci: [0.0524, 0.3339] } }
 */
export function pooledScore(table: Table, alpha: number): Outcome<Effects> {
  const { control, treatment } = requireTable(table);
  requireFraction('alpha', alpha);
  const units = control.units + treatment.units;
  const events = control.events + treatment.events;
  if (control.units === 0 || treatment.units === 0) return unknown('no-units');
  if (events === 0) return unknown('no-events');
  if (events === units) return unknown('all-events');
  const difference = shareOf(treatment) - shareOf(control);
  const pooled = (events / units) * ((units - events) / units);
  const se = Math.sqrt(pooled * (1 / control.units + 1 / treatment.units));
  const statistic = difference / se;
  const z = -normalQuantile(alpha / 2);
  const controlVariance = shareVariance(control);
  return {
    kind: 'estimate',
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
