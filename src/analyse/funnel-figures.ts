import type { BinsRow, MomentsRow } from '../attribute/index.ts';
import { unitsOf } from '../attribute/index.ts';
import { type FigureContext, listed, type MetricFigures, treatments } from './figures.ts';
import { strataOf } from './strata.ts';
import { strataFigures } from './strata-figures.ts';

/** The figures of a funnel: those of the proportion that reached its last step, and every step's beside them. */
export function funnelFigures(
  events: readonly string[],
  rows: readonly BinsRow[],
  context: FigureContext,
): MetricFigures {
  const steps = events.map((event, index) => {
    const strata = strataOf(rows.map((row) => momentsOfStep(row, index + 1)));
    return { event, strata, figures: strataFigures(strata, 'proportion', false, context) };
  });
  const last = steps.at(-1)?.figures ?? strataFigures([], 'proportion', false, context);
  return {
    ...last,
    remark: `, of all units through all ${events.length} steps`,
    detail: {
      kind: 'funnel',
      steps: steps.map(({ event, strata, figures }, index) => ({
        step: index + 1,
        event,
        arms: figures.arms.map(({ variant, mean, reason }) => ({
          variant,
          units: strata.reduce((sum, { arms }) => sum + (arms[variant]?.sums[0] ?? 0), 0),
          share: mean,
          reason,
        })),
        comparisons: treatments(context).map((variant) => listed(variant, figures.compare(variant))),
      })),
    },
  };
}

/** Moments of 1 for a unit that reached the step and 0 for one that did not. */
function momentsOfStep({ bins, ...cohort }: BinsRow, step: number): MomentsRow {
  const reached = unitsOf(bins.filter(({ bin }) => bin >= step));
  return { ...cohort, moments: { n: unitsOf(bins), centre: [0], sums: [reached], products: [reached] } };
}
