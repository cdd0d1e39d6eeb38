import { betaBinomialBounds } from '../confidence-sequence/index.ts';
import { requireCount, requireFraction } from '../requirements.ts';
import { logAverage } from '../sample-ratio/index.ts';
import { boundaryOf, type Pair } from './plan.ts';
import { type GuardrailState, logProcesses } from './state.ts';
import { logTruncatedMixture, mixtureOver } from './truncated-mixture.ts';

/** Units by the arm of their first impression in the epoch, also those excluded later. */
export interface FirstImpressions {
  readonly treatment: number;
  readonly control: number;
}

/** A guardrail's harm with the treatment's share as observed. */
export interface HarmAtObservedShare {
  /** The end of the share's confidence sequence at which harm is hardest to show: the upper where an increase harms. */
  readonly share: number;
  /** ln of the average E there, now; null where the bound is 0 or 1, so that nothing can be shown. */
  readonly logE: number | null;
  /** Whether harm is shown there too. */
  readonly holds: boolean;
}

/**
 * Whether harm holds with the treatment's share of the pair taken from the units themselves, not from the weights: to be
 * asked where the sample ratio has alarmed or the weights are unknown, since a split that is not as declared looks like
 * harm. The share is put at the end of a confidence sequence (beta-binomial mixture of Robbins 1970, two-sided at
 * `shareAlpha`) that speaks against harm, and E is computed afresh there from the counts of the last look. Wrong with
 * probability at most alpha + shareAlpha, at any time, as E falls when the share is moved that way.
 * @param alpha what harm is tested at
 * @param shareAlpha what the share's interval is made at
 * @example harmAtObservedShare(
 *   observeGuardrail(startGuardrail({ share: 0.5, direction: 'increaseIsBad', margin: 0 }), { treatment: 550, control: 450 }),
 *   { treatment: 55_000, control: 45_000 },
 *   0.05,
 *   0.01,
 * ) // { share: 0.557078, holds: false }
 */
export function harmAtObservedShare(
  state: GuardrailState,
  impressions: FirstImpressions,
  alpha: number,
  shareAlpha: number,
): HarmAtObservedShare {
  requireFraction('alpha', alpha);
  requireFraction('shareAlpha', shareAlpha);
  requireCount('impressions.treatment', impressions.treatment);
  requireCount('impressions.control', impressions.control);
  const { treatment, control } = impressions;
  const [lower, upper] = betaBinomialBounds({ n: treatment + control, events: treatment }, shareAlpha);
  const share = state.direction === 'increaseIsBad' ? upper : lower;
  if (share === 0 || share === 1) return { share, logE: null, holds: false };
  const { side, concentrations } = state.harm.mixture;
  const boundary: Pair = boundaryOf({ share, direction: state.direction, margin: state.margin });
  const mixture = mixtureOver(boundary, side, concentrations);
  const logs = logProcesses(state, (counts) => logTruncatedMixture(mixture, counts));
  const logE = logAverage(logs, state.lateStarts);
  return { share, logE, holds: logE >= -Math.log(alpha) };
}
