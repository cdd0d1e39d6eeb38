import { AnalysisInputError } from '../input-error.ts';
import { type Outcome, unknown } from '../outcome.ts';
import { isImpossible, logEvidence } from './e-process.ts';
import { logAverage, requireThresholds, type StartCounts, startsAfter } from './late-starts.ts';
import { DEFAULT_PRIOR, requirePrior, type SampleRatioPrior } from './prior.ts';
import { requireArms, requireWeights } from './require-arms.ts';

/** What is fixed before the first unit of an epoch. */
export interface SampleRatioPlan {
  /** Declared shares, in any unit: only their proportions count. */
  readonly weights: readonly number[];
  readonly prior?: SampleRatioPrior;
  /** Units after which a further process starts, rising; none for a single process from the first unit. */
  readonly lateStarts?: readonly number[];
}

/** A plain record, to be stored between looks; JSON keeps every bit of it. */
export interface SampleRatioState {
  readonly weights: readonly number[];
  readonly prior: SampleRatioPrior;
  readonly lateStarts: readonly number[];
  readonly units: readonly number[];
  /** Units per arm at the start of each process that started late. */
  readonly starts: StartCounts;
  /** ln of the average E at the last look; null where an arm of weight 0 has units. */
  readonly logE: number | null;
  /** The largest so far. */
  readonly logMaxE: number | null;
}

/** So that a split that breaks late is not diluted by all the units before. */
const DEFAULT_LATE_STARTS = [1000, 10_000, 100_000, 1_000_000, 10_000_000];

/**
 * The state of a sequential sample-ratio test before its first unit. One per epoch: weights are constant within it.
 * @example startSampleRatio({ weights: [1, 1] }) // { units: [0, 0], logE: 0, logMaxE: 0 }
 */
export function startSampleRatio({
  weights,
  prior = DEFAULT_PRIOR,
  lateStarts = DEFAULT_LATE_STARTS,
}: SampleRatioPlan): SampleRatioState {
  requireWeights(weights);
  requirePrior(prior, weights.length);
  requireThresholds('lateStarts', lateStarts);
  return {
    weights,
    prior,
    lateStarts,
    units: weights.map(() => 0),
    starts: [],
    logE: 0,
    logMaxE: 0,
  };
}

/**
 * The state after a look at cumulative units per arm. E is the average of `sampleRatioEProcess` from the first unit
 * (weight .8) and of the same from later looks on (.2 together): an average of e-processes with weights fixed beforehand
 * is one. Units may arrive in any number between looks; counts must not fall.
 * @param units distinct units per arm since the epoch began, by first impression
 * @example observeSampleRatio(startSampleRatio({ weights: [1, 1], lateStarts: [] }), [1000, 1200]) // { logE: 6.05307, units: [1000, 1200] }
 */
export function observeSampleRatio(state: SampleRatioState, units: readonly number[]): SampleRatioState {
  const { weights, prior, lateStarts } = state;
  requireArms(units, weights);
  units.forEach((count, i) => {
    const before = state.units[i] ?? 0;
    if (count < before) throw new AnalysisInputError(`units[${i}]`, `at least the ${before} counted before`);
  });
  if (isImpossible(units, weights)) return { ...state, units, logE: null, logMaxE: null };
  const starts = startsAfter(state.starts, lateStarts, units);
  const logs = [weights.map(() => 0), ...starts].map((start) =>
    logEvidence(
      units.map((count, i) => count - (start[i] ?? 0)),
      weights,
      prior,
    ),
  );
  const logE = logAverage(logs, lateStarts);
  const logMaxE = state.logMaxE === null ? null : Math.max(state.logMaxE, logE);
  return { ...state, units, starts, logE, logMaxE };
}

/** Evidence against the weights, now and at its largest. */
export interface SequentialSampleRatio {
  readonly logE: number | null;
  readonly logMaxE: number | null;
  /** The running minimum of min(1, 1/E): alarm where it is at most α, at any time. */
  readonly p: number;
}

/**
 * What a monitored sample ratio says: p is a sequential p-value (Johari et al. 2022), which never rises. Unknown with
 * `no-units` or `one-arm`.
 * @example sequentialSampleRatio(
 *   observeSampleRatio(startSampleRatio({ weights: [1, 1], lateStarts: [] }), [1000, 1200]),
 * ) // { p: 0.00235063 }
 */
export function sequentialSampleRatio(state: SampleRatioState): Outcome<SequentialSampleRatio> {
  const { weights, units, logE, logMaxE } = state;
  if (units.every((count) => count === 0)) return unknown('no-units');
  if (logMaxE === null) return { kind: 'estimate', logE, logMaxE, p: 0 };
  if (weights.filter((weight) => weight > 0).length === 1) return unknown('one-arm');
  return { kind: 'estimate', logE, logMaxE, p: Math.exp(-logMaxE) };
}
