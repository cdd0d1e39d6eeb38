import { bayesianEffect } from '../../../analysis/bayes/index.ts';
import { holds } from '../arms.ts';
import { normal } from '../draws.ts';
import { meanLevel, rate } from '../measurement.ts';
import { equals, type Scenario, SHOWN, tally } from '../scenario.ts';

const PRIOR = { mean: 0.2, sd: 1 } as const;
const SE = 0.8;

/** Over effects drawn from the prior a posterior must be right on average, whatever the data made one look at. */
const bayes: Scenario = {
  name: 'bayes-over-the-prior',
  method: 'Bayes: posterior against effects drawn from the prior',
  about: `True effects from N(${PRIOR.mean}, ${PRIOR.sd}²), estimates with standard error ${SE}.`,
  repetitions: { full: 400_000, subset: 20_000 },
  claims: [
    { says: '95 % credible intervals that hold the effect', expected: equals(0.95, 0.0001) },
    { says: 'effects above 0 − mean chance to beat 0', expected: equals(0, 0.0001) },
    { says: 'loss of shipping at any expected loss below .02 − that loss', expected: equals(0, 0.0001) },
    { says: 'flat prior: intervals that hold the effect', expected: equals(0.95, 0.0001) },
    { says: 'flat prior, estimates above 1: intervals that hold the effect', expected: SHOWN },
  ],
  simulate: (uniform, repetitions) => {
    const [chances, losses]: [number[], number[]] = [[], []];
    let [chosen, chosenCovered] = [0, 0];
    const [covered, flatCovered] = tally(repetitions, 2, (yes) => {
      const effect = PRIOR.mean + PRIOR.sd * normal(uniform);
      const estimate = effect + SE * normal(uniform);
      const posterior = bayesianEffect({ estimate, se: SE, prior: PRIOR, alpha: 0.05 });
      const flat = bayesianEffect({ estimate, se: SE, alpha: 0.05 });
      if (posterior.kind !== 'estimate' || flat.kind !== 'estimate') return;
      if (holds(posterior.ci, effect)) yes(0);
      if (holds(flat.ci, effect)) yes(1);
      chances.push((effect > 0 ? 1 : 0) - posterior.chanceToBeat);
      if (posterior.loss.worse < 0.02) losses.push(Math.max(0, -effect) - posterior.loss.worse);
      if (estimate <= 1) return;
      chosen += 1;
      if (holds(flat.ci, effect)) chosenCovered += 1;
    });
    if (covered === undefined || flatCovered === undefined) throw new RangeError('no coverage was counted');
    return {
      measured: [covered, meanLevel(chances), meanLevel(losses), flatCovered, rate(chosenCovered, chosen)],
    };
  },
};

export const bayesScenarios: readonly Scenario[] = [bayes];
