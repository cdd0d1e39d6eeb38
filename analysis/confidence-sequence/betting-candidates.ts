import type { BoundSides } from './beta-binomial.ts';

/**
 * Candidate means in [0, 1], rising. The first and the last are the ends of the range or ruled out: the true mean is looked
 * for between them.
 */
export interface Candidates {
  readonly means: readonly number[];
  /** ln of the capital of betting on a mean above the candidate; falls from candidate to candidate. */
  readonly logHigher: readonly number[];
  /** ln of the capital of betting on a mean below it; rises. */
  readonly logLower: readonly number[];
}

/** Cells between candidates at first; they are halved when as few as a half are left. */
const CELLS = 256;
/** The largest share of the capital that is bet. */
const LARGEST_SHARE = 0.5;

/** Candidates that are being worked on, so that a long series makes no copy per value. */
interface Working {
  means: number[];
  logHigher: number[];
  logLower: number[];
}

/** Candidates at equal distances over [0, 1], without a bet yet. */
export function evenCandidates(): Candidates {
  const means = Array.from({ length: CELLS + 1 }, (_, i) => i / CELLS);
  return { means, logHigher: means.map(() => 0), logLower: means.map(() => 0) };
}

/** A copy to work on. */
export function copyOf({ means, logHigher, logLower }: Candidates): Working {
  return { means: [...means], logHigher: [...logHigher], logLower: [...logLower] };
}

/** Bets on one value for and against each candidate, in place. */
export function placeBets({ means, logHigher, logLower }: Working, x: number, bet: number): void {
  for (const [i, m] of means.entries()) {
    const higher = bet * m <= LARGEST_SHARE ? bet : LARGEST_SHARE / m;
    const lower = bet * (1 - m) <= LARGEST_SHARE ? bet : LARGEST_SHARE / (1 - m);
    logHigher[i] = (logHigher[i] ?? 0) + Math.log1p(higher * (x - m));
    logLower[i] = (logLower[i] ?? 0) + Math.log1p(-lower * (x - m));
  }
}

/** ln of the capital that rules a mean out as too low, and as too high. */
export interface Limits {
  readonly higher: number;
  readonly lower: number;
}

/**
 * What rules means out. Where a single bound is asked for, the other side is still followed, at 10⁻⁶, to know where
 * candidates are wanted: this takes nothing from alpha, as it only keeps the bound from moving past.
 * @param logInverse ln(1/α) of each bound
 */
export function limitsFor(sides: BoundSides, logInverse: number): Limits {
  const focus = Math.max(logInverse, Math.log(1e6));
  return { higher: sides === 'upper' ? focus : logInverse, lower: sides === 'lower' ? focus : logInverse };
}

/**
 * Leaves the candidates between the highest that is too low and the lowest that is too high; null where none lies between.
 * What capital rules out a mean rules out all beyond it, since capital is monotone in the candidate.
 */
export function prune(candidates: Working, { higher, lower }: Limits): Working | null {
  const { means, logHigher, logLower } = candidates;
  let from = 0;
  let to = means.length - 1;
  while (from < means.length && (logHigher[from] ?? 0) >= higher) from += 1;
  while (to >= 0 && (logLower[to] ?? 0) >= lower) to -= 1;
  from = Math.max(0, from - 1);
  to = Math.min(means.length - 1, to + 1);
  if (from >= to) return null;
  if (to - from > CELLS / 2) {
    if (to - from === means.length - 1) return candidates;
    return {
      means: means.slice(from, to + 1),
      logHigher: logHigher.slice(from, to + 1),
      logLower: logLower.slice(from, to + 1),
    };
  }
  return halve(candidates, from, to);
}

/**
 * The candidates from … to with one more in the middle of each cell. A new candidate takes over the smaller capital of its
 * two neighbours, which its own would have exceeded: so that it is ruled out too late rather than too early.
 */
function halve({ means, logHigher, logLower }: Working, from: number, to: number): Working {
  const finer: Working = { means: [], logHigher: [], logLower: [] };
  for (let i = from; i <= to; i += 1) {
    const mean = means[i] ?? 0;
    const next = means[i + 1] ?? 1;
    finer.means.push(mean);
    finer.logHigher.push(logHigher[i] ?? 0);
    finer.logLower.push(logLower[i] ?? 0);
    if (i === to) break;
    finer.means.push(mean + (next - mean) / 2);
    finer.logHigher.push(logHigher[i + 1] ?? 0);
    finer.logLower.push(logLower[i] ?? 0);
  }
  return finer;
}
