import { compareMeans } from '../../../analysis/comparison/index.ts';
import { meanOf } from '../../../analysis/moments/index.ts';
import { studentTUpperQuantile } from '../../../analysis/special/index.ts';
import { drawArm, holds, PAIR, stratum } from '../arms.ts';
import { lognormal, zeroInflated } from '../draws.ts';
import { grouped } from '../grouped.ts';
import { type Claim, equals, type Scenario, SHOWN, tally } from '../scenario.ts';

const revenue = zeroInflated(0.05, lognormal(1));

/** The design's figures, where it has some. */
const FIGURES: readonly { readonly units: number; readonly delta?: number; readonly fieller?: number }[] = [
  { units: 100, delta: 0.809, fieller: 0.987 },
  { units: 200 },
  { units: 500, delta: 0.899, fieller: 0.96 },
  { units: 1000 },
  { units: 2000, delta: 0.936, fieller: 0.953 },
  { units: 5000 },
];

/** The design names no population; with this one all of its six figures come out to within half a point. */
const WITHIN = 0.01;

function claimOf(says: string, figure: number | undefined): Claim {
  if (figure === undefined) return { says, expected: SHOWN };
  return { says, expected: equals(figure, WITHIN), design: `${(100 * figure).toFixed(1)} %` };
}

/** The interval that Fieller's replaces: δ/a ± c·√(vT + (1 + R)²·vC)/a. */
function deltaInterval(
  lift: number,
  control: number,
  variances: { c: number; t: number },
  critical: number,
): readonly [number, number] {
  const se = Math.sqrt(variances.t + (1 + lift) ** 2 * variances.c) / Math.abs(control);
  return [lift - critical * se, lift + critical * se];
}

function coverage({ units, delta, fieller }: (typeof FIGURES)[number]): Scenario {
  return {
    name: `lift-coverage-${units}`,
    method: 'Relative lift: Fieller beside the delta method',
    about: `Revenue: 5 % of the units buy, for a lognormal amount (σ = 1); ${grouped(units)} units an arm, no lift, 95 % intervals. Where the control cannot be told from 0, Fieller’s set has no bound and holds every lift; without a buyer in control the delta method has no interval, which counts as a miss. The design does not say whose revenue its figures are of; they are to come out to half a point.`,
    repetitions: { full: 40_000_000 / units, subset: 1_000_000 / units },
    claims: [
      claimOf(`delta method, ${grouped(units)} units an arm: intervals that hold the lift`, delta),
      claimOf(`Fieller, ${grouped(units)} units an arm: intervals that hold the lift`, fieller),
    ],
    simulate: (uniform, repetitions) => {
      const measured = tally(repetitions, 2, (yes) => {
        const control = drawArm(units, revenue, uniform);
        const treatment = drawArm(units, revenue, uniform);
        const outcome = compareMeans({ ...PAIR, strata: stratum(control, treatment) });
        // Nobody bought in either arm: every lift is possible.
        if (outcome.kind !== 'estimate') return yes(1);
        const { relative, absolute } = outcome;
        if (holds(relative.ci, 0)) yes(1);
        if (relative.estimate === null) return;
        const variance = ({ n, sums: [sum = 0], products: [squares = 0] }: typeof control) =>
          (squares - (sum * sum) / n) / (n - 1) / n;
        const critical = studentTUpperQuantile(0.025, absolute.df ?? Number.POSITIVE_INFINITY);
        const variances = { c: variance(control), t: variance(treatment) };
        if (holds(deltaInterval(relative.estimate, meanOf(control, [1]), variances, critical), 0)) yes(0);
      });
      const points = ['delta method', 'Fieller'].flatMap((series, i) => {
        const measurement = measured[i];
        return measurement === undefined ? [] : [{ plot: 'lift-coverage', series, x: units, measurement }];
      });
      return { measured, points };
    },
  };
}

export const liftScenarios: readonly Scenario[] = FIGURES.map(coverage);
