import type { Outcome } from '../outcome.ts';
import {
  miettinenNurminenInterval,
  miettinenNurminenRatioInterval,
  miettinenNurminenRatioZ,
  miettinenNurminenZ,
  type Table,
} from '../proportions/index.ts';
import { normalQuantile, normalSurvival } from '../special/index.ts';
import type { Boundary } from './margin.ts';
import type { OneSidedTest } from './one-sided-test.ts';

/** The same of two proportions by Miettinen and Nurminen's scores: of the difference, or of the ratio 1 + lift. */
export function oneSidedTestOfProportions(
  table: Table,
  { kind, at, side }: Boundary,
  alpha: number,
): Outcome<OneSidedTest> {
  const score = kind === 'absolute' ? miettinenNurminenZ(table, at) : miettinenNurminenRatioZ(table, 1 + at);
  if (score.kind === 'unknown') return score;
  const bound = boundOf(table, { kind, at, side }, alpha);
  if (bound.kind === 'unknown') return bound;
  const p = normalSurvival(side === 'above' ? score.z : -score.z);
  return { kind: 'estimate', statistic: score.z, df: null, p, bound: bound.value };
}

function boundOf(
  table: Table,
  { kind, side }: Boundary,
  alpha: number,
): Outcome<{ readonly value: number | null }> {
  const end = side === 'above' ? 0 : 1;
  const critical = -normalQuantile(alpha);
  if (kind === 'absolute')
    return { kind: 'estimate', value: miettinenNurminenInterval(table, critical)[end] };
  const ratio = miettinenNurminenRatioInterval(table, critical);
  if (ratio.kind === 'unknown') return ratio;
  const value = ratio.ci[end];
  return { kind: 'estimate', value: value === null ? null : value - 1 };
}
