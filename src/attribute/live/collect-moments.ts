import type { CohortRow } from '../cohort.ts';
import { dimensionOf } from '../metric-columns.ts';
import type { MomentsAnswer } from '../metric-moments.ts';
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

/** Adds what was answered to the rows, or takes it away. */
export function collectMoments(rows: MomentRows, group: Group, answers: GroupAnswers, sign: 1 | -1): void {
  for (const answer of answers.units) {
    const key = cohortOf(group, answer);
    if (answer.guarded === 1)
      rows.count(
        { build: key.build, epoch: key.epoch, excluded: EXCLUDED.guard },
        sign,
        Number(answer.units),
      );
    else rows.count(key, sign, Number(answer.units), Number(answer.mixed));
  }
  for (const { plan, left_out, reason, impressions } of answers.leftOut)
    rows.count(
      { build: group.builds[plan - 1]?.id ?? 0, excluded: excludedName(left_out, reason) },
      sign,
      Number(impressions),
    );
  for (const answer of answers.moments) collectMetrics(rows, group, answer, sign);
}

function collectMetrics(rows: MomentRows, group: Group, answer: MomentsAnswer, sign: 1 | -1): void {
  const key = cohortOf(group, answer);
  const own = group.metricsOfEpoch[answer.epoch - 1] ?? new Set();
  group.terms.metrics.forEach((metric, index) => {
    const { definition } = metric;
    const values = answer[`m${index}`];
    if (!own.has(metric) || values === undefined) return;
    const [leftOut = 0, n = 0, ...sums] = values.map((value) => value ?? Number.NaN);
    const dimension = dimensionOf(definition);
    rows.add({ ...key, metric: definition.key }, sign, {
      n,
      leftOut,
      sums: sums.slice(0, dimension),
      products: sums.slice(dimension),
    });
  });
}

function cohortOf({ terms, builds }: Group, { epoch, is_new, cohort_day, arm }: CohortRow) {
  const found = terms.epochs[epoch - 1];
  const plan = found?.plan ?? 0;
  return {
    build: builds[plan - 1]?.id ?? 0,
    epoch: found?.number ?? 0,
    isNew: is_new,
    cohortDay: cohort_day,
    variant: terms.variants[plan - 1]?.[arm - 1] ?? '',
    metric: '',
    excluded: '',
  };
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
