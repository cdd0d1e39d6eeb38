import { compareMeans, compareProportions, compareRatios } from '../../analysis/index.ts';
import { armResult } from './arm-result.ts';
import type { Compared, FigureContext, MetricFigures } from './figures.ts';
import { comparableEpochs, type EpochStratum } from './strata.ts';

const COMPARE = { mean: compareMeans, proportion: compareProportions, ratio: compareRatios } as const;

/** The figures of moments, epochs as strata. */
export function strataFigures(
  strata: readonly EpochStratum[],
  kind: keyof typeof COMPARE,
  covariate: boolean,
  context: FigureContext,
): MetricFigures {
  const { control, alpha, variants } = context;
  return {
    arms: variants.map((variant) => armResult(variant, kind, strata, context)),
    compare: (variant): Compared => {
      const outcome = COMPARE[kind]({ strata, control, treatment: variant, alpha, covariate });
      return outcome.kind === 'unknown'
        ? outcome
        : { ...outcome, epochs: comparableEpochs(strata, control, variant) };
    },
    detail: null,
    remark: '',
  };
}
