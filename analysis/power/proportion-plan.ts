import { requireAlpha, requireFraction, requirePositive, requireSided } from '../requirements.ts';

/** A planned comparison of two proportions by the pooled score test. */
export interface ProportionPlan {
  /** The control's share of units with the event. */
  readonly control: number;
  /** The treatment's. */
  readonly treatment: number;
  readonly alpha: number;
  /** 2 where not given. */
  readonly sided?: 1 | 2 | undefined;
  /** κ: units of the control for each unit of the treatment; 1 where not given. */
  readonly allocation?: number | undefined;
  /** Count rejections on the wrong side too (R's `strict`); false where not given. */
  readonly strict?: boolean | undefined;
}

/** The plan's variances of the difference for one unit of the treatment. */
export interface ProportionContrast {
  readonly tail: number;
  readonly sided: 1 | 2;
  readonly allocation: number;
  readonly distance: number;
  /** √ of the pooled variance p̄q̄(1 + 1/κ), which the test uses. */
  readonly nullSd: number;
  /** √ of the true variance pC·qC/κ + pT·qT. */
  readonly trueSd: number;
}

/** Checks and combines what is planned. Throws an `AnalysisInputError` for anything malformed. */
export function proportionContrast(plan: ProportionPlan): ProportionContrast {
  const { control, treatment, alpha, sided = 2, allocation = 1 } = plan;
  requireFraction('control', control);
  requireFraction('treatment', treatment);
  requirePositive('allocation', allocation);
  requireSided(sided);
  requireAlpha(alpha, sided);
  const pooled = (allocation * control + treatment) / (allocation + 1);
  return {
    tail: alpha / sided,
    sided,
    allocation,
    distance: Math.abs(treatment - control),
    nullSd: Math.sqrt(pooled * (1 - pooled) * (1 + 1 / allocation)),
    trueSd: Math.sqrt((control * (1 - control)) / allocation + treatment * (1 - treatment)),
  };
}
