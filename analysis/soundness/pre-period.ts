import { compareMeans } from '../comparison/index.ts';
import type { Moments } from '../moments/index.ts';
import { holm } from '../multiplicity/index.ts';
import { unknown } from '../outcome.ts';
import { withinField } from '../requirements.ts';
import { ALARM_P, type Soundness, type SoundnessStatus } from './status.ts';

/** A metric over the time before the first impression, [a] per unit. */
export interface PrePeriodMetric {
  readonly metric: string;
  readonly control: Moments;
  readonly treatment: Moments;
}

/** How the arms differed before there was anything to differ. */
export interface PrePeriodDifference {
  readonly metric: string;
  readonly status: SoundnessStatus;
  readonly estimate: number;
  readonly p: number;
  /** By Holm over the metrics. */
  readonly adjustedP: number;
}

/**
 * The pre-period as an A/A test: before their first impression units of both arms lived with the same product, so a
 * difference means that assignment was not random (carry-over of an earlier experiment, a biased hash; Kohavi, Tang & Xu
 * 2020, "Trustworthy online controlled experiments", chapters 19 and 23). Welch's t test per metric, Holm over metrics,
 * ranked; `broken` below .001. Metrics that cannot be compared are left out. Unknown, with the first one's reason, where
 * none can.
 * @example prePeriod([{
 *   metric: 'spend',
 *   control: momentsOf([[1], [2], [3], [2]], [0]),
 *   treatment: momentsOf([[11], [12], [13], [12]], [0]),
 * }]) // { status: 'broken', ranked: [{ metric: 'spend', estimate: 10, p: 2.3733345e-6 }], leftOut: [] }
 */
export function prePeriod(metrics: readonly PrePeriodMetric[]): Soundness<{
  readonly ranked: readonly PrePeriodDifference[];
  readonly leftOut: readonly string[];
}> {
  const compared = metrics.map(({ metric, control, treatment }, i) => {
    const input = { control: 'control', treatment: 'treatment', alpha: 0.05, covariate: false } as const;
    const strata = [{ arms: { control, treatment } }];
    return { metric, outcome: withinField(`metrics[${i}]`, () => compareMeans({ ...input, strata })) };
  });
  const known = compared.flatMap(({ metric, outcome }) =>
    outcome.kind === 'estimate' ? [{ metric, estimate: outcome.absolute.estimate, p: outcome.p }] : [],
  );
  if (known.length === 0) {
    const first = compared[0]?.outcome;
    return first?.kind === 'unknown' ? first : unknown('no-units');
  }
  const adjusted = holm(known.map(({ p }) => p));
  const ranked = known
    .map((one, i): PrePeriodDifference => {
      const adjustedP = adjusted[i] ?? 1;
      return { ...one, adjustedP, status: adjustedP < ALARM_P ? 'broken' : 'sound' };
    })
    .sort((first, second) => first.p - second.p);
  const leftOut = compared.flatMap(({ metric, outcome }) => (outcome.kind === 'unknown' ? [metric] : []));
  return { kind: 'estimate', status: ranked[0]?.status ?? 'sound', ranked, leftOut };
}
