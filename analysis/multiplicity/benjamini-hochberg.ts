import { requireProbability } from '../requirements.ts';
import { ranksUp } from './ranked.ts';

/**
 * Benjamini and Hochberg's step-up adjusted p-values, in the order of the input: p̃(i) = min over j ≥ i of
 * min(1, m·p(j)/j), the p-values in rising order (Benjamini & Hochberg 1995, "Controlling the false discovery rate",
 * section 3; Yekutieli & Benjamini 1999 for the adjusted form). Use it for lists that are looked through for something
 * worth a closer look: of those with p̃ ≤ q a share of at most q is false on average. Assumes independent tests, or
 * positively dependent ones (PRDS: Benjamini & Yekutieli 2001).
 * @param p p-values of one family, each from 0 to 1; those that do not exist are no part of the family
 * @example benjaminiHochberg([0.01, 0.04, 0.03, 0.005, 0.55, 0.6]) // [0.03, 0.06, 0.06, 0.03, 0.6, 0.6]
 */
export function benjaminiHochberg(p: readonly number[]): readonly number[] {
  p.forEach((value, i) => {
    requireProbability(`p[${i}]`, value);
  });
  const adjusted = new Array<number>(p.length).fill(1);
  const order = ranksUp(p);
  let smallest = 1;
  for (let rank = p.length; rank > 0; rank -= 1) {
    const at = order[rank - 1] ?? 0;
    smallest = Math.min(smallest, (p[at] ?? 1) * (p.length / rank));
    adjusted[at] = smallest;
  }
  return adjusted;
}
