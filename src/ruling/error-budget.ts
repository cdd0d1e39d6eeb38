import { epochAlpha } from '../../analysis/index.ts';

/** What the ledger grants one guardrail for one treatment in one period; a line that is written once. */
export interface Grant {
  readonly metric: string;
  readonly epoch: number;
  readonly period: number;
  readonly alpha: number;
  readonly since: string;
}

/**
 * What a guardrail may spend that begins to watch in the k-th period: the promised alpha times its share, divided over the
 * treatments, times 6/(π²k²). A period begins with an epoch, with other terms of a guardrail, and with a resumption, and none
 * ever begins again, so that the grants of all periods there will ever be sum to the promised alpha at most.
 * @param budget promised for the whole rollout: the probability that a harmless change is stopped
 */
export function alphaOf(
  budget: number,
  {
    share,
    treatments,
    period,
  }: { readonly share: number; readonly treatments: number; readonly period: number },
): number {
  return (epochAlpha(budget, period) * share) / treatments;
}
