import { AnalysisInputError } from '../input-error.ts';
import { requireAlpha, requireFinite, requirePositive, requireSided } from '../requirements.ts';
import { type Margin, marginTest } from './margin.ts';

/** The test that is planned. */
export interface TestDesign {
  readonly alpha: number;
  /** 2 where not given, 1 with a margin. */
  readonly sided?: 1 | 2 | undefined;
  /** κ: units of the control for each unit of the treatment; 1 where not given. */
  readonly allocation?: number | undefined;
  readonly margin?: Margin | undefined;
}

/** How much units differ. */
export interface Spread {
  /** Standard deviation between units; of a ratio see `ratioSd`. Of the treatment, if `controlSd` is given. */
  readonly sd: number;
  readonly controlSd?: number | undefined;
  /** ρ with the covariate that CUPED will use, which leaves 1 − ρ² of the variances. */
  readonly covariateCorrelation?: number | undefined;
}

/** A planned comparison of two means as everything below needs it. */
export interface Contrast {
  /** α of one tail. */
  readonly tail: number;
  readonly sided: 1 | 2;
  readonly allocation: number;
  readonly direction: 1 | -1;
  readonly offset: number;
  /** Per unit, with what CUPED leaves and the weight that a relative margin gives. */
  readonly controlVariance: number;
  readonly treatmentVariance: number;
}

/** Checks and combines what is planned. Throws an `AnalysisInputError` for anything malformed. */
export function contrastOf(design: TestDesign & Spread): Contrast {
  const { alpha, margin, sd, controlSd = sd, covariateCorrelation = 0, allocation = 1 } = design;
  const sided = design.sided ?? (margin === undefined ? 2 : 1);
  requireSided(sided);
  if (margin !== undefined && sided === 2) throw new AnalysisInputError('sided', '1 with a margin');
  requireAlpha(alpha, sided);
  requirePositive('allocation', allocation);
  requirePositive('sd', sd);
  requirePositive('controlSd', controlSd);
  if (!(Math.abs(covariateCorrelation) < 1)) {
    throw new AnalysisInputError('covariateCorrelation', 'above -1 and below 1');
  }
  const test =
    margin === undefined ? ({ direction: 1, offset: 0, controlFactor: 1 } as const) : marginTest(margin);
  const left = (1 - covariateCorrelation) * (1 + covariateCorrelation);
  return {
    tail: alpha / sided,
    sided,
    allocation,
    direction: test.direction,
    offset: test.offset,
    controlVariance: left * (test.controlFactor * controlSd) ** 2,
    treatmentVariance: left * sd ** 2,
  };
}

/** How far an effect lies from the null hypothesis in the direction that is to be shown; at most 0 within the null. */
export function distanceOf(contrast: Contrast, design: TestDesign, effect: number): number {
  requireFinite('effect', effect);
  return design.margin === undefined ? Math.abs(effect) : contrast.direction * effect + contrast.offset;
}

/** The same, where a number of units is asked for: no number shows what is not so. */
export function requireDistance(contrast: Contrast, design: TestDesign, effect: number): number {
  const distance = distanceOf(contrast, design, effect);
  if (distance > 0) return distance;
  throw new AnalysisInputError(
    'effect',
    design.margin === undefined ? 'other than 0' : 'on the claimed side of the margin',
  );
}

/** Standard error of the planned contrast with so many units in treatment, and allocation times as many in control. */
export function plannedSe(contrast: Contrast, treatmentUnits: number): number {
  return Math.sqrt(unitVariance(contrast) / treatmentUnits);
}

/** σ²C/κ + σ²T: the variance of the contrast for one unit of the treatment. */
export function unitVariance({ controlVariance, treatmentVariance, allocation }: Contrast): number {
  return controlVariance / allocation + treatmentVariance;
}
