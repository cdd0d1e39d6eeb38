import { hasClosed, type MomentsRow } from '../attribute/index.ts';
import type { FigureContext, MetricFigures } from './figures.ts';
import { strataOf } from './strata.ts';
import { strataFigures } from './strata-figures.ts';

const NONE_CLOSED = 'no-closed-window';

/** The figures of a retention, over cohort days whose windows have closed: nobody else has had the time to come back. */
export function retentionFigures(
  toHours: number,
  moments: readonly MomentsRow[],
  context: FigureContext,
): MetricFigures {
  const closed = moments.filter((row) => hasClosed(row, toHours, context.followUp));
  const figures = strataFigures(strataOf(closed), 'proportion', false, context);
  if (closed.length > 0 || moments.length === 0) return figures;
  return {
    ...figures,
    arms: figures.arms.map((arm) => ({ ...arm, reason: NONE_CLOSED })),
    compare: () => ({ kind: 'unknown', reason: NONE_CLOSED }),
  };
}
