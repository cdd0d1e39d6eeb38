import { requireCount, requireFraction } from '../requirements.ts';

/**
 * The share of α that the k-th epoch may spend, α·6/(π²k²): the shares of all epochs there will ever be sum to α, since
 * Σ1/k² = π²/6 (Euler), so that nobody has to know beforehand how many epochs an experiment will have.
 * @param epoch k, from 1
 * @example epochAlpha(0.05, 1) // 0.030396355
 */
export function epochAlpha(alpha: number, epoch: number): number {
  requireFraction('alpha', alpha);
  requireCount('epoch', epoch, 1);
  return alpha * epochShare(epoch);
}

/**
 * The k-th epoch's share of what there is for all, 6/(π²k²).
 * @example epochShare(2) // 0.151981775
 */
export function epochShare(epoch: number): number {
  return 6 / (Math.PI * epoch) ** 2;
}
