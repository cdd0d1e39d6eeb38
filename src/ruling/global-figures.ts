import type { GlobalFigures, GuardrailState } from './decision-document.ts';

interface Population {
  /** Share of the epoch's units, of all arms, that met the treatment; null: nobody has met the flag. */
  readonly exposure: number | null;
  /** The arms do not fit their weights. */
  readonly splitIsOff: boolean;
}

/**
 * What an effect δ on a share e of the units is over all of them, against everybody having control: with rates r(1 + δ)
 * and r, e·r(1 + δ) + (1 − e)·r = r(1 + e·δ), and likewise for differences (Levin 1953, the numerator of the attributable
 * fraction; Deng & Hu 2015 for diluted effects). Nothing is estimated but δ: e is a count, so the interval is as exact as
 * that of δ. It is of the units that met the flag in this epoch; of others nothing is known here.
 */
export function globalFigures(
  { estimate, ci, method }: Pick<GuardrailState, 'estimate' | 'ci' | 'method'>,
  { exposure, splitIsOff }: Population,
): GlobalFigures {
  const none = (reason: string): GlobalFigures => ({ exposure, estimate: null, ci: null, reason });
  if (exposure === null) return none('no unit has met the flag in this epoch');
  if (method === 'asymptotic') return none('the effect is not known exactly');
  // By counts the effect itself rests on the declared split.
  if (splitIsOff && method === 'counts') return none('the arms do not fit their weights');
  if (estimate === null && ci === null) return none('the effect is not known');
  const diluted = (figure: number | null): number | null => (figure === null ? null : figure * exposure);
  return {
    exposure,
    estimate: diluted(estimate),
    ci: ci === null ? null : [diluted(ci[0]), diluted(ci[1])],
    reason:
      estimate === null || ci === null
        ? 'a part of the effect is not known: see the guardrail’s reason'
        : null,
  };
}
