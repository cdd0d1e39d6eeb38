import type { Interval } from '../effects.ts';
import { AnalysisInputError } from '../input-error.ts';
import { requireFinite, requireNotNegative } from '../requirements.ts';
import type { HarmfulDirection } from './plan.ts';
import type { GuardrailVerdict } from './verdict.ts';

/** What change is still borne, in the metric's unit or as a fraction of control's figure. */
export interface GuardrailMargin {
  readonly kind: 'absolute' | 'relative';
  readonly value: number;
}

/** Two arms' confidence sequences, each at half the guardrail's alpha, and what is asked of them. */
export interface GuardrailBounds {
  readonly control: Interval;
  readonly treatment: Interval;
  readonly direction: HarmfulDirection;
  readonly margin: GuardrailMargin;
  /** Whether safety is tested too; it is where the margin is above 0, unless said otherwise. */
  readonly safety?: boolean;
}

/** What bounds of two arms say about a margin. */
export interface BoundsVerdict {
  readonly verdict: GuardrailVerdict;
  /** Treatment − control, in the metric's unit. */
  readonly difference: Interval;
  /** How far the change is beyond the margin, in the harmful direction. */
  readonly beyondMargin: Interval;
}

/**
 * A guardrail's verdict from a confidence sequence of each arm (beta-binomial for proportions with an absolute margin or a
 * high base rate; empirical-Bernstein or betting for capped means), each at α/2: harm where even the nearest ends of the
 * bounds are beyond the margin, safety where even the farthest are inside it. By Bonferroni both are wrong together with
 * probability at most α, over all looks. A relative margin M compares with (1 ± M) times control. Safety at margin 0 is
 * refused: no data could show it.
 * @example boundsVerdict({
 *   control: betaBinomialBounds({ n: 10_000, events: 9000 }, 0.005),
 *   treatment: betaBinomialBounds({ n: 10_000, events: 10_000 }, 0.005),
 *   direction: 'increaseIsBad',
 *   margin: { kind: 'absolute', value: 0 },
 * }) // { verdict: 'harm', difference: [0.08555, 0.11408] }
 */
export function boundsVerdict(bounds: GuardrailBounds): BoundsVerdict {
  const { control, treatment, margin } = bounds;
  requireInterval('control', control);
  requireInterval('treatment', treatment);
  requireNotNegative('margin.value', margin.value);
  const { safety = margin.value > 0 } = bounds;
  if (safety && margin.value === 0)
    throw new AnalysisInputError('margin.value', 'above 0 where safety is to be shown');
  const beyondMargin = beyond(bounds);
  return {
    verdict: beyondMargin[0] > 0 ? 'harm' : safety && beyondMargin[1] < 0 ? 'safe' : 'inconclusive',
    difference: [treatment[0] - control[1], treatment[1] - control[0]],
    beyondMargin,
  };
}

function beyond({ control, treatment, direction, margin }: GuardrailBounds): Interval {
  const rises = direction === 'increaseIsBad';
  const relative = margin.kind === 'relative' ? margin.value : 0;
  if (!rises && relative >= 1)
    throw new AnalysisInputError('margin.value', 'below 1 where a decrease is bad');
  const absolute = margin.kind === 'absolute' ? margin.value : 0;
  // With a factor above 0, the ends of control times it stay in order.
  const [low, high] = control.map((end) => end * (rises ? 1 + relative : 1 - relative)) as [number, number];
  return rises
    ? [treatment[0] - high - absolute, treatment[1] - low - absolute]
    : [low - treatment[1] - absolute, high - treatment[0] - absolute];
}

function requireInterval(field: string, [lower, upper]: Interval): void {
  requireFinite(`${field}[0]`, lower);
  requireFinite(`${field}[1]`, upper);
  if (lower > upper) throw new AnalysisInputError(`${field}[1]`, 'at least the lower bound');
}
