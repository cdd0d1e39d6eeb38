import { requireFinite, requirePositive } from '../requirements.ts';
import type { Soundness } from './status.ts';

const Z_TOO_LARGE = 8;
const DETECTABLE_LIFTS_TOO_LARGE = 10;

/**
 * Twyman's law, "any figure that looks interesting is usually wrong" (Kohavi, Tang & Xu 2020, chapter 3): an effect of
 * more than eight standard errors, or of more than ten times what the experiment was planned to detect, is more often a
 * fault of logging than a discovery. `suspect`, never `broken`: it may be true.
 * @param lift as a fraction, with `minimumDetectableLift`; null where there is none
 * @example twyman({ z: 3.1, lift: -0.6, minimumDetectableLift: 0.05 }) // { status: 'suspect', detectableLifts: 12 }
 */
export function twyman(input: {
  readonly z: number;
  readonly lift: number | null;
  readonly minimumDetectableLift: number | null;
}): Soundness<{
  readonly z: number;
  /** |lift| in minimum detectable lifts; null without them. */
  readonly detectableLifts: number | null;
}> {
  const { z, lift, minimumDetectableLift } = input;
  requireFinite('z', z);
  if (lift !== null) requireFinite('lift', lift);
  if (minimumDetectableLift !== null) requirePositive('minimumDetectableLift', minimumDetectableLift);
  const ratio =
    lift === null || minimumDetectableLift === null ? null : Math.abs(lift) / minimumDetectableLift;
  const tooLarge = Math.abs(z) > Z_TOO_LARGE || (ratio !== null && ratio > DETECTABLE_LIFTS_TOO_LARGE);
  const detectableLifts = ratio === null || !Number.isFinite(ratio) ? null : ratio;
  return { kind: 'estimate', status: tooLarge ? 'suspect' : 'sound', z, detectableLifts };
}
