import type { GuardrailPlan } from '../../../analysis/guardrail/index.ts';
import type { Uniform } from '../generator.ts';
import { ALPHAS, GUARDRAIL_METHOD, planOf, send, type Traffic, Watch } from '../guardrail-traffic.ts';
import { atMost, type Claim, equals, type Scenario, tally } from '../scenario.ts';

/** How often a verdict falls that should not, by α. */
function wrongVerdicts(
  uniform: Uniform,
  repetitions: number,
  plan: GuardrailPlan,
  traffic: Traffic,
  horizon: number,
  wrong: 'harm' | 'safe',
) {
  return tally(repetitions, ALPHAS.length, (yes) => {
    const watch = new Watch(plan);
    let largest = 0;
    send(uniform, traffic, horizon, (news) => {
      const state = watch.hear(news);
      largest = (wrong === 'harm' ? state.harm.logMaxE : state.safety?.logMaxE) ?? 0;
      return largest >= -Math.log(0.001);
    });
    ALPHAS.forEach((alpha, i) => {
      if (largest >= -Math.log(alpha)) yes(i);
    });
  });
}

const EXACT = (what: string): readonly Claim[] =>
  ALPHAS.map((alpha) => ({ says: `${what}, α ${alpha}`, expected: atMost(alpha) }));

const noHarm: Scenario = {
  name: 'guardrail-no-harm',
  method: GUARDRAIL_METHOD,
  about:
    'Errors of 1 % in both arms, 10 % of the units treated, 20 000 treated units, looked at after every event; margin 0, processes started at 0, 10² and 10³ events.',
  repetitions: { full: 8_000, subset: 150 },
  claims: [
    { says: 'harm shown falsely, α .05', expected: equals(0.017), design: '1.7 %' },
    { says: 'harm shown falsely, α .01', expected: atMost(0.01) },
    { says: 'harm shown falsely, α .001', expected: atMost(0.001) },
  ],
  simulate: (uniform, repetitions) => ({
    measured: wrongVerdicts(
      uniform,
      repetitions,
      planOf([100, 1000]),
      { share: 0.1, control: 0.01, treatment: 0.01 },
      20_000,
      'harm',
    ),
  }),
};

/** A rate that swings by day and grows by half over the run. */
const drift = (unit: number) => (1 + 0.8 * Math.sin(unit / 2000)) * (1 + unit / 200_000);

const atTheMargin: Scenario = {
  name: 'guardrail-at-the-margin-drifting',
  method: GUARDRAIL_METHOD,
  about:
    'Errors a fifth above control’s 2 %, just at the margin .2, whose base rate swings by 80 % and grows; 20 % of the units treated, 10 000 treated units, looked at after every event.',
  repetitions: { full: 5_000, subset: 200 },
  claims: EXACT('harm beyond the margin shown falsely'),
  simulate: (uniform, repetitions) => ({
    measured: wrongVerdicts(
      uniform,
      repetitions,
      { share: 0.2, direction: 'increaseIsBad', margin: 0.2 },
      { share: 0.2, control: 0.02, treatment: 0.024, drift },
      10_000,
      'harm',
    ),
  }),
};

const falseSafety: Scenario = {
  name: 'guardrail-false-safety',
  method: GUARDRAIL_METHOD,
  about:
    'Purchases a fifth below control’s 5 %, just at the margin .2 of a metric whose decrease is harmful, with the same swings; even split, 10 000 treated units, looked at after every event.',
  repetitions: { full: 5_000, subset: 200 },
  claims: [...EXACT('safety shown falsely')],
  simulate: (uniform, repetitions) => ({
    measured: wrongVerdicts(
      uniform,
      repetitions,
      { share: 0.5, direction: 'decreaseIsBad', margin: 0.2 },
      { share: 0.5, control: 0.05, treatment: 0.04, drift },
      10_000,
      'safe',
    ),
  }),
};

export const guardrailErrorScenarios: readonly Scenario[] = [noHarm, atTheMargin, falseSafety];
