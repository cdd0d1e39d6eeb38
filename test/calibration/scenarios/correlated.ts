import { compareRatios } from '../../../analysis/comparison/index.ts';
import { pooledScore } from '../../../analysis/proportions/index.ts';
import {
  compareQuantiles,
  estimateClusteredQuantile,
  estimateQuantile,
} from '../../../analysis/quantiles/index.ts';
import { drawPairs, PAIR, stratum } from '../arms.ts';
import { normal, poisson } from '../draws.ts';
import type { Uniform } from '../generator.ts';
import { equals, type Scenario, SHOWN, tally } from '../scenario.ts';

const METHOD = 'Several rows a unit: ratios and quantiles';
const furtherSessions = poisson(3);

/** Clicks and sessions of a unit whose own click rate lies anywhere from 0 to 1. */
function clicksAndSessions(uniform: Uniform, pair: Float64Array): void {
  const sessions = 1 + furtherSessions(uniform);
  const share = uniform();
  let clicks = 0;
  for (let i = 0; i < sessions; i += 1) if (uniform() < share) clicks += 1;
  pair[0] = clicks;
  pair[1] = sessions;
}

const ratio: Scenario = {
  name: 'ratio-of-correlated-sessions',
  method: METHOD,
  about:
    '400 units an arm, 1 + Poisson(3) sessions each; a unit’s sessions share its click rate, which lies evenly between 0 and 1; no effect.',
  repetitions: { full: 30_000, subset: 600 },
  claims: [
    { says: 'clicks per session by the delta method, α .05: false alarms', expected: equals(0.05, 0.004) },
    { says: 'score test of sessions as if they were units: false alarms', expected: SHOWN },
  ],
  simulate: (uniform, repetitions) => ({
    measured: tally(repetitions, 2, (yes) => {
      const control = drawPairs(400, clicksAndSessions, uniform);
      const treatment = drawPairs(400, clicksAndSessions, uniform);
      const outcome = compareRatios({ ...PAIR, strata: stratum(control, treatment) });
      if (outcome.kind === 'estimate' && outcome.p <= 0.05) yes(0);
      const sessions = ({ sums: [events = 0, units = 0] }: typeof control) => ({ events, units });
      const score = pooledScore({ control: sessions(control), treatment: sessions(treatment) }, 0.05);
      if (score.kind === 'estimate' && score.p <= 0.05) yes(1);
    }),
  }),
};

/** Page loads of a unit, whose own level makes them alike. */
function pageLoads(uniform: Uniform): number[] {
  const level = 0.7 * normal(uniform);
  return Array.from({ length: 1 + furtherSessions(uniform) }, () => Math.exp(level + 0.7 * normal(uniform)));
}

const quantile: Scenario = {
  name: 'quantile-of-correlated-values',
  method: METHOD,
  about:
    '500 units an arm, 1 + Poisson(3) lognormal page loads each, half of the logarithm’s variance between units; 90th percentile, no effect.',
  repetitions: { full: 6_000, subset: 250 },
  claims: [
    { says: 'order statistics with clustered variance, α .05: false alarms', expected: equals(0.05, 0.01) },
    { says: 'the same values as if each were a unit: false alarms', expected: SHOWN },
  ],
  simulate: (uniform, repetitions) => ({
    measured: tally(repetitions, 2, (yes) => {
      const [control, treatment] = [0, 1].map(() => Array.from({ length: 500 }, () => pageLoads(uniform)));
      if (control === undefined || treatment === undefined) return;
      const clustered = [control, treatment].map((units) =>
        estimateClusteredQuantile({ units, quantile: 0.9 }),
      );
      const independent = [control, treatment].map((units) =>
        estimateQuantile({ values: units.flat(), quantile: 0.9 }),
      );
      for (const [answer, [c, t]] of [clustered, independent].entries()) {
        if (c?.kind !== 'estimate' || t?.kind !== 'estimate') continue;
        const outcome = compareQuantiles({ control: c, treatment: t, alpha: 0.05 });
        if (outcome.kind === 'estimate' && outcome.p <= 0.05) yes(answer);
      }
    }),
  }),
};

export const correlatedScenarios: readonly Scenario[] = [ratio, quantile];
