import { requireFinite } from '../requirements.ts';
import type { Soundness } from './status.ts';

/**
 * Do the capped and the raw metric point the same way? Where their differences have opposite signs the few units beyond
 * the cap decide what the product is said to do: `suspect`, and both belong on the page. (Caps are pooled over arms and
 * frozen before sums, so the cap itself favours no arm.)
 * @param capped treatment − control of the capped metric; `raw` of the same metric without the cap
 * @example cappedAgainstRaw({ capped: 0.12, raw: -0.4 }) // { status: 'suspect', capped: 0.12, raw: -0.4 }
 */
export function cappedAgainstRaw(input: {
  readonly capped: number;
  readonly raw: number;
}): Soundness<{ readonly capped: number; readonly raw: number }> {
  const { capped, raw } = input;
  requireFinite('capped', capped);
  requireFinite('raw', raw);
  const differ = Math.sign(capped) * Math.sign(raw) < 0;
  return { kind: 'estimate', status: differ ? 'suspect' : 'sound', capped, raw };
}
