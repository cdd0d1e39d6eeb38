import type { Effects } from '../effects.ts';
import { fiellerLift } from '../lift/index.ts';
import { type Outcome, unknown } from '../outcome.ts';
import { requireFraction } from '../requirements.ts';
import { normalQuantile, normalSurvival } from '../special/index.ts';
import { shareOf, shareVariance, type Table } from './proportion-tables.ts';
import { requireTable } from './require-table.ts';

/**
 * Two proportions over several strata: the Mantel–Haenszel risk difference Σwδ/Σw, w = nT·nC/(nT + nC), with Sato's
 * variance (Sato 1989, "On the variance estimator for the Mantel–Haenszel risk difference", Biometrics 45, 1323–1324),
 * which holds for few large strata and for many small ones. Test and interval are δ ± z·se. The lift is relative to the
 * controls' shares averaged with the same w, by Fieller with binomial variances. A
 * stratum without units in an arm says nothing and is left out. Assumes independent units. Unknown with `no-units` or
 * `zero-variance`; throws an `AnalysisInputError` for malformed input.
 * @example mantelHaenszel([{ control: { events: 4, units: 40 }, treatment: { events: 9, units: 50 } }], 0.05) // { kind: 'estimate', absolute: { estimate: 0.08 } }
 */
export function mantelHaenszel(tables: readonly Table[], alpha: number): Outcome<Effects> {
  requireFraction('alpha', alpha);
  const all = tables
    .map((table) => requireTable(table))
    .filter(hasBothArms)
    .map(termsOf);
  if (all.length === 0) return unknown('no-units');
  const total = all.reduce((sum, { weight }) => sum + weight, 0);
  const sumOf = (value: (terms: ReturnType<typeof termsOf>) => number) =>
    all.reduce((sum, terms) => sum + value(terms), 0);
  const difference = sumOf(({ weight, difference }) => (weight / total) * difference);
  const variance = (difference * sumOf(({ p }) => p) + sumOf(({ q }) => q)) / total / total;
  if (!(variance > 0)) return unknown('zero-variance');
  const se = Math.sqrt(variance);
  const statistic = difference / se;
  const z = -normalQuantile(alpha / 2);
  const controlVariance = sumOf((terms) => (terms.weight / total) ** 2 * terms.controlVariance);
  return {
    kind: 'estimate',
    p: 2 * normalSurvival(Math.abs(statistic)),
    absolute: {
      estimate: difference,
      ci: [difference - z * se, difference + z * se],
      se,
      statistic,
      df: null,
    },
    relative: fiellerLift({
      difference,
      control: sumOf(({ weight, control }) => (weight / total) * control),
      differenceVariance:
        controlVariance + sumOf((terms) => (terms.weight / total) ** 2 * terms.treatmentVariance),
      controlVariance,
      covariance: -controlVariance,
      critical: z,
    }),
  };
}

function hasBothArms({ control, treatment }: Table): boolean {
  return control.units > 0 && treatment.units > 0;
}

/** A stratum's terms; p and q are Sato's P and Q, so that Var δ = (δ·ΣP + ΣQ)/(Σw)². */
function termsOf({ control, treatment }: Table) {
  const units = control.units + treatment.units;
  const [toControl, toTreatment] = [control.units / units, treatment.units / units];
  return {
    weight: toControl * treatment.units,
    difference: shareOf(treatment) - shareOf(control),
    control: shareOf(control),
    controlVariance: shareVariance(control),
    treatmentVariance: shareVariance(treatment),
    p:
      toTreatment * toTreatment * control.events -
      toControl * toControl * treatment.events +
      (toControl * toTreatment * (control.units - treatment.units)) / 2,
    q:
      (treatment.events * ((control.units - control.events) / units) +
        control.events * ((treatment.units - treatment.events) / units)) /
      2,
  };
}
