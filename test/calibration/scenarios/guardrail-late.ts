import {
  type GuardrailPlan,
  guardrailVerdict,
  harmAtObservedShare,
  observeGuardrail,
  startGuardrail,
} from '../../../analysis/guardrail/index.ts';
import { normal } from '../draws.ts';
import type { Uniform } from '../generator.ts';
import { grouped } from '../grouped.ts';
import { GUARDRAIL_METHOD, HARM, send, Watch } from '../guardrail-traffic.ts';
import { meanLevel, medianLevel, rate } from '../measurement.ts';
import { atMost, equals, type Scenario, SHOWN } from '../scenario.ts';

const LATE = [
  { nulls: 0, figure: 127, text: '127' },
  { nulls: 1_000, figure: 416, text: '416' },
  { nulls: 100_000, figure: 3_521, text: '3 521' },
] as const;

/** Treatment's events among so many at an even split, by a normal number where they are many. */
function nullEvents(uniform: Uniform, events: number): number {
  return Math.round(events / 2 + (Math.sqrt(events) / 2) * normal(uniform));
}

/** Events after harm began until it is shown, α .01. */
function eventsToLateHarm(uniform: Uniform, plan: GuardrailPlan, nulls: number): number {
  let state = startGuardrail(plan);
  let [treatment, control] = [0, 0];
  // The looks at which late processes start; between them nothing of the state depends on the order of events.
  for (const total of [100, 1_000, 10_000, 100_000].filter((each) => each <= nulls)) {
    const more = total - treatment - control;
    const treated = nullEvents(uniform, more);
    [treatment, control] = [treatment + treated, control + more - treated];
    state = observeGuardrail(state, { treatment, control });
  }
  for (let events = 1; ; events += 1) {
    if (uniform() < 2 / 3) treatment += 1;
    else control += 1;
    state = observeGuardrail(state, { treatment, control });
    if (guardrailVerdict(state, 0.01) === 'harm') return events;
  }
}

/** As many k as the sample ratio has: what the design's figures of this scenario and the next were measured with. */
const WIDE = [10, 100, 1_000, 10_000, 100_000] as const;

const lateHarm: Scenario = {
  name: 'guardrail-late-harm',
  method: GUARDRAIL_METHOD,
  about:
    'An even split whose events double in treatment after so many events without harm; events from then on until harm is shown, α .01. The design’s figures are means with k of 10 … 10⁵ and one process.',
  repetitions: { full: 500, subset: 14 },
  claims: [
    ...LATE.map(({ nulls, figure, text }) => ({
      says: `one process, k of 10 … 10⁵, after ${grouped(nulls)} null events: mean further events`,
      expected: equals(figure, 1),
      design: text,
    })),
    ...LATE.map(({ nulls }) => ({
      says: `one process, k as shipped, after ${grouped(nulls)} null events: median further events`,
      expected: SHOWN,
    })),
    ...LATE.map(({ nulls }) => ({
      says: `as shipped, with late starts, after ${grouped(nulls)} null events: median further events`,
      expected: SHOWN,
    })),
  ],
  simulate: (uniform, repetitions) => {
    const even: GuardrailPlan = { ...HARM, share: 0.5 };
    const plans = [{ ...even, lateStarts: [], concentrations: WIDE }, { ...even, lateStarts: [] }, even];
    return {
      measured: plans.flatMap((plan, i) =>
        LATE.map(({ nulls }) => {
          const events = Array.from({ length: repetitions }, () => eventsToLateHarm(uniform, plan, nulls));
          return i === 0 ? meanLevel(events) : medianLevel(events);
        }),
      ),
    };
  },
};

/** Units until harm is called at each α where the split is 55/45 and there is none, and whether that holds on inspection. */
function callsOfBrokenSplit(uniform: Uniform, plan: GuardrailPlan) {
  const watch = new Watch(plan);
  const at = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  let holds = false;
  send(uniform, { share: 0.55, control: 0.01, treatment: 0.01 }, 4_000_000, (news, treatment, units) => {
    const state = watch.hear(news);
    if (at[0] === Number.POSITIVE_INFINITY && guardrailVerdict(state, 0.05) === 'harm') at[0] = units;
    if (guardrailVerdict(state, 0.01) !== 'harm') return false;
    at[1] = units;
    holds = harmAtObservedShare(state, { treatment, control: units - treatment }, 0.01, 0.01).holds;
    return true;
  });
  return { at, holds };
}

const brokenSplit: Scenario = {
  name: 'guardrail-broken-split',
  method: GUARDRAIL_METHOD,
  about:
    'A split of 55/45 declared as 50/50, 1 % of the units of both arms with an event: no harm; looked at after every event until it is called, and then with the share taken from the units themselves (interval of the share at .01).',
  repetitions: { full: 1_000, subset: 40 },
  claims: [
    {
      says: '(c) alone, k of 10 … 10⁵, α .01: mean units until harm is called',
      expected: SHOWN,
      design: '136 k',
      note: 'The order of magnitude is right; which k, looks and late starts the figure was measured with the design does not say.',
    },
    { says: '(c) alone as shipped, α .05: median units until harm is called', expected: SHOWN },
    { says: '(c) alone as shipped, α .01: median units until harm is called', expected: SHOWN },
    { says: 'harm called at the observed share too, α .01', expected: atMost(0.02) },
  ],
  simulate: (uniform, repetitions) => {
    const plan: GuardrailPlan = { ...HARM, share: 0.5 };
    const runs = (of: GuardrailPlan) =>
      Array.from({ length: repetitions }, () => callsOfBrokenSplit(uniform, of));
    const wide = runs({ ...plan, concentrations: WIDE });
    const shipped = runs(plan);
    return {
      measured: [
        meanLevel(wide.map(({ at }) => at[1] ?? 0)),
        ...[0, 1].map((i) => medianLevel(shipped.map(({ at }) => at[i] ?? 0))),
        rate(shipped.filter(({ holds }) => holds).length, repetitions),
      ],
    };
  },
};

export const guardrailLateScenarios: readonly Scenario[] = [lateHarm, brokenSplit];
