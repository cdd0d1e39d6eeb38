import { requireDomain } from './domain.ts';
import { logComplement } from './log-complement.ts';
import { studentTAreas } from './student-t-areas.ts';
import { studentTTail } from './student-t-tail.ts';

/**
 * ln P(T > t) of Student's t distribution with df > 0 degrees of freedom, also where the tail underflows; for t far below
 * 0 from the lower tail, so that a logarithm near 0 keeps its digits. −∞ at t = ∞.
 * @example studentTLogSurvival(100, 1000) // -1203.27314725751
 */
export function studentTLogSurvival(t: number, df: number): number {
  requireDomain(!Number.isNaN(t), 't', 'a number');
  requireDomain(df > 0 && df < Number.POSITIVE_INFINITY, 'df', 'a finite number above 0');
  if (Math.abs(t) === Number.POSITIVE_INFINITY) return t > 0 ? Number.NEGATIVE_INFINITY : 0;
  const { tail } = studentTAreas(Math.abs(t), df);
  if (t < 0) return logComplement(tail);
  if (tail > 1e-290) return Math.log(tail);
  const { log, factor } = studentTTail(t, df);
  return log + Math.log(factor);
}
