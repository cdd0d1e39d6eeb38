import { compareMeans } from '../../../analysis/comparison/index.ts';
import { meanPower, normalSampleSize, proportionPower } from '../../../analysis/power/index.ts';
import { pooledScore } from '../../../analysis/proportions/index.ts';
import { drawArm, PAIR, stratum } from '../arms.ts';
import { binomial, normal } from '../draws.ts';
import { equals, type Scenario, tally } from '../scenario.ts';

const METHOD = 'Power and sample size: formula beside simulation';
const shown = (share: number) => `${(100 * share).toFixed(2)} %`;

const SMALL = { effect: 1, sd: 1, alpha: 0.05 } as const;
const smallPower = meanPower(SMALL, 20).power;

/** Units of a canary whose arms differ in spread, sized for 80 %. */
const CANARY = { effect: 0.3, sd: 1.5, controlSd: 1, allocation: 4, alpha: 0.05 } as const;

const means: Scenario = {
  name: 'power-of-means',
  method: METHOD,
  about:
    'Normal units. Exact: 20 an arm, an effect of one standard deviation. Canary: four in control (sd 1) for each in treatment (sd 1.5), an effect of .3, as many units as the formula asks for 80 %.',
  repetitions: { full: 50_000, subset: 2_000 },
  claims: [
    { says: `noncentral t, formula ${shown(smallPower)}: rejections`, expected: equals(smallPower, 0.001) },
    { says: 'sample size for 80 %: rejections', expected: equals(0.8, 0.004) },
  ],
  simulate: (uniform, repetitions) => {
    const needed = normalSampleSize(CANARY, 0.8);
    if (needed.kind === 'unknown') throw new RangeError(needed.reason);
    const { units } = needed;
    return {
      measured: tally(repetitions, 2, (yes) => {
        const small = compareMeans({
          ...PAIR,
          strata: stratum(
            drawArm(20, normal, uniform),
            drawArm(20, (u) => 1 + normal(u), uniform),
          ),
        });
        if (small.kind === 'estimate' && small.p <= 0.05) yes(0);
        const canary = compareMeans({
          ...PAIR,
          strata: stratum(
            drawArm(units.control, normal, uniform),
            drawArm(units.treatment, (u) => 0.3 + 1.5 * normal(u), uniform),
          ),
        });
        if (canary.kind === 'estimate' && canary.p <= 0.05) yes(1);
      }),
    };
  },
};

const PROPORTIONS = { control: 0.1, treatment: 0.13, alpha: 0.05 } as const;
const proportionFigure = proportionPower(PROPORTIONS, 1500).power;

const proportions: Scenario = {
  name: 'power-of-proportions',
  method: METHOD,
  about: '1 500 units an arm, 10 % against 13 %, pooled score test.',
  repetitions: { full: 50_000, subset: 4_000 },
  claims: [
    {
      says: `formula ${shown(proportionFigure)}: rejections`,
      expected: equals(proportionFigure, 0.006),
    },
  ],
  simulate: (uniform, repetitions) => {
    const [drawControl, drawTreatment] = [binomial(1500, 0.1), binomial(1500, 0.13)];
    return {
      measured: tally(repetitions, 1, (yes) => {
        const control = { events: drawControl(uniform), units: 1500 };
        const treatment = { events: drawTreatment(uniform), units: 1500 };
        const outcome = pooledScore({ control, treatment }, 0.05);
        if (outcome.kind === 'estimate' && outcome.p <= 0.05) yes(0);
      }),
    };
  },
};

export const powerScenarios: readonly Scenario[] = [means, proportions];
