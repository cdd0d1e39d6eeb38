import { requireDomain } from './domain.ts';
import { studentTAreas } from './student-t-areas.ts';

/**
 * The upper tail P(T > t) of Student's t distribution with df > 0 degrees of freedom, which need not be a whole number.
 * @example studentTSurvival(2.22813885198627, 10) // 0.025
 */
export function studentTSurvival(t: number, df: number): number {
  requireDomain(!Number.isNaN(t), 't', 'a number');
  requireDomain(df > 0 && df < Number.POSITIVE_INFINITY, 'df', 'a finite number above 0');
  if (Math.abs(t) === Number.POSITIVE_INFINITY) return t > 0 ? 0 : 1;
  if (t < 0) return 1 - studentTAreas(-t, df).tail;
  return studentTAreas(t, df).tail;
}
