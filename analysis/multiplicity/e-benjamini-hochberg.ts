import { AnalysisInputError } from '../input-error.ts';
import { requireFraction } from '../requirements.ts';
import { ranksUp } from './ranked.ts';

/** What e-BH says of one hypothesis. */
export interface EDiscovery {
  /** ln of the largest e* for which e* ≥ 1/α makes it a discovery at level α; null where that e* is 0. */
  readonly adjustedLogE: number | null;
  /** min(1, 1/e*): the smallest level at which it is a discovery. Underflows to 0 where `adjustedLogE` exceeds 745. */
  readonly adjustedP: number;
  readonly discovery: boolean;
}

/**
 * The e-BH procedure, in the order of the input: with e-values in falling order the k̂ largest are discoveries, k̂ being
 * the largest k with k·e(k)/m ≥ 1/α (Wang & Ramdas 2022, "False discovery rate control with e-values", equation 4); adjusted,
 * e*(i) = max over j ≥ i of j·e(j)/m. The false discovery rate is at most α whatever the dependence, and at any stopping
 * time if the e-values come from e-processes. Works in logs, as e-values soon exceed doubles.
 * @param logE natural logarithms of the e-values of one family; −∞ for an e-value of 0
 * @example eBenjaminiHochberg([Math.log(120), Math.log(45), 0], 0.05)
 * // [
 * //   { adjustedP: 0.025, discovery: true },
 * //   { adjustedP: 0.03333333333333333, discovery: true },
 * //   { adjustedP: 1, discovery: false },
 * // ]
 */
export function eBenjaminiHochberg(logE: readonly number[], alpha: number): readonly EDiscovery[] {
  requireFraction('alpha', alpha);
  logE.forEach((value, i) => {
    if (Number.isNaN(value) || value === Number.POSITIVE_INFINITY)
      throw new AnalysisInputError(`logE[${i}]`, 'a number below infinity');
  });
  const bar = -Math.log(alpha);
  const found = new Array<EDiscovery>(logE.length);
  const rising = ranksUp(logE);
  let largest = Number.NEGATIVE_INFINITY;
  rising.forEach((at, below) => {
    const rank = logE.length - below;
    largest = Math.max(largest, (logE[at] ?? 0) + Math.log(rank / logE.length));
    found[at] = {
      adjustedLogE: largest === Number.NEGATIVE_INFINITY ? null : largest,
      adjustedP: Math.min(1, Math.exp(-largest)),
      discovery: largest >= bar,
    };
  });
  return found;
}
