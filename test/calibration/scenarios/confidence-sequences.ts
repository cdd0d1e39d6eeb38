import {
  betaBinomialBounds,
  bettingBounds,
  empiricalBernsteinBounds,
  observeBetting,
  observeEmpiricalBernstein,
  startBetting,
  startEmpiricalBernstein,
} from '../../../analysis/confidence-sequence/index.ts';
import { holds } from '../arms.ts';
import { crossings, watcher } from '../crossings.ts';
import { atMost, type Scenario, tally } from '../scenario.ts';
import { CAP, CONFIDENCE_METHOD, cappedSpend, MEAN_SPEND, SIGMA } from '../spend.ts';

function proportion(share: number): Scenario {
  const units = 2_000;
  return {
    name: `beta-binomial-${share}`,
    method: CONFIDENCE_METHOD,
    about: `${units} units of one rate, ${100 * share} %, looked at after each of them; α .05.`,
    repetitions: { full: 40_000, subset: 1_200 },
    claims: [
      { says: `(e) ${100 * share} %: truth outside its bounds at any unit`, expected: atMost(0.05) },
      {
        says: `(e) ${100 * share} %: truth below its single lower bound at any unit`,
        expected: atMost(0.05),
      },
    ],
    simulate: (uniform, repetitions) => {
      const tests = (['both', 'lower'] as const).map((sides) =>
        crossings(
          units,
          share,
          (events, n) => !holds(betaBinomialBounds({ n, events }, 0.05, { sides }), share),
        ),
      );
      const watch = watcher(tests);
      return {
        measured: tally(repetitions, 2, (yes) => {
          watch(uniform, share, units).forEach((at, i) => {
            if (at <= units) yes(i);
          });
        }),
      };
    },
  };
}

const boundedMeans: Scenario = {
  name: 'bounded-means',
  method: CONFIDENCE_METHOD,
  about: `Spend: 5 % buy for a lognormal amount (σ = ${SIGMA}) capped at ${CAP}; looked at after every unit, 4 000 of them (betting 1 000); α .05.`,
  repetitions: { full: 4_000, subset: 150 },
  claims: [
    { says: '(f) empirical Bernstein: true mean outside at any unit', expected: atMost(0.05) },
    { says: '(f) betting: true mean outside at any unit', expected: atMost(0.05) },
  ],
  simulate: (uniform, repetitions) => ({
    measured: tally(repetitions, 2, (yes) => {
      let bernstein = startEmpiricalBernstein({ cap: CAP, alpha: 0.05 });
      let betting = startBetting({ cap: CAP, alpha: 0.05 });
      let outside = false;
      for (let n = 1; n <= 4_000; n += 1) {
        const value = [cappedSpend(uniform)];
        bernstein = observeEmpiricalBernstein(bernstein, value);
        const bounds = empiricalBernsteinBounds(bernstein);
        outside ||= bounds.kind === 'estimate' && !holds([bounds.lower, bounds.upper], MEAN_SPEND);
        if (n <= 1_000) betting = observeBetting(betting, value);
      }
      if (outside) yes(0);
      // A mean that betting has once ruled out stays so.
      const bounds = bettingBounds(betting);
      if (bounds.kind === 'unknown' || !holds([bounds.lower, bounds.upper], MEAN_SPEND)) yes(1);
    }),
  }),
};

export const confidenceSequenceScenarios: readonly Scenario[] = [
  proportion(0.01),
  proportion(0.9),
  boundedMeans,
];
