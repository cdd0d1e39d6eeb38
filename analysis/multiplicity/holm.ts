import { requireProbability } from '../requirements.ts';
import { ranksUp } from './ranked.ts';

/**
 * Holm's step-down adjusted p-values, in the order of the input: p̃(i) = max over j ≤ i of min(1, (m − j + 1)·p(j)), the
 * p-values in rising order (Holm 1979, "A simple sequentially rejective multiple test procedure"; Wright 1992 for the
 * adjusted form). Use it where not one of several conclusions may be false: those with p̃ ≤ α are false together with
 * probability at most α, whatever the dependence between the tests. Equal p-values get equal adjusted ones.
 * @param p p-values of one family, each from 0 to 1; those that do not exist are no part of the family
 * @example holm([0.01, 0.04, 0.03, 0.005, 0.55, 0.6]) // [0.05, 0.12, 0.12, 0.03, 1, 1]
 */
export function holm(p: readonly number[]): readonly number[] {
  p.forEach((value, i) => {
    requireProbability(`p[${i}]`, value);
  });
  const adjusted = new Array<number>(p.length).fill(0);
  let largest = 0;
  ranksUp(p).forEach((at, rank) => {
    largest = Math.max(largest, Math.min(1, (p.length - rank) * (p[at] ?? 0)));
    adjusted[at] = largest;
  });
  return adjusted;
}
