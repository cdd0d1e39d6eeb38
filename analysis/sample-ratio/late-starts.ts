import { AnalysisInputError } from '../input-error.ts';
import { logMeanExp } from './log-mean-exp.ts';

/** Weight of the process that runs from the first count; the others share the rest. */
const FIRST_WEIGHT = 0.8;

/** Counts per arm at which each late process starts, in the order of their thresholds. */
export type StartCounts = readonly (readonly number[])[];

/**
 * The counts at which processes have started late, after a look at cumulative counts: every threshold that their total has
 * reached starts its process here. So a process starts at the first look at or after its threshold, never before: a
 * stopping time of what has been seen, from which on an e-process is one as much as from the threshold itself. A jump over
 * several thresholds starts several processes at the same counts.
 * @param thresholds rising totals
 * @example startsAfter([[60, 40]], [100, 1000, 10_000], [700, 600]) // [[60, 40], [700, 600]]
 */
export function startsAfter(
  starts: StartCounts,
  thresholds: readonly number[],
  counts: readonly number[],
): StartCounts {
  let total = 0;
  for (const count of counts) total += count;
  let started = starts.length;
  while ((thresholds[started] ?? Number.POSITIVE_INFINITY) <= total) started += 1;
  if (started === starts.length) return starts;
  return [...starts, ...Array.from({ length: started - starts.length }, () => counts)];
}

/**
 * ln of the average of e-processes given by their logarithms: the one from the first count with weight .8, those that have
 * started late, and, at E = 1, those that have not; the late ones share .2 equally. With weights fixed beforehand the
 * average of e-processes is an e-process (Vovk & Wang 2021).
 * @param logs ln E from the first count, then of those started late
 * @param thresholds one for each late process, started or not
 * @example logAverage([Math.log(6)], [100, 1000]) // 1.6094379124
 */
export function logAverage(logs: readonly number[], thresholds: readonly number[]): number {
  if (thresholds.length === 0) return logs[0] ?? 0;
  const each = (1 - FIRST_WEIGHT) / thresholds.length;
  const unstarted = thresholds.length - (logs.length - 1);
  const weights = logs.map((_, i) => (i === 0 ? FIRST_WEIGHT : each));
  return unstarted === 0
    ? logMeanExp(logs, weights)
    : logMeanExp([...logs, 0], [...weights, each * unstarted]);
}

/**
 * Rising whole thresholds above 0, or an `AnalysisInputError`.
 * @example [100, 1000].map((_, i, all) => requireThresholds('lateStarts', all) ?? i) // [0, 1]
 */
export function requireThresholds(field: string, thresholds: readonly number[]): void {
  thresholds.forEach((threshold, i) => {
    if (!Number.isSafeInteger(threshold) || threshold <= (thresholds[i - 1] ?? 0))
      throw new AnalysisInputError(`${field}[${i}]`, 'a whole number above 0 and above the one before');
  });
}
