import { compareMeans, compareProportions } from '../../../analysis/comparison/index.ts';
import { exactConditional } from '../../../analysis/counts/index.ts';
import type { Moments, Stratum } from '../../../analysis/index.ts';
import { mergeMoments } from '../../../analysis/moments/index.ts';
import { drawArm, holds, PAIR, stratum } from '../arms.ts';
import { binomial, normal, poisson } from '../draws.ts';
import type { Uniform } from '../generator.ts';
import { atMost, equals, type Scenario, SHOWN, tally } from '../scenario.ts';

const METHOD = 'Strata, epochs and rare events';

/** Two epochs: 900/100 units of which 5 % have the event, then 500/500 of which 9 % do. */
const EPOCHS = [
  { control: 900, treatment: 100, share: 0.05 },
  { control: 500, treatment: 500, share: 0.09 },
] as const;

function countOf(units: number, share: number, uniform: Uniform): Moments {
  const events = binomial(units, share)(uniform);
  return { n: units, centre: [0], sums: [events], products: [events] };
}

const epochs: Scenario = {
  name: 'epochs-as-strata',
  method: METHOD,
  about:
    'A canary of 10 % (1 000 units, 5 % with the event) whose share is raised to half (1 000 more, 9 % with the event in a better season); no effect.',
  repetitions: { full: 100_000, subset: 4_000 },
  claims: [
    { says: 'Mantel–Haenszel over epochs, α .05: false alarms', expected: equals(0.05, 0.004) },
    { says: 'means by Welch over epochs (5 events in the canary): false alarms', expected: SHOWN },
    { says: 'epochs thrown together: false alarms', expected: SHOWN },
  ],
  simulate: (uniform, repetitions) => ({
    measured: tally(repetitions, 3, (yes) => {
      const strata: readonly Stratum[] = EPOCHS.flatMap(({ control, treatment, share }) =>
        stratum(countOf(control, share, uniform), countOf(treatment, share, uniform)),
      );
      const arm = (name: 'control' | 'treatment') =>
        strata
          .map(({ arms }) => arms[name])
          .filter((each) => each !== undefined)
          .reduce(mergeMoments);
      const pooled = stratum(arm('control'), arm('treatment'));
      const outcomes = [
        compareProportions({ ...PAIR, strata }),
        compareMeans({ ...PAIR, strata }),
        compareProportions({ ...PAIR, strata: pooled }),
      ];
      outcomes.forEach((outcome, answer) => {
        if (outcome.kind === 'estimate' && outcome.p <= 0.05) yes(answer);
      });
    }),
  }),
};

const postStrata: Scenario = {
  name: 'post-stratification',
  method: METHOD,
  about:
    '600 normal units of which 30 % happen to be on phones: their level is 3 higher and their effect 1 instead of 0, so that the mean effect is .3; arms at random.',
  repetitions: { full: 40_000, subset: 2_000 },
  claims: [
    { says: 'post-stratified 95 % intervals that hold the mean effect', expected: equals(0.95, 0.004) },
    { says: 'the same as if the cells’ sizes had been decided', expected: SHOWN },
    { says: 'without strata', expected: equals(0.95, 0.004) },
  ],
  simulate: (uniform, repetitions) => ({
    measured: tally(repetitions, 3, (yes) => {
      const phones = binomial(600, 0.3)(uniform);
      const cells = [
        { units: 600 - phones, level: 0, effect: 0 },
        { units: phones, level: 3, effect: 1 },
      ].map(({ units, level, effect }) => {
        const treated = binomial(units, 0.5)(uniform);
        return stratum(
          drawArm(units - treated, (u) => level + normal(u), uniform),
          drawArm(treated, (u) => level + effect + normal(u), uniform),
        );
      });
      const strata = cells.flat();
      const arm = (name: 'control' | 'treatment') =>
        strata
          .map(({ arms }) => arms[name])
          .filter((each) => each !== undefined)
          .reduce(mergeMoments);
      const outcomes = [
        compareMeans({ ...PAIR, strata, strataAre: 'post-strata' }),
        compareMeans({ ...PAIR, strata }),
        compareMeans({ ...PAIR, strata: stratum(arm('control'), arm('treatment')) }),
      ];
      outcomes.forEach((outcome, answer) => {
        if (outcome.kind === 'estimate' && holds(outcome.absolute.ci, 0.3)) yes(answer);
      });
    }),
  }),
};

const rare: Scenario = {
  name: 'rare-events',
  method: METHOD,
  about: 'Crashes: 3 expected in control and 1.5 in treatment, which has half of the exposure; no effect.',
  repetitions: { full: 200_000, subset: 5_000 },
  claims: [
    { says: 'exact conditional test, α .05: false alarms', expected: atMost(0.05) },
    { says: 'exact 95 % interval of the ratio that misses the truth', expected: atMost(0.05) },
  ],
  simulate: (uniform, repetitions) => {
    const [drawControl, drawTreatment] = [poisson(3), poisson(1.5)];
    return {
      measured: tally(repetitions, 2, (yes) => {
        const outcome = exactConditional({
          control: { events: drawControl(uniform), exposure: 2 },
          treatment: { events: drawTreatment(uniform), exposure: 1 },
          ratio: 1,
          alpha: 0.05,
        });
        if (outcome.kind !== 'estimate') return;
        if (outcome.p <= 0.05) yes(0);
        const [lower, upper] = outcome.ci;
        if (lower > 1 || (upper !== null && upper < 1)) yes(1);
      }),
    };
  },
};

export const strataScenarios: readonly Scenario[] = [epochs, postStrata, rare];
