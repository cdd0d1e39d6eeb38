import { AnalysisInputError } from '../input-error.ts';
import { requireFraction, requireNotNegative } from '../requirements.ts';
import { normalQuantile, normalSurvival } from '../special/index.ts';

/**
 * How alpha is spent as information grows: like O'Brien & Fleming's bounds (hardly any early), like Pocock's (evenly), as
 * a power t^rho (Kim & DeMets 1987) or in Hwang, Shih & DeCani's family (1990; gamma −4 is near the first, 1 the second).
 */
export type Spending =
  | 'obrien-fleming'
  | 'pocock'
  | { readonly family: 'power'; readonly rho: number }
  | { readonly family: 'hwang-shih-decani'; readonly gamma: number };

/**
 * The one-sided alpha that a spending function has spent up to an information fraction t (Lan & DeMets 1983, "Discrete
 * sequential boundaries for clinical trials", Biometrika 70, 659–663): O'Brien–Fleming-type 2·P(Z > z_(α/2)/√t),
 * Pocock-type α·ln(1 + (e − 1)t), power α·t^rho, Hwang–Shih–DeCani α·(1 − e^(−γt))/(1 − e^(−γ)); all of it from t = 1 on. Of a two-sided
 * test each side spends α/2 by itself.
 * @param fraction t ≥ 0, information over planned information
 * @param alpha of one side, in (0, 1)
 * @example alphaSpent(0.5, 0.025, 'obrien-fleming') // 0.001525323
 */
export function alphaSpent(fraction: number, alpha: number, spending: Spending): number {
  requireNotNegative('fraction', fraction);
  requireFraction('alpha', alpha);
  requireSpending(spending);
  if (fraction >= 1) return alpha;
  if (fraction === 0) return 0;
  if (spending === 'obrien-fleming')
    return 2 * normalSurvival(-normalQuantile(alpha / 2) / Math.sqrt(fraction));
  if (spending === 'pocock') return alpha * Math.log1p((Math.E - 1) * fraction);
  if (spending.family === 'power') return alpha * fraction ** spending.rho;
  const { gamma } = spending;
  if (Math.abs(gamma) < 1e-15) return alpha * fraction;
  const share = Math.expm1(-Math.abs(gamma) * fraction) / Math.expm1(-Math.abs(gamma));
  // A negative γ by the same exponentials, which do not overflow.
  return alpha * share * (gamma > 0 ? 1 : Math.exp(gamma * (1 - fraction)));
}

/** Throws an `AnalysisInputError` that names the field unless it is a spending function. */
export function requireSpending(spending: Spending): void {
  if (spending === 'obrien-fleming' || spending === 'pocock') return;
  if (typeof spending !== 'object' || spending === null)
    throw new AnalysisInputError('spending', "'obrien-fleming', 'pocock' or a family with its parameter");
  if (spending.family === 'power') {
    if (!(spending.rho > 0 && Number.isFinite(spending.rho)))
      throw new AnalysisInputError('spending.rho', 'a finite number above 0');
  } else if (spending.family !== 'hwang-shih-decani') {
    throw new AnalysisInputError('spending.family', "'power' or 'hwang-shih-decani'");
  } else if (!Number.isFinite(spending.gamma)) {
    throw new AnalysisInputError('spending.gamma', 'a finite number');
  }
}
