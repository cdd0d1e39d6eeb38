import { unitsIn } from '../bins.ts';
import type { CohortRow } from '../cohort.ts';
import type { MomentsAnswer } from '../metric-moments.ts';
import { dimensionOf, isOverflow } from '../metric-types/index.ts';
import { segmentKeyOf } from '../segments.ts';
import type { LeftOutAnswer, UnitsAnswer } from '../unit-counts.ts';
import type { Group } from './group.ts';
import type { MomentRows } from './moment-rows.ts';

/** What the questions of attribution answer for the builds of a group. */
export interface GroupAnswers {
  readonly units: readonly UnitsAnswer[];
  readonly leftOut: readonly LeftOutAnswer[];
  readonly moments: readonly MomentsAnswer[];
}

/** Names of what is excluded, as rows of moments have them. */
export const EXCLUDED = {
  guard: 'guard',
  dates: 'dates',
  target: 'target',
  variant: 'variant',
  reason: 'reason ',
} as const;

/**
 * Adds what was answered to the rows. Answers of plans and epochs beyond the group's own are of how things were before,
 * and are taken away.
 */
export function collectMoments(rows: MomentRows, group: Group, answers: GroupAnswers): void {
  for (const answer of answers.units) {
    const { key, sign } = cohortOf(group, answer);
    if (answer.guarded === 1) {
      const { build, epoch, segment } = key;
      rows.count({ build, epoch, segment, excluded: EXCLUDED.guard }, sign, Number(answer.units));
    } else rows.count(key, sign, Number(answer.units), Number(answer.mixed));
  }
  const { builds } = group;
  for (const { plan, left_out, reason, impressions } of answers.leftOut)
    rows.count(
      {
        build: builds[(plan - 1) % builds.length]?.id ?? 0,
        excluded: excludedName(left_out, reason),
      },
      plan > builds.length ? -1 : 1,
      Number(impressions),
    );
  for (const answer of answers.moments) collectMetrics(rows, group, answer);
}

function collectMetrics(rows: MomentRows, group: Group, answer: MomentsAnswer): void {
  const { key, sign, epoch } = cohortOf(group, answer);
  const own = group.metricsOfEpoch[epoch] ?? new Set();
  group.terms.metrics.forEach((metric, index) => {
    const { definition } = metric;
    const values = answer[`m${index}`];
    if (!own.has(metric) || values === undefined) return;
    const [leftOut = 0, n = 0, ...sums] = values.map((value) => value ?? Number.NaN);
    const dimension = dimensionOf(definition);
    for (const { bin, units } of unitsIn(answer[`b${index}`])) {
      const counted = { ...key, metric: definition.key, bin };
      if (isOverflow(bin)) rows.overflow(counted);
      else rows.count(counted, sign, units);
    }
    rows.add({ ...key, metric: definition.key }, sign, {
      n,
      leftOut,
      sums: sums.slice(0, dimension),
      products: sums.slice(dimension),
    });
  });
}

/** The cohort, whether it is of now or before, and the epoch's index from 0. */
function cohortOf({ terms, builds }: Group, { epoch, is_new, cohort_day, arm, segment = 0 }: CohortRow) {
  const at = (epoch - 1) % terms.epochs.length;
  const found = terms.epochs[at];
  const plan = found?.plan ?? 0;
  const build = builds[plan - 1];
  const key = {
    build: build?.id ?? 0,
    epoch: found?.number ?? 0,
    isNew: is_new,
    cohortDay: cohort_day,
    variant: terms.variants[plan - 1]?.[arm - 1] ?? '',
    metric: '',
    excluded: '',
    segment: segmentKeyOf(build?.segments ?? [], segment),
    bin: 0,
  };
  return { key, epoch: at, sign: epoch > terms.epochs.length ? (-1 as const) : (1 as const) };
}

function excludedName(leftOut: number, reason: string): string {
  switch (leftOut) {
    case 1:
      return EXCLUDED.dates;
    case 2:
      return `${EXCLUDED.reason}${reason}`;
    case 3:
      return EXCLUDED.target;
    default:
      return EXCLUDED.variant;
  }
}
