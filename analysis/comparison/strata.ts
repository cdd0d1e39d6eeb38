import { AnalysisInputError } from '../input-error.ts';
import { type Moments, requireMoments } from '../moments/index.ts';
import { type Unknown, unknown } from '../outcome.ts';
import type { ComparisonInput } from './comparison.ts';

/** One stratum where both arms can be compared, and its share of the units of all such strata. */
export interface StratumPair {
  readonly control: Moments;
  readonly treatment: Moments;
  readonly weight: number;
}

/** The strata that take part in a comparison. */
export interface PairedStrata {
  readonly kind: 'paired';
  readonly pairs: readonly StratumPair[];
  /** Units of the two arms in all other strata. */
  readonly unitsLeftOut: number;
}

/**
 * The strata where both arms have at least two units, weighted w = n/N by the units of the two arms. A stratum with
 * fewer knows nothing about its variance; it waits outside rather than leave the whole comparison without an answer, and
 * its units are counted. Throws an `AnalysisInputError` for anything malformed.
 */
export function pairStrata(input: ComparisonInput, dimensions: readonly number[]): PairedStrata | Unknown {
  requireComparison(input, dimensions);
  const both = input.strata.map((stratum) => ({
    control: stratum.arms[input.control],
    treatment: stratum.arms[input.treatment],
  }));
  let total = 0;
  let used = 0;
  let largestControl = 0;
  let largestTreatment = 0;
  let shared = false;
  const usable: { control: Moments; treatment: Moments; units: number }[] = [];
  for (const { control, treatment } of both) {
    const [nC, nT] = [control?.n ?? 0, treatment?.n ?? 0];
    total += nC + nT;
    largestControl = Math.max(largestControl, nC);
    largestTreatment = Math.max(largestTreatment, nT);
    shared ||= nC > 0 && nT > 0;
    if (control === undefined || treatment === undefined || nC < 2 || nT < 2) continue;
    used += nC + nT;
    usable.push({ control, treatment, units: nC + nT });
  }
  if (largestControl === 0 || largestTreatment === 0) return unknown('no-units');
  if (!shared) return unknown('no-common-stratum');
  if (usable.length === 0) return unknown('one-unit');
  const pairs = usable.map(({ control, treatment, units }) => ({ control, treatment, weight: units / used }));
  return { kind: 'paired', pairs, unitsLeftOut: total - used };
}

/** The moments of all arms in all strata: what a covariate's one coefficient comes from. */
export function allArms(input: ComparisonInput): readonly Moments[] {
  return input.strata.flatMap((stratum) => Object.values(stratum.arms));
}

function requireComparison(input: ComparisonInput, dimensions: readonly number[]): void {
  if (!(input.alpha > 0 && input.alpha < 1)) throw new AnalysisInputError('alpha', 'above 0 and below 1');
  if (input.control === input.treatment) {
    throw new AnalysisInputError('treatment', `another arm than the control ("${input.control}")`);
  }
  let common: number | null = null;
  input.strata.forEach((stratum, i) => {
    for (const [variant, moments] of Object.entries(stratum.arms)) {
      const field = `strata[${i}].arms.${variant}`;
      requireMoments(field, moments, dimensions);
      common ??= moments.centre.length;
      // A covariate that only some arms carry would be adjusted for in these alone.
      if (input.covariate && moments.centre.length !== common)
        throw new AnalysisInputError(`${field}.centre`, `of length ${common}, as that of the first arm is`);
    }
  });
}
