import { mixtureBoundary } from '../../../analysis/asymptotic-sequence/index.ts';
import {
  equalFractions,
  exitProbabilities,
  lanDeMetsBounds,
} from '../../../analysis/group-sequential/index.ts';
import { normal } from '../draws.ts';
import type { Uniform } from '../generator.ts';
import { equals, type Scenario, tally } from '../scenario.ts';

const METHOD = 'Group-sequential bounds: power and level';
const LOOKS = 14;
/** z_{.975} + z_{.8}: the effect that a test at the end would find in 80 % of experiments. */
const DRIFT = 2.801585218112967;

/** Does z, a Brownian motion with this drift over its root, reach a bound at any look? */
function crosses(
  uniform: Uniform,
  fractions: readonly number[],
  drift: number,
  bounds: readonly (readonly (number | null)[])[],
  yes: (answer: number) => void,
  size: (z: number) => number,
): void {
  let motion = 0;
  let before = 0;
  const crossed = bounds.map(() => false);
  fractions.forEach((fraction, look) => {
    motion += drift * (fraction - before) + Math.sqrt(fraction - before) * normal(uniform);
    before = fraction;
    const z = size(motion / Math.sqrt(fraction));
    bounds.forEach((bound, i) => {
      const critical = bound[look] ?? null;
      if (critical !== null && z >= critical) crossed[i] = true;
    });
  });
  crossed.forEach((has, i) => {
    if (has) yes(i);
  });
}

const FRACTIONS = equalFractions(LOOKS);
const BOUNDS = {
  obrienFleming: lanDeMetsBounds({
    informationFractions: FRACTIONS,
    alpha: 0.05,
    sided: 2,
    spending: 'obrien-fleming',
  }).z,
  mixture: FRACTIONS.map((n) => mixtureBoundary(n, 1, 0.05)),
} as const;

/** The power by recursion, without any draw. */
function exactPower(bounds: readonly (number | null)[]): number {
  const { cumulative } = exitProbabilities({
    bounds,
    informationFractions: FRACTIONS,
    drift: DRIFT,
    sided: 2,
  });
  return cumulative.at(-1) ?? 0;
}

const asPercent = (share: number) => `${(100 * share).toFixed(2)} %`;

const power: Scenario = {
  name: 'power-at-fixed-horizon',
  method: METHOD,
  about: `As many units as give a single test at the end 80 % power, seen at ${LOOKS} equally spaced looks; z as a Brownian motion, two-sided α .05, N* of (a) that number of units. What the recursion says of the same bounds stands beside what is simulated.`,
  repetitions: { full: 1_000_000, subset: 30_000 },
  claims: [
    { says: 'one look at the end: power', expected: equals(0.8) },
    {
      says: `(d) Lan–DeMets, O’Brien–Fleming: power (by recursion ${asPercent(exactPower(BOUNDS.obrienFleming))})`,
      expected: equals(exactPower(BOUNDS.obrienFleming), 0.0001),
      design: '78.5 %',
    },
    {
      says: `(a) normal mixture: power (by recursion ${asPercent(exactPower(BOUNDS.mixture))})`,
      expected: equals(exactPower(BOUNDS.mixture), 0.0001),
      design: '48.6 %',
      note: `Exactly ${asPercent(exactPower(BOUNDS.mixture))} by recursion; the design’s 48.6 % is what some ten thousand simulated experiments give (± 1 point).`,
    },
  ],
  simulate: (uniform, repetitions) => {
    const fixed = FRACTIONS.map((fraction) => (fraction === 1 ? 1.959963984540054 : null));
    const bounds = [fixed, BOUNDS.obrienFleming, BOUNDS.mixture];
    return {
      measured: tally(repetitions, 3, (yes) => {
        crosses(uniform, FRACTIONS, DRIFT, bounds, yes, Math.abs);
      }),
    };
  },
};

const UNEQUAL = [0.08, 0.2, 0.55, 0.6, 1] as const;

const unequalLooks: Scenario = {
  name: 'unequal-information',
  method: METHOD,
  about: `Looks at information fractions ${UNEQUAL.join(', ')}; one-sided α .025; z as a Brownian motion.`,
  repetitions: { full: 1_000_000, subset: 30_000 },
  claims: [
    { says: 'O’Brien–Fleming spending: false alarms', expected: equals(0.025, 0.0001) },
    { says: 'Pocock spending: false alarms', expected: equals(0.025, 0.0001) },
  ],
  simulate: (uniform, repetitions) => {
    const bounds = (['obrien-fleming', 'pocock'] as const).map(
      (spending) => lanDeMetsBounds({ informationFractions: UNEQUAL, alpha: 0.025, sided: 1, spending }).z,
    );
    return {
      measured: tally(repetitions, 2, (yes) => {
        crosses(uniform, UNEQUAL, 0, bounds, yes, (z) => z);
      }),
    };
  },
};

/** What the recursion says of the same bounds under an effect; the simulation must agree with it. */
const recursion = exitProbabilities({
  bounds: [2.5, 2.2, 2],
  informationFractions: [0.3, 0.6, 1],
  drift: 2,
  sided: 2,
}).cumulative;

const exits: Scenario = {
  name: 'exit-probabilities',
  method: METHOD,
  about:
    'Bounds 2.5, 2.2 and 2 at information .3, .6 and 1, a mean of z of 2 at the end; the recursion’s probability to have stopped beside the simulated one.',
  repetitions: { full: 500_000, subset: 20_000 },
  claims: [
    {
      says: `stopped in the end (by recursion ${asPercent(recursion[2] ?? 0)})`,
      expected: equals(recursion[2] ?? 0, 0.0001),
    },
  ],
  simulate: (uniform, repetitions) => ({
    measured: tally(repetitions, 1, (yes) => {
      crosses(uniform, [0.3, 0.6, 1], 2, [[2.5, 2.2, 2]], yes, Math.abs);
    }),
  }),
};

export const sequentialPowerScenarios: readonly Scenario[] = [power, unequalLooks, exits];
