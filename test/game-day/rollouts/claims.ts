import { medianLevel, rate } from '../../calibration/measurement.ts';
import { agrees, atLeast, atMost } from '../../calibration/scenario.ts';
import { harmless, PROMISED } from './false-pauses.ts';
import { cellsOf, recallName } from './recall.ts';
import type { Measured } from './tasks.ts';

/** What a game day is to show, beside what it did. */
export interface Claim {
  readonly says: string;
  readonly holds: boolean;
}

/** Rollouts of those that have to be decided rightly: one in twenty may need more units than there are. */
const SURE = 0.95;
/** Treated units of a canary whose errors double, by the median, at α .05. */
export const MEDIAN_AT_MOST = 1350;

/** Every claim that the figures allow to be judged; rates within three binomial standard errors. */
export function claimsOf(measured: readonly Measured[]): Claim[] {
  return measured.flatMap(claimsOfOne);
}

function claimsOfOne(each: Measured): Claim[] {
  switch (each.kind) {
    case 'false-pauses': {
      const ends = harmless.find(({ name }) => name === each.name)?.ends ?? 'pass';
      const ended = Object.values(each.ends).reduce((sum, count) => sum + count, 0);
      return [
        ...PROMISED.map((alpha, at) => ({
          says: `${each.name}: paused at a promise of ${alpha} at most so often`,
          holds: agrees(atMost(alpha), rate(each.paused[at] ?? 0, each.rollouts)),
        })),
        {
          says: `${each.name}: the others end in ${ends}`,
          // The test of the split has a false alarm in a thousand of its own, which holds a rollout and pauses none.
          holds: agrees(atLeast(0.999), rate(each.ends[ends] ?? 0, ended)),
        },
      ];
    }
    case 'doubling':
      return each.alpha === 0.05 && each.of === 'test'
        ? [
            {
              says: `${each.name}: the median is ${MEDIAN_AT_MOST} treated units at most`,
              holds:
                each.treated.length === each.rollouts &&
                agrees(atMost(MEDIAN_AT_MOST), medianLevel(each.treated)),
            },
          ]
        : [];
    case 'recall': {
      const cell = cellsOf().find((one) => recallName(one.injection.name, one.split.name) === each.name);
      return cell?.injection.sureIn.includes(cell.split.name)
        ? [
            {
              says: `${each.name}: decided rightly`,
              holds: agrees(atLeast(SURE), rate(each.right, each.rollouts)),
            },
          ]
        : [];
    }
    case 'both-ways':
      return [{ says: `${each.name}: no difference`, holds: each.different === 0 }];
  }
}
