import { armSummary, type Moments } from '../../analysis/index.ts';
import type { ArmResult, MetricResult } from './results-document.ts';
import { comparableEpochs, type EpochStratum } from './strata.ts';

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

/** The mean of one component of the unit vectors. */
const meanOf = ({ centre, sums, n }: Moments, component: number): number =>
  (centre[component] ?? 0) + (sums[component] ?? 0) / n;

/** The epochs in which the arm is compared with another; all of its own where there is none. */
function epochsOf(
  strata: readonly EpochStratum[],
  variant: string,
  { control, variants }: { control: string; variants: readonly string[] },
): readonly EpochStratum[] {
  const others = variant === control ? variants.filter((other) => other !== control) : [control];
  const compared = new Set(others.flatMap((other) => comparableEpochs(strata, variant, other)));
  return compared.size === 0 ? strata : strata.filter(({ epoch }) => compared.has(epoch));
}

/**
 * One arm of one metric as it is shown. Over several epochs the mean is Σ w_k·m_k with w_k the epoch's share of all
 * arms' units (of a ratio, Σ w_k·ā_k / Σ w_k·b̄_k), over the epochs in which the arm is compared, so that a ramp cannot make
 * the shown means contradict the difference; the sd is the pooled one within epochs.
 */
export function armResult(
  variant: string,
  type: MetricResult['type'],
  strata: readonly EpochStratum[],
  arms: { readonly control: string; readonly variants: readonly string[] },
): ArmResult {
  const cells = epochsOf(strata, variant, arms).flatMap((stratum) => {
    const moments = stratum.arms[variant];
    if (moments === undefined || moments.n === 0) return [];
    const weight = total(Object.values(stratum.arms).map((arm) => arm.n));
    return [
      {
        weight: type === 'ratio' ? weight * meanOf(moments, 1) : weight,
        units: moments.n,
        summary: armSummary(moments, type === 'ratio' ? 'ratio' : 'mean'),
      },
    ];
  });
  const units = total(cells.map((cell) => cell.units));
  const nothing = (reason: string): ArmResult => ({ variant, units, mean: null, sd: null, reason });
  const known = cells.flatMap(({ summary, ...cell }) =>
    summary.kind === 'estimate' ? [{ ...cell, mean: summary.mean, sd: summary.sd }] : [],
  );
  if (known.length === 0) {
    const [first] = cells;
    return nothing(first?.summary.kind === 'unknown' ? first.summary.reason : 'no-units');
  }
  const weights = total(known.map((cell) => cell.weight));
  const freedom = total(known.map((cell) => cell.units - 1));
  return {
    variant,
    units,
    // One epoch needs no weights, and a product and a quotient would cost its last digit.
    mean:
      known.length === 1 && known[0]
        ? known[0].mean
        : total(known.map((cell) => (cell.weight / weights) * cell.mean)),
    sd: Math.sqrt(total(known.map((cell) => ((cell.units - 1) / freedom) * cell.sd ** 2))),
    reason: null,
  };
}
