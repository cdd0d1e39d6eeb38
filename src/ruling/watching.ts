import { AnalysisInputError } from '../../analysis/index.ts';
import { AppError } from '../errors.ts';
import { observeArrivals } from './arrivals.ts';
import type { DecideInput, EpochLook, Look, MetricLook } from './decide-input.ts';
import { observeSplit } from './epoch-soundness.ts';
import { alphaOf, type Grant } from './error-budget.ts';
import type { TreatmentState, Watch } from './treatment-state.ts';
import { beginWatch, observeWatch, shareOf, termsOf } from './watch.ts';

/** What a look has shown. */
export interface Watched {
  readonly state: TreatmentState;
  readonly grants: readonly Grant[];
  /** By metric: why its guardrail says nothing at this look. */
  readonly failures: ReadonlyMap<string, string>;
}

const NOT_COUNTED: MetricLook = { kind: 'none', reason: 'its moments are not made yet' };

/** Begins the watches that are missing, and takes a look with all of them. Each epoch has its own. */
export function watch(input: DecideInput, look: Look, before: TreatmentState): Watched {
  const failures = new Map<string, string>();
  const current = look.epochs.at(-1);
  if (current === undefined) return { state: before, grants: [], failures };
  const { begun, grants, period } = beginWatches(input, current, before);
  const watches = [...before.watches, ...begun].flatMap((one): Watch[] => {
    const guardrail = input.experiment.guardrails.find(
      (planned) => planned.metric === one.metric && termsOf(planned) === one.terms,
    );
    const epoch = look.epochs.find(({ number }) => number === one.epoch);
    // A guardrail that asks something else by now has a watch of its own, and epochs long past tell nothing new.
    if (guardrail === undefined || epoch === undefined) return [];
    const metric = epoch.metrics[one.metric] ?? NOT_COUNTED;
    if (metric.kind === 'none') {
      if (epoch === current) failures.set(one.metric, metric.reason);
      return [one];
    }
    try {
      const at = { now: input.now, dataThrough: look.dataThrough };
      return [observeWatch(one, guardrail, metric, { share: shareOf(epoch, pairOf(input)), ...at })];
    } catch (error) {
      // What one guardrail cannot compute is its own affair; the others keep watching.
      failures.set(one.metric, sentenceOf(error));
      return [one];
    }
  });
  const sampleRatios = look.epochs.flatMap((epoch) => {
    const known = before.sampleRatios.find((one) => one.epoch === epoch.number)?.state ?? null;
    const state = observeSplit(known, epoch);
    return state === null ? [] : [{ epoch: epoch.number, state }];
  });
  const arrivals = observeArrivals(before.arrivals, {
    epoch: current.number,
    effectiveAt: current.effectiveAt,
    units: current.arms.reduce((sum, { units }) => sum + units, 0),
    now: input.now,
  });
  const state = { ...before, period, watches, sampleRatios, arrivals, dataThrough: look.dataThrough };
  return { state, grants, failures };
}

export function pairOf({ experiment, treatment }: DecideInput): { control: string; treatment: string } {
  return { control: experiment.control, treatment };
}

/** The current epoch's watches that are not there yet: those of one time begin in one period of the ledger. */
function beginWatches(
  input: DecideInput,
  current: EpochLook,
  before: TreatmentState,
): { begun: readonly Watch[]; grants: readonly Grant[]; period: number } {
  const { experiment, now } = input;
  // Where one of the two is given to nobody there is nothing to watch, and nothing is spent.
  const watchable = shareOf(current, pairOf(input)) !== null;
  const missing = experiment.guardrails.filter(
    (guardrail) =>
      watchable &&
      !before.watches.some(
        (one) =>
          one.metric === guardrail.metric && one.epoch === current.number && one.terms === termsOf(guardrail),
      ),
  );
  if (missing.length === 0) return { begun: [], grants: [], period: before.period };
  const period = before.period + 1;
  const late = isLate(input, current, before);
  const begun = missing.map((guardrail) =>
    beginWatch({
      ...{ guardrail, period, now, epoch: current.number },
      alpha: alphaOf(experiment.policy.alpha, {
        ...{ share: guardrail.share, treatments: experiment.treatments, period },
      }),
      after: late ? (current.metrics[guardrail.metric] ?? null) : null,
      earliest: late ? now : current.effectiveAt,
    }),
  );
  const grants = begun.map(({ metric, epoch, alpha, since }) => ({ metric, epoch, period, alpha, since }));
  return { begun, grants, period };
}

/** Whether the question was chosen when data of the epoch could be seen already: then only what comes after it counts. */
function isLate(
  { experiment }: DecideInput,
  { effectiveAt }: EpochLook,
  { resumed }: TreatmentState,
): boolean {
  const began = Date.parse(effectiveAt);
  const changes = [experiment.guardrailsChangedAt, resumed?.at ?? null];
  return changes.some((at) => at !== null && Date.parse(at) > began);
}

function sentenceOf(error: unknown): string {
  if (error instanceof AnalysisInputError || error instanceof AppError)
    return `it could not be computed: ${error.message}`;
  return 'it could not be computed for a reason that the service does not know';
}
