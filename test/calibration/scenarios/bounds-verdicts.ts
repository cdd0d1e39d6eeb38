import {
  betaBinomialBounds,
  empiricalBernsteinBounds,
  observeEmpiricalBernstein,
  startEmpiricalBernstein,
} from '../../../analysis/confidence-sequence/index.ts';
import {
  boundsVerdict,
  type GuardrailMargin,
  guardrailVerdict,
  observeGuardrail,
  startGuardrail,
} from '../../../analysis/guardrail/index.ts';
import type { Interval } from '../../../analysis/index.ts';
import { normal } from '../draws.ts';
import type { Uniform } from '../generator.ts';
import { medianLevel } from '../measurement.ts';
import { atMost, type Scenario, SHOWN, tally } from '../scenario.ts';
import { CAP, CONFIDENCE_METHOD, spend } from '../spend.ts';

/** An arm of a guardrail: takes one unit's figure, and says where its mean lies. */
interface Arm {
  add(value: number): void;
  bounds(): Interval;
}

function proportionArm(alpha: number): Arm {
  let [n, events] = [0, 0];
  return {
    add: (value) => {
      n += 1;
      events += value;
    },
    bounds: () => betaBinomialBounds({ n, events }, alpha),
  };
}

function bernsteinArm(alpha: number): Arm {
  let state = startEmpiricalBernstein({ cap: CAP, alpha });
  return {
    add: (value) => {
      state = observeEmpiricalBernstein(state, [value]);
    },
    bounds: () => {
      const bounds = empiricalBernsteinBounds(state);
      return bounds.kind === 'estimate' ? [bounds.lower, bounds.upper] : [0, CAP];
    },
  };
}

interface GuardrailRun {
  readonly arm: (alpha: number) => Arm;
  readonly draw: (uniform: Uniform, treated: boolean, day: number, unit: number) => number;
  readonly share: number;
  readonly units: number;
  readonly margin: GuardrailMargin;
}

const UNITS_A_LOOK = 200;

/** Units at which harm is called by α .05 in all; infinite where it never is. A look is a day, with a level of its own. */
function unitsToHarm(uniform: Uniform, { arm, draw, share, units, margin }: GuardrailRun): number {
  const [control, treatment] = [arm(0.025), arm(0.025)];
  let day = normal(uniform);
  for (let n = 1; n <= units; n += 1) {
    const treated = uniform() < share;
    (treated ? treatment : control).add(draw(uniform, treated, day, n));
    if (n % UNITS_A_LOOK > 0) continue;
    day = normal(uniform);
    const { verdict } = boundsVerdict({
      control: control.bounds(),
      treatment: treatment.bounds(),
      direction: 'increaseIsBad',
      margin,
      safety: false,
    });
    if (verdict === 'harm') return n;
  }
  return Number.POSITIVE_INFINITY;
}

/** From 85 to 95 %, swinging with the season and from day to day. */
const highRate = (day: number, unit: number) =>
  Math.min(0.96, Math.max(0.8, 0.9 + 0.03 * Math.sin(unit / 3000) + 0.02 * day));

const falseHarm: Scenario = {
  name: 'bounds-false-harm',
  method: CONFIDENCE_METHOD,
  about: `A canary of 10 %, 20 000 units, looked at every ${UNITS_A_LOOK} units. Proportions around 90 % whose base rate drifts and differs from day to day, alike in both arms, the treatment just at an absolute margin of 2 points; capped spend with a level per day that all units of the day share, no effect, margin 0. One-sided α .05, half of it an arm.`,
  repetitions: { full: 1_500, subset: 60 },
  claims: [
    { says: '(e) drifting rates, units of a day alike: harm shown falsely', expected: atMost(0.05) },
    { says: '(f) skewed spend, units of a day alike: harm shown falsely', expected: atMost(0.05) },
  ],
  simulate: (uniform, repetitions) => {
    const base = { share: 0.1, units: 20_000 };
    const rates: GuardrailRun = {
      ...base,
      arm: proportionArm,
      margin: { kind: 'absolute', value: 0.02 },
      draw: (u, treated, day, unit) => (u() < highRate(day, unit) + (treated ? 0.02 : 0) ? 1 : 0),
    };
    const amounts: GuardrailRun = {
      ...base,
      arm: bernsteinArm,
      margin: { kind: 'absolute', value: 0 },
      draw: (u, _, day) => Math.min(CAP, Math.exp(0.5 * day) * spend(u)),
    };
    return {
      measured: tally(repetitions, 2, (yes) => {
        [rates, amounts].forEach((run, i) => {
          if (unitsToHarm(uniform, run) <= run.units) yes(i);
        });
      }),
    };
  },
};

/** Units until (c) calls harm where the rate goes from 90 to 100 %, at an even split. */
function unitsByEvents(uniform: Uniform, alpha: number): number {
  let state = startGuardrail({ share: 0.5, direction: 'increaseIsBad', margin: 0, lateStarts: [] });
  let [treatment, control] = [0, 0];
  for (let n = 1; ; n += 1) {
    if (uniform() < 0.5) treatment += 1;
    else if (uniform() < 0.9) control += 1;
    else continue;
    state = observeGuardrail(state, { treatment, control });
    if (guardrailVerdict(state, alpha) === 'harm') return n;
  }
}

const highRates: Scenario = {
  name: 'high-base-rate',
  method: CONFIDENCE_METHOD,
  about: `90 % of control’s units and 100 % of the treatment’s have the event, even split, margin 0; units until harm is shown: by (c) looked at after every event, by (e) every ${UNITS_A_LOOK} units.`,
  repetitions: { full: 1_500, subset: 60 },
  claims: [
    { says: '(c) α .05: median units', expected: SHOWN },
    {
      says: '(c) α .01: median units',
      expected: SHOWN,
      design: '5 100',
      note: 'The order of magnitude is right and the figure depends on k, α and looks: with k of 10 … 10⁵ the mean at α .01 is about 4 850 units.',
    },
    { says: '(e) α .05: median units', expected: SHOWN },
  ],
  simulate: (uniform, repetitions) => {
    const run: GuardrailRun = {
      arm: proportionArm,
      share: 0.5,
      units: 20_000,
      margin: { kind: 'absolute', value: 0 },
      draw: (u, treated) => (treated || u() < 0.9 ? 1 : 0),
    };
    const ask = [
      () => unitsByEvents(uniform, 0.05),
      () => unitsByEvents(uniform, 0.01),
      () => unitsToHarm(uniform, run),
    ];
    return { measured: ask.map((once) => medianLevel(Array.from({ length: repetitions }, once))) };
  },
};

export const boundsVerdictScenarios: readonly Scenario[] = [falseHarm, highRates];
