import { compareMeans } from '../../../analysis/comparison/index.ts';
import type { Moments } from '../../../analysis/index.ts';
import { studentTSurvival } from '../../../analysis/special/index.ts';
import { drawArm, drawPairs, holds, PAIR, stratum } from '../arms.ts';
import { exponential, normal } from '../draws.ts';
import { meanLevel } from '../measurement.ts';
import { equals, type Scenario, SHOWN, tally } from '../scenario.ts';

const METHOD = 'Means: Welch’s t test and CUPED';

/** Student's pooled test, which Welch's replaces. */
function pooledP(control: Moments, treatment: Moments): number {
  const squares = ({ n, sums: [sum = 0], products: [product = 0] }: Moments) => product - (sum * sum) / n;
  const df = control.n + treatment.n - 2;
  const variance = (squares(control) + squares(treatment)) / df;
  const difference = (treatment.sums[0] ?? 0) / treatment.n - (control.sums[0] ?? 0) / control.n;
  const t = difference / Math.sqrt(variance * (1 / control.n + 1 / treatment.n));
  return 2 * studentTSurvival(Math.abs(t), df);
}

/** Both ways to be wrong about means, in small arms with unequal variances. */
const smallArms: Scenario = {
  name: 'welch-small-unequal-arms',
  method: METHOD,
  about:
    'Normal units, 12 in control with standard deviation 3 and 36 in treatment with standard deviation 1; no effect.',
  repetitions: { full: 200_000, subset: 5_000 },
  claims: [
    { says: 'Welch, α .05: false alarms', expected: equals(0.05, 0.002) },
    { says: 'Welch: 95 % intervals that hold a true difference of 1', expected: equals(0.95, 0.002) },
    { says: 'Student’s pooled t beside it: false alarms', expected: SHOWN },
  ],
  simulate: (uniform, repetitions) => ({
    measured: tally(repetitions, 3, (yes) => {
      const control = drawArm(12, (u) => 3 * normal(u), uniform);
      const treatment = drawArm(36, normal, uniform);
      const outcome = compareMeans({ ...PAIR, strata: stratum(control, treatment) });
      if (outcome.kind === 'estimate' && outcome.p <= 0.05) yes(0);
      // A shift of the treatment moves its interval and nothing else.
      if (outcome.kind === 'estimate' && holds(outcome.absolute.ci, 0)) yes(1);
      if (pooledP(control, treatment) <= 0.05) yes(2);
    }),
  }),
};

/** What skew does to the two tails where the arms are of unequal size. */
const skewedCanary: Scenario = {
  name: 'welch-skewed-canary',
  method: METHOD,
  about: 'Exponential units, 900 in control and 100 in treatment, looked at once; no effect.',
  repetitions: { full: 100_000, subset: 2_000 },
  claims: [
    { says: 'Welch, α .05: false alarms', expected: SHOWN },
    { says: 'of them with a treatment that looks worse', expected: SHOWN },
    { says: 'of them with a treatment that looks better', expected: SHOWN },
  ],
  simulate: (uniform, repetitions) => ({
    measured: tally(repetitions, 3, (yes) => {
      const control = drawArm(900, exponential, uniform);
      const treatment = drawArm(100, exponential, uniform);
      const outcome = compareMeans({ ...PAIR, strata: stratum(control, treatment) });
      if (outcome.kind !== 'estimate' || outcome.p > 0.05) return;
      yes(0);
      yes(outcome.absolute.estimate < 0 ? 1 : 2);
    }),
  }),
};

const CORRELATION = 0.7;

/** CUPED keeps its level and takes off ρ² of the variance. */
const cuped: Scenario = {
  name: 'cuped',
  method: METHOD,
  about: `Units with a metric and a pre-period of correlation ${CORRELATION}, 300 in control and 200 in treatment; no effect.`,
  repetitions: { full: 60_000, subset: 1_200 },
  claims: [
    { says: 'one θ for all arms, α .05: false alarms', expected: equals(0.05, 0.004) },
    { says: 'a slope per arm (Lin), α .05: false alarms', expected: equals(0.05, 0.004) },
    { says: 'variance that CUPED takes off (ρ² = .49)', expected: equals(0.49, 0.004) },
  ],
  simulate: (uniform, repetitions) => {
    const reductions: number[] = [];
    const rates = tally(repetitions, 2, (yes) => {
      const draw = (u: typeof uniform, pair: Float64Array) => {
        const before = normal(u);
        pair[0] = CORRELATION * before + Math.sqrt(1 - CORRELATION ** 2) * normal(u);
        pair[1] = before;
      };
      const strata = stratum(drawPairs(300, draw, uniform), drawPairs(200, draw, uniform));
      for (const [answer, slopes] of (['common', 'per-arm'] as const).entries()) {
        const outcome = compareMeans({ ...PAIR, covariate: true, slopes, strata });
        if (outcome.kind !== 'estimate') continue;
        if (outcome.p <= 0.05) yes(answer);
        if (slopes === 'common') reductions.push(outcome.covariate?.varianceReduction ?? Number.NaN);
      }
    });
    return { measured: [...rates, meanLevel(reductions)] };
  },
};

/** Why an unequal split with effects that depend on the covariate wants a slope per arm. */
const unequalSlopes: Scenario = {
  name: 'cuped-unequal-slopes',
  method: METHOD,
  about:
    'A canary, 1 800 units in control and 200 in treatment, whose effect depends on the pre-period: slope .2 in control and 1.5 in treatment, mean effect 0.',
  repetitions: { full: 20_000, subset: 500 },
  claims: [
    { says: 'one θ for all arms, α .05: false alarms', expected: equals(0.05, 0.006) },
    { says: 'a slope per arm, α .05: false alarms', expected: equals(0.05, 0.006) },
    { says: 'mean of (se with a slope per arm) / (se with one θ)', expected: SHOWN },
  ],
  simulate: (uniform, repetitions) => {
    const ratios: number[] = [];
    const draw = (slope: number) => (u: typeof uniform, pair: Float64Array) => {
      const before = normal(u);
      pair[0] = slope * before + normal(u);
      pair[1] = before;
    };
    const rates = tally(repetitions, 2, (yes) => {
      const strata = stratum(drawPairs(1800, draw(0.2), uniform), drawPairs(200, draw(1.5), uniform));
      const input = { ...PAIR, covariate: true, strata };
      const common = compareMeans({ ...input, slopes: 'common' });
      const perArm = compareMeans({ ...input, slopes: 'per-arm' });
      if (common.kind !== 'estimate' || perArm.kind !== 'estimate') return;
      if (common.p <= 0.05) yes(0);
      if (perArm.p <= 0.05) yes(1);
      ratios.push(perArm.absolute.se / common.absolute.se);
    });
    return { measured: [...rates, meanLevel(ratios)] };
  },
};

export const meanScenarios: readonly Scenario[] = [smallArms, skewedCanary, cuped, unequalSlopes];
