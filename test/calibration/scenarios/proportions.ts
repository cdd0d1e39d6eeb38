import {
  miettinenNurminenInterval,
  newcombeInterval,
  pooledScore,
} from '../../../analysis/proportions/index.ts';
import { holds } from '../arms.ts';
import { binomial } from '../draws.ts';
import { atLeast, equals, type Scenario, SHOWN, tally } from '../scenario.ts';

const METHOD = 'Proportions: score test, Newcombe, Miettinen–Nurminen';
const Z = 1.959963984540054;

/** The interval that the score methods replace. */
function waldInterval(c: number, t: number, nC: number, nT: number): readonly [number, number] {
  const [pC, pT] = [c / nC, t / nT];
  const half = Z * Math.sqrt((pC * (1 - pC)) / nC + (pT * (1 - pT)) / nT);
  return [pT - pC - half, pT - pC + half];
}

const averageCoverage: Scenario = {
  name: 'proportion-intervals',
  method: METHOD,
  about:
    'Arms of 10 to 60 units (each size alike) with true shares drawn evenly from 0 to 1, as in Newcombe 1998; 95 % intervals of the difference.',
  repetitions: { full: 150_000, subset: 4_000 },
  claims: [
    { says: 'Newcombe’s hybrid score: intervals that hold the difference', expected: atLeast(0.95) },
    { says: 'Miettinen–Nurminen: intervals that hold the difference', expected: atLeast(0.95) },
    { says: 'Wald beside them: intervals that hold the difference', expected: SHOWN },
  ],
  simulate: (uniform, repetitions) => ({
    measured: tally(repetitions, 3, (yes) => {
      const [nC, nT] = [10 + Math.floor(51 * uniform()), 10 + Math.floor(51 * uniform())];
      const [pC, pT] = [uniform(), uniform()];
      const control = { events: binomial(nC, pC)(uniform), units: nC };
      const treatment = { events: binomial(nT, pT)(uniform), units: nT };
      if (holds(newcombeInterval(control, treatment, Z), pT - pC)) yes(0);
      if (holds(miettinenNurminenInterval({ control, treatment }, Z), pT - pC)) yes(1);
      if (holds(waldInterval(control.events, treatment.events, nC, nT), pT - pC)) yes(2);
    }),
  }),
};

const scoreTest: Scenario = {
  name: 'score-test',
  method: METHOD,
  about: '3 % of 2 000 units in control and of 1 000 in treatment have the event; no effect.',
  repetitions: { full: 200_000, subset: 10_000 },
  claims: [{ says: 'pooled score, α .05: false alarms', expected: equals(0.05, 0.004) }],
  simulate: (uniform, repetitions) => {
    const [drawControl, drawTreatment] = [binomial(2000, 0.03), binomial(1000, 0.03)];
    return {
      measured: tally(repetitions, 1, (yes) => {
        const control = { events: drawControl(uniform), units: 2000 };
        const treatment = { events: drawTreatment(uniform), units: 1000 };
        const outcome = pooledScore({ control, treatment }, 0.05);
        if (outcome.kind === 'estimate' && outcome.p <= 0.05) yes(0);
      }),
    };
  },
};

export const proportionScenarios: readonly Scenario[] = [scoreTest, averageCoverage];
