import type { GuardrailPlan } from '../../../analysis/guardrail/index.ts';
import type { Uniform } from '../generator.ts';
import { grouped } from '../grouped.ts';
import {
  ALPHAS,
  GUARDRAIL_METHOD,
  type Listener,
  planOf,
  send,
  type Traffic,
  Watch,
} from '../guardrail-traffic.ts';
import { medianLevel, rate } from '../measurement.ts';
import { type Claim, equals, type PlotPoint, type Scenario, SHOWN } from '../scenario.ts';

/** Twice as many errors in a canary. */
const DOUBLED: Traffic = { share: 0.1, control: 0.01, treatment: 0.02 };
const HORIZON = 40_000;
const TIMES = Array.from({ length: 24 }, (_, i) => 250 * (i + 1));

/** The treated units at which harm is shown, by α; infinite where it never is. */
function timesToHarm(
  uniform: Uniform,
  plan: GuardrailPlan,
  unitsPerLook: number | undefined,
): readonly number[] {
  const watch = new Watch(plan, unitsPerLook === undefined);
  const times = ALPHAS.map(() => Number.POSITIVE_INFINITY);
  const listen: Listener = (news, treatedUnits) => {
    const { logMaxE } = watch.hear(news).harm;
    ALPHAS.forEach((alpha, i) => {
      if (times[i] === Number.POSITIVE_INFINITY && logMaxE >= -Math.log(alpha)) times[i] = treatedUnits;
    });
    return logMaxE >= -Math.log(0.001);
  };
  send(uniform, DOUBLED, HORIZON, listen, unitsPerLook);
  return times;
}

/** The same for Wald's likelihood-ratio test, which knows both rates. */
function timesToRatio(uniform: Uniform): readonly number[] {
  const { share, control, treatment } = DOUBLED;
  const all = share * treatment + (1 - share) * control;
  const gains = { treatment: Math.log(treatment / all), control: Math.log(control / all), look: 0 };
  const times = ALPHAS.map(() => Number.POSITIVE_INFINITY);
  let log = 0;
  send(uniform, DOUBLED, HORIZON, (news, treatedUnits) => {
    log += gains[news];
    ALPHAS.forEach((alpha, i) => {
      if (times[i] === Number.POSITIVE_INFINITY && log >= -Math.log(alpha)) times[i] = treatedUnits;
    });
    return log >= -Math.log(0.001);
  });
  return times;
}

/** Tests that differ in when they look and when their processes start, and what the design says of their medians. */
const TESTS: readonly {
  readonly series: string;
  readonly lateStarts: readonly number[] | undefined;
  readonly unitsPerLook?: number;
  readonly figures?: readonly (number | undefined)[];
}[] = [
  {
    series: 'processes from 0, 10², 10³ events, a look per 500 units',
    lateStarts: [100, 1000],
    unitsPerLook: 500,
    figures: [1240, 1800, 2540],
  },
  { series: 'one process, a look per 500 units', lateStarts: [], unitsPerLook: 500, figures: [1170] },
  { series: 'processes from 0, 10², 10³ events, a look per event', lateStarts: [100, 1000] },
  { series: 'as shipped (0, 10² … 10⁷ events), a look per event', lateStarts: undefined },
];

const doubling: Scenario = {
  name: 'guardrail-doubling',
  method: GUARDRAIL_METHOD,
  about:
    'Errors of 1 % in control and 2 % in treatment, 10 % of the units treated; treated units until harm is shown, one-sided α, margin 0, k of 10, 100 and 1 000. The design’s figures are those of a look per 500 units or so; at every event harm is seen about 70 treated units sooner. Beside them Wald’s SPRT of just these two rates, which it has to know: about as soon as any test can be.',
  repetitions: { full: 6_000, subset: 200 },
  claims: [
    ...TESTS.flatMap(({ series, figures = [] }) =>
      ALPHAS.map((alpha, i): Claim => {
        const says = `${series}, α ${alpha}: median treated units`;
        const figure = figures[i];
        if (figure === undefined) return { says, expected: SHOWN };
        return { says, expected: equals(figure, 20), design: grouped(figure) };
      }),
    ),
    ...ALPHAS.map((alpha) => ({
      says: `SPRT that knows both rates, α ${alpha}: median treated units`,
      expected: SHOWN,
    })),
  ],
  simulate: (uniform, repetitions) => {
    const tests = [
      ...TESTS.map(({ lateStarts, unitsPerLook }) => () => {
        return timesToHarm(uniform, planOf(lateStarts), unitsPerLook);
      }),
      () => timesToRatio(uniform),
    ];
    const times = tests.map((test) => Array.from({ length: repetitions }, test));
    const measured = times.flatMap((runs) =>
      ALPHAS.map((_, i) => medianLevel(runs.map((run) => run[i] ?? Number.POSITIVE_INFINITY))),
    );
    const shares = (test: number, i: number, series: string): readonly PlotPoint[] => {
      const runs = (times[test] ?? []).map((run) => run[i] ?? Number.POSITIVE_INFINITY);
      return TIMES.map((x) => ({
        plot: 'time-to-alarm',
        series,
        x,
        measurement: rate(runs.filter((time) => time <= x).length, runs.length),
      }));
    };
    const points = [
      ...ALPHAS.flatMap((alpha, i) => shares(2, i, `(c), α ${alpha}`)),
      ...shares(TESTS.length, 0, 'SPRT, α 0.05'),
    ];
    return { measured, points };
  },
};

export const guardrailSpeedScenarios: readonly Scenario[] = [doubling];
