import { AppError } from '../errors.ts';
import type { FailedMetric } from './attribution.ts';
import { type PlanTerms, withMetrics } from './plan-terms.ts';

export interface Done<T> {
  readonly done: readonly T[];
  readonly failed: readonly FailedMetric[];
}

/**
 * Does some work for all metrics at once; where it fails, for each metric alone, so that one that fails stops no other.
 * What is no metric's fault (the store cannot be reached) is thrown.
 */
export async function eachAloneIfNeeded<T>(
  terms: PlanTerms,
  work: (terms: PlanTerms) => Promise<T>,
): Promise<Done<T>> {
  if (terms.metrics.length === 0) return { done: [], failed: [] };
  try {
    return { done: [await work(terms)], failed: [] };
  } catch (error) {
    if (!mayBlameMetric(error)) throw error;
    const [metric, ...others] = terms.metrics;
    if (metric === undefined || others.length === 0)
      return { done: [], failed: [{ metric: metric?.definition.key ?? '', reason: error.message }] };
    const done: T[] = [];
    const failed: FailedMetric[] = [];
    for (const one of terms.metrics) {
      const alone = await eachAloneIfNeeded(withMetrics(terms, [one]), work);
      done.push(...alone.done);
      failed.push(...alone.failed);
    }
    return { done, failed };
  }
}

/** Whether a metric may be to blame: not where the store cannot be reached, nor for a bug. */
export function mayBlameMetric(error: unknown): error is AppError {
  return error instanceof AppError && error.code !== 'unavailable';
}
