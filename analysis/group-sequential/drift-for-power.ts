import { AnalysisInputError } from '../input-error.ts';
import { requireFraction } from '../requirements.ts';
import { normalQuantile } from '../special/index.ts';
import { type ExitInput, exitsOf, requireBounds } from './exit-probabilities.ts';
import type { Fineness } from './grid.ts';
import { requireFewLooks } from './information.ts';
import { rootByStages } from './root.ts';

/** Bounds of at most 50 looks, and the power that the test is to have. */
export interface DriftInput extends Omit<ExitInput, 'drift'> {
  /** Probability to stop at the upper bound, at any look. */
  readonly power: number;
}

/**
 * The drift (mean of z at information fraction 1) at which a group-sequential test has a given power: the effect over its
 * standard error there, so the information that an effect δ needs is (drift/δ)². A fixed test needs z_(1−α/sided) +
 * z_power. Crossings of the lower bound are not counted as power. Solves the recursion of Armitage, McPherson & Rowe
 * (Jennison & Turnbull 2000, 2.3 and 19.3). Throws an `AnalysisInputError` for malformed input or a power that the test
 * exceeds without any effect.
 * @example driftForPower({ bounds: [2.1782715, 2.1782715], informationFractions: [0.5, 1], sided: 2, power: 0.8 }) // 2.952201
 */
export function driftForPower({ power, ...test }: DriftInput): number {
  requireFraction('power', power);
  requireBounds(test);
  requireFewLooks('informationFractions', test.informationFractions);
  const reached = (drift: number, fineness: Fineness) =>
    exitsOf({ ...test, drift }, fineness).upper.reduce((sum, p) => sum + p, 0);
  if (!(power > reached(0, 'fine')))
    throw new AnalysisInputError('power', 'above the probability to stop without an effect');
  // Any look by itself has this power at that drift; all of them together have more.
  const enough = test.bounds.map((bound, i) =>
    bound === null
      ? Number.POSITIVE_INFINITY
      : (bound + normalQuantile(power)) / Math.sqrt(test.informationFractions[i] ?? 1),
  );
  const upper = Math.min(...enough);
  if (upper === Number.POSITIVE_INFINITY)
    throw new AnalysisInputError('bounds', 'a number at one look or more');
  const target = normalQuantile(power);
  return rootByStages(
    (drift, fineness) => normalQuantile(Math.min(reached(drift, fineness), ALMOST_ONE)) - target,
    0,
    upper,
  );
}

/** Rounding may add up probabilities to a little more than 1. */
const ALMOST_ONE = 1 - 2 ** -53;

/** The same beside the alpha of the fixed test to compare with. */
export interface InflationInput extends DriftInput {
  /** Of one side (`sided` 1) or of both. */
  readonly alpha: number;
  /** What `driftForPower` gives for the rest, if it is known already. */
  readonly drift?: number | undefined;
}

/**
 * The inflation factor of a group-sequential test: its maximal sample size over the sample size of a fixed test with the
 * same alpha and power, (drift/(z_(1−α/sided) + z_power))² (Jennison & Turnbull 2000, R_P and R_B of tables 2.2 and 2.4).
 * @example inflationFactor({ bounds: [2.1782721, 2.1782721], informationFractions: [0.5, 1], sided: 2, power: 0.8, alpha: 0.05 }) // 1.1104126
 */
export function inflationFactor({ alpha, drift: known, ...input }: InflationInput): number {
  requireFraction('alpha', alpha);
  const drift = known ?? driftForPower(input);
  const last = input.informationFractions.at(-1) ?? 1;
  const fixed = normalQuantile(input.power) - normalQuantile(alpha / input.sided);
  return last * (drift / fixed) ** 2;
}
