import {
  epochAlpha,
  observeSampleRatio,
  type SampleRatioState,
  sampleRatioChiSquare,
  sequentialSampleRatio,
  startSampleRatio,
  unitsInTwoVariants,
} from '../../analysis/index.ts';
import type { EpochLook } from './decide-input.ts';
import type { Decision } from './decision-document.ts';

/** Of false alarms over all epochs: an alarm holds a rollout, and asks more of every breach. */
const SAMPLE_RATIO_ALPHA = 0.001;

/** Whether the arms of an epoch may be compared. */
export interface EpochSoundness {
  readonly sampleRatio: Decision['sampleRatio'];
  /** Units fit no declared split: the weights say nothing of how many events each arm should have. */
  readonly splitIsOff: boolean;
  /** Why the comparison is unsound; empty where it is not. */
  readonly faults: readonly string[];
}

/** The epoch's sequential test after a look; null where its weights say nothing. Counts that fall are taken at their largest. */
export function observeSplit(before: SampleRatioState | null, { arms }: EpochLook): SampleRatioState | null {
  if (!arms.some(({ weight }) => weight > 0)) return null;
  const state = before ?? startSampleRatio({ weights: arms.map(({ weight }) => weight) });
  return observeSampleRatio(
    state,
    arms.map(({ units }, at) => Math.max(units, state.units[at] ?? 0)),
  );
}

/** What an epoch's split says by now. */
export function soundnessOf(epoch: EpochLook, state: SampleRatioState | null): EpochSoundness {
  const total = epoch.arms.reduce((sum, { units }) => sum + units, 0);
  if (state === null)
    return {
      sampleRatio: { status: 'unknown', p: null, sequentialP: null },
      splitIsOff: true,
      faults: [`The weights of epoch ${epoch.number} are not known, so its arms cannot be compared.`],
    };
  const sequential = sequentialSampleRatio(state);
  const fixed = sampleRatioChiSquare({ units: state.units, weights: state.weights });
  const sequentialP = sequential.kind === 'unknown' ? null : sequential.p;
  const mismatch = sequentialP !== null && sequentialP <= epochAlpha(SAMPLE_RATIO_ALPHA, epoch.number);
  const mixed = unitsInTwoVariants({
    units: Math.max(total, epoch.multipleVariants),
    multipleVariants: epoch.multipleVariants,
  });
  return {
    sampleRatio: {
      status: sequentialP === null ? 'unknown' : mismatch ? 'mismatch' : 'ok',
      p: fixed.kind === 'unknown' ? null : fixed.p,
      sequentialP,
    },
    splitIsOff: mismatch,
    faults: [
      ...(mismatch ? [mismatchSentence(epoch)] : []),
      ...(mixed.kind === 'estimate' && mixed.status === 'suspect' && epoch.multipleVariants >= MIXED_AT_LEAST
        ? [
            `${epoch.multipleVariants} of ${total} units of epoch ${epoch.number} met two variants: too many to leave out at random.`,
          ]
        : []),
    ],
  };
}

/** One unit of fifty is more than 1 %, and no reason to stop. */
const MIXED_AT_LEAST = 10;

function mismatchSentence({ number, arms }: EpochLook): string {
  const counts = arms
    .map(({ variant, units, weight }) => `${variant} ${units} (weight ${weight})`)
    .join(', ');
  return `The arms of epoch ${number} do not fit their weights: ${counts}.`;
}
