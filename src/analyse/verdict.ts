import type { Provenance } from '../attribute/index.ts';
import type { Metric } from '../catalogue/index.ts';
import type { SampleRatio, Verdict } from './results-document.ts';

/** What a comparison's figures say, and whether they may be believed. */
export interface Judgement {
  readonly verdict: Verdict;
  /** Why it is withheld; null where it is not. */
  readonly reason: string | null;
}

/** A comparison's verdict may not be given at all: why, or null where it may. */
export function distrust(
  sampleRatio: SampleRatio,
  { untrusted }: Pick<Provenance, 'untrusted'>,
): string | null {
  if (untrusted) return 'moments-differ';
  if (sampleRatio.status === 'mismatch') return 'sample-ratio-mismatch';
  // Without impressions, or where one arm got everybody, the comparison itself says that there is too little.
  if (sampleRatio.status === 'unknown' && !['no-impressions', 'one-arm'].includes(sampleRatio.reason ?? ''))
    return 'sample-ratio-unknown';
  return null;
}

/** Better or worse by the metric's direction where p < alpha; the figures are null where the comparison is unknown. */
export function judge(
  figures: { readonly p: number; readonly estimate: number } | null,
  context: { direction: Metric['direction']; alpha: number; distrust: string | null },
): Judgement {
  if (context.distrust !== null) return { verdict: 'untrusted', reason: context.distrust };
  if (figures === null) return { verdict: 'notEnoughData', reason: null };
  if (!(figures.p < context.alpha) || figures.estimate === 0)
    return { verdict: 'noClearDifference', reason: null };
  const rises = figures.estimate > 0;
  const riseIsBetter = context.direction === 'decreaseIsBad';
  return { verdict: rises === riseIsBetter ? 'better' : 'worse', reason: null };
}
