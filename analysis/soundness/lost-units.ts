import { AnalysisInputError } from '../input-error.ts';
import { holm } from '../multiplicity/index.ts';
import { unknown } from '../outcome.ts';
import { requireCount } from '../requirements.ts';
import { incompleteBeta } from '../special/index.ts';
import { ALARM_P, type Soundness } from './status.ts';

/** One arm's units before and after the joins. */
export interface ArmUnits {
  readonly variant: string;
  /** Distinct units with an eligible impression. */
  readonly impressed: number;
  /** Those of them that the analysis holds. */
  readonly analysed: number;
}

/** Units that were seen but not analysed. */
export interface LostUnits {
  readonly lost: number;
  /** lost / impressed. */
  readonly share: number;
  readonly arms: readonly {
    readonly variant: string;
    readonly lost: number;
    /** null where the arm has no units. */
    readonly share: number | null;
    /** Of losing its part of all that are lost, adjusted by Holm over arms; null where nothing is lost. */
    readonly adjustedP: number | null;
  }[];
}

/** Losing more than this, even alike in all arms, is no rounding of windows but a fault of a join. */
const TOLERATED_SHARE = 0.01;

/**
 * Impressions against analysed units: units that joins lose are no harm only if all arms lose alike. Given how many are
 * lost in all, those of an arm are about binomial with the arm's share of the units; two-sided exact tests (twice the
 * smaller tail, Clopper & Pearson 1934), Holm over arms. `broken` if an arm's adjusted p is below .001, `suspect` if more
 * than 1 % of all units are lost. Unknown with `no-units`.
 * @example lostUnits([
 *   { variant: 'control', impressed: 10000, analysed: 9990 },
 *   { variant: 'treatment', impressed: 10000, analysed: 9940 },
 * ]) // { status: 'broken', lost: 70, share: 0.0035, arms: [{ lost: 10, share: 0.001 }, { lost: 60, share: 0.006, adjustedP: 1.6009646799e-9 }] }
 */
export function lostUnits(arms: readonly ArmUnits[]): Soundness<LostUnits> {
  arms.forEach(({ impressed, analysed }, i) => {
    requireCount(`arms[${i}].impressed`, impressed);
    requireCount(`arms[${i}].analysed`, analysed);
    if (analysed > impressed)
      throw new AnalysisInputError(`arms[${i}].analysed`, `at most impressed (${impressed})`);
  });
  const impressed = arms.reduce((sum, arm) => sum + arm.impressed, 0);
  if (impressed === 0) return unknown('no-units');
  const losses = arms.map((arm) => arm.impressed - arm.analysed);
  const lost = losses.reduce((sum, loss) => sum + loss, 0);
  const compared = arms.filter((arm) => arm.impressed > 0 && arm.impressed < impressed).length > 1;
  const adjusted = holm(
    arms.map((arm, i) =>
      lost > 0 && compared ? twoSided(losses[i] ?? 0, lost, arm.impressed / impressed) : 1,
    ),
  );
  const share = lost / impressed;
  const uneven = adjusted.some((p) => p < ALARM_P);
  return {
    kind: 'estimate',
    status: uneven ? 'broken' : share > TOLERATED_SHARE ? 'suspect' : 'sound',
    lost,
    share,
    arms: arms.map((arm, i) => ({
      variant: arm.variant,
      lost: losses[i] ?? 0,
      share: arm.impressed === 0 ? null : (losses[i] ?? 0) / arm.impressed,
      adjustedP: lost > 0 && compared ? (adjusted[i] ?? 1) : null,
    })),
  };
}

/** Twice the smaller tail of a binomial, by the incomplete beta. */
function twoSided(count: number, trials: number, share: number): number {
  if (share === 0) return 1;
  const atLeast = count === 0 ? 1 : incompleteBeta(share, count, trials - count + 1);
  const atMost = count === trials ? 1 : incompleteBeta(1 - share, trials - count, count + 1);
  return Math.min(1, 2 * Math.min(atLeast, atMost));
}
