import { compareMeans } from '../comparison/index.ts';
import { AnalysisInputError } from '../input-error.ts';
import type { Moments } from '../moments/index.ts';
import { requireCount, requireFinite, requireFraction, requirePositive } from '../requirements.ts';
import { normalQuantile } from '../special/index.ts';

/** How one unit's figure is drawn, where it is not about normal. */
export type UnitModel =
  /** With replacement from figures of a pilot or of the past. */
  | { readonly kind: 'resampled'; readonly values: readonly number[] }
  /** 0 but for a share of units, whose figures are lognormal with these parameters of the logarithm: revenue. */
  | {
      readonly kind: 'zero-inflated';
      readonly share: number;
      readonly logMean: number;
      readonly logSd: number;
    };

/** An experiment to simulate: the treatment's figures are the model's times (1 + lift), plus the shift. */
export interface SimulatedMeans {
  readonly model: UnitModel;
  readonly lift: number;
  readonly shift: number;
  readonly units: { readonly control: number; readonly treatment: number };
  readonly alpha: number;
}

/**
 * One simulated experiment for `simulatedPower`: draws both arms unit by unit and tells whether Welch's two-sided test
 * rejects. An experiment in which nothing varies rejects nothing.
 * @example simulatedPower(simulatedMeans({ model: { kind: 'resampled', values: [0, 0, 0, 1] }, lift: 0, shift: 5, units: { control: 10, treatment: 10 }, alpha: 0.05 }), { runs: 3, generator: () => 0.9, alpha: 0.05 }) // { power: 0 }
 */
export function simulatedMeans(experiment: SimulatedMeans): (generator: () => number) => boolean {
  const { model, lift, shift, units, alpha } = experiment;
  requireFinite('lift', lift);
  requireFinite('shift', shift);
  requireFraction('alpha', alpha);
  requireCount('units.control', units.control, 2);
  requireCount('units.treatment', units.treatment, 2);
  const draw = drawerOf(model);
  return (generator) => {
    const control = drawMoments(units.control, () => draw(generator));
    const treatment = drawMoments(units.treatment, () => draw(generator) * (1 + lift) + shift);
    const outcome = compareMeans({
      strata: [{ arms: { control, treatment } }],
      control: 'control',
      treatment: 'treatment',
      alpha,
      covariate: false,
    });
    return outcome.kind === 'estimate' && outcome.p <= alpha;
  };
}

function drawerOf(model: UnitModel): (generator: () => number) => number {
  if (model.kind === 'resampled') {
    const { values } = model;
    if (values.length === 0) throw new AnalysisInputError('model.values', 'a list of at least one figure');
    values.forEach((value, i) => {
      requireFinite(`model.values[${i}]`, value);
    });
    return (generator) => values[Math.floor(generator() * values.length)] ?? 0;
  }
  const { share, logMean, logSd } = model;
  if (!(share > 0 && share <= 1)) throw new AnalysisInputError('model.share', 'above 0 and at most 1');
  requireFinite('model.logMean', logMean);
  requirePositive('model.logSd', logSd);
  // What is left of the uniform number below the share is uniform again.
  return (generator) => {
    const u = generator();
    return u < share ? Math.exp(logMean + logSd * normalQuantile(u / share)) : 0;
  };
}

function drawMoments(n: number, draw: () => number): Moments {
  const centre = draw();
  let [sum, squares] = [0, 0];
  for (let i = 1; i < n; i += 1) {
    const deviation = draw() - centre;
    sum += deviation;
    squares += deviation * deviation;
  }
  return { n, centre: [centre], sums: [sum], products: [squares] };
}
