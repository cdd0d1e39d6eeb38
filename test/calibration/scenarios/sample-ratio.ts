import {
  observeSampleRatio,
  sampleRatioChiSquare,
  sampleRatioEProcess,
  startSampleRatio,
} from '../../../analysis/sample-ratio/index.ts';
import { type Crossings, crossings, watcher } from '../crossings.ts';
import type { Uniform } from '../generator.ts';
import { grouped } from '../grouped.ts';
import { medianLevel } from '../measurement.ts';
import { atMost, equals, type Scenario, SHOWN, tally } from '../scenario.ts';

const METHOD = 'Sample ratio: χ² and (c), watched at every unit';
const UNITS = 20_000;

type Evidence = (units: readonly number[], weights: readonly number[]) => number;

export const chiSquareP: Evidence = (units, weights) => {
  const outcome = sampleRatioChiSquare({ units, weights });
  return outcome.kind === 'estimate' ? outcome.p : 1;
};
export const eProcessP: Evidence = (units, weights) => {
  const outcome = sampleRatioEProcess({ units, weights });
  return outcome.kind === 'estimate' ? outcome.p : 1;
};

export function alarmsOf(evidence: Evidence, share: number, alpha: number, units = UNITS): Crossings {
  return crossings(units, share, (count, n) => evidence([count, n - count], [share, 1 - share]) <= alpha);
}

/** How often each of the tests alarms at any unit. */
function alarmRates(uniform: Uniform, repetitions: number, share: number, tests: readonly Crossings[]) {
  const watch = watcher(tests);
  return tally(repetitions, tests.length, (yes) => {
    watch(uniform, share, UNITS).forEach((at, i) => {
      if (at <= UNITS) yes(i);
    });
  });
}

/** Over 20 000 units of an even split, exactly; `exactAlarmRate` finds them too. */
export const EXACT = { chiSquare: 0.035001, eProcess: 0.00039 } as const;

const even: Scenario = {
  name: 'sample-ratio-even',
  method: METHOD,
  about: `Two arms that are split evenly, as declared; ${grouped(UNITS)} units, looked at after each of them.`,
  repetitions: { full: 100_000, subset: 2_000 },
  claims: [
    {
      says: 'χ² with p < .001: false alarms (exactly 3.500 %)',
      expected: equals(EXACT.chiSquare, 0.000001),
      design: '3.4 %',
      note: 'The figure belongs to a number of units: exactly 3.150 % of 10 000, 3.500 % of 20 000, 4.312 % of 100 000.',
    },
    {
      says: '(c) with p ≤ .001: false alarms (exactly .0390 %)',
      expected: equals(EXACT.eProcess, 0.000001),
      design: '≤ .02 %',
      note: 'Averaged over k of 10 … 10⁵, (c) takes .0390 % of the .1 % it is granted over 20 000 units: exactly so, by carrying the count’s distribution from unit to unit. ≤ .02 % is true of its first 1 000 units (.016 %), or of k = 10⁴ alone (.0009 %).',
    },
    { says: '(c) with p ≤ .05: false alarms', expected: atMost(0.05) },
  ],
  simulate: (uniform, repetitions) => {
    const tests = [
      alarmsOf(chiSquareP, 0.5, 0.001),
      alarmsOf(eProcessP, 0.5, 0.001),
      alarmsOf(eProcessP, 0.5, 0.05),
    ];
    return { measured: alarmRates(uniform, repetitions, 0.5, tests) };
  },
};

const canary: Scenario = {
  name: 'sample-ratio-canary',
  method: METHOD,
  about: `A canary of 10 %, split as declared; ${grouped(UNITS)} units, looked at after each of them.`,
  repetitions: { full: 40_000, subset: 1_500 },
  claims: [
    { says: 'χ² with p < .001: false alarms', expected: SHOWN },
    { says: '(c) with p ≤ .001: false alarms', expected: atMost(0.001) },
    { says: '(c) with p ≤ .05: false alarms', expected: atMost(0.05) },
  ],
  simulate: (uniform, repetitions) => {
    const tests = [
      alarmsOf(chiSquareP, 0.1, 0.001),
      alarmsOf(eProcessP, 0.1, 0.001),
      alarmsOf(eProcessP, 0.1, 0.05),
    ];
    return { measured: alarmRates(uniform, repetitions, 0.1, tests) };
  },
};

const lateStarts: Scenario = {
  name: 'sample-ratio-late-starts',
  method: METHOD,
  about:
    'Three arms split .5/.3/.2 as declared, 2 000 units looked at after each of them, processes started at the first, the 100th and the 1 000th unit and averaged.',
  repetitions: { full: 3_000, subset: 150 },
  claims: [{ says: '(c) with late starts, p ≤ .05: false alarms', expected: atMost(0.05) }],
  simulate: (uniform, repetitions) => ({
    measured: tally(repetitions, 1, (yes) => {
      let state = startSampleRatio({ weights: [0.5, 0.3, 0.2], lateStarts: [100, 1000] });
      const units = [0, 0, 0];
      for (let n = 1; n <= 2000; n += 1) {
        const u = uniform();
        const arm = u < 0.5 ? 0 : u < 0.8 ? 1 : 2;
        units[arm] = (units[arm] ?? 0) + 1;
        state = observeSampleRatio(state, [...units]);
        if ((state.logMaxE ?? 0) >= -Math.log(0.05)) return yes(0);
      }
    }),
  }),
};

const broken: Scenario = {
  name: 'sample-ratio-broken',
  method: METHOD,
  about: 'An even split was declared and 52 % of the units get one arm, looked at after every unit.',
  repetitions: { full: 4_000, subset: 200 },
  claims: [
    { says: '(c), α .001: median units until the alarm', expected: SHOWN },
    { says: '(c), α .05: median units until the alarm', expected: SHOWN },
  ],
  simulate: (uniform, repetitions) => {
    const tests = [0.001, 0.05].map((alpha) => alarmsOf(eProcessP, 0.5, alpha, 60_000));
    const watch = watcher(tests);
    const first = Array.from({ length: repetitions }, () => watch(uniform, 0.52, 60_000));
    return { measured: [0, 1].map((i) => medianLevel(first.map((times) => times[i] ?? 0))) };
  },
};

export const sampleRatioScenarios: readonly Scenario[] = [even, canary, lateStarts, broken];
