import { delayedStartBoundary, mixtureBoundary } from '../../../analysis/asymptotic-sequence/index.ts';
import { type Draw, exponential, lognormal, normal, zeroInflated } from '../draws.ts';
import type { Uniform } from '../generator.ts';
import { grouped } from '../grouped.ts';
import { atMost, between, type Expectation, equals, type Scenario, SHOWN, tally } from '../scenario.ts';

const METHOD = '(a) and (b), asymptotic: false alarms by skew and split';
const ALPHA = 0.05;

/** An experiment without an effect that is looked at after every unit. */
interface Watch {
  readonly name: string;
  readonly metric: string;
  readonly draw: Draw;
  /** Of all units. */
  readonly treated: number;
  /** Treated units at the first look, and units of both arms at the last. */
  readonly from: number;
  readonly units: number;
  readonly tuning: number;
  readonly repetitions: number;
  readonly expected: { readonly two: Expectation; readonly lower: Expectation };
  readonly design?: { readonly two: string; readonly lower?: string };
}

/** Units at which the squared critical value of each test is looked up. */
interface Boundaries {
  readonly two: Float64Array;
  readonly one: Float64Array;
  readonly delayed: Float64Array;
}

function boundaries({ units, tuning, from, treated }: Watch): Boundaries {
  const start = Math.round(from / treated);
  const table = (critical: (n: number) => number) =>
    Float64Array.from({ length: units + 1 }, (_, n) =>
      n === 0 ? Number.POSITIVE_INFINITY : critical(n) ** 2,
    );
  return {
    two: table((n) => mixtureBoundary(n, tuning, ALPHA)),
    one: table((n) => mixtureBoundary(n, tuning, ALPHA, { alternative: 'greater' })),
    // Fewer units than at the planned start can have passed when enough are treated.
    delayed: table((n) => delayedStartBoundary(Math.max(n, start), start, ALPHA)),
  };
}

/** One experiment; answers: (a) two-sided, one-sided for a decrease, for an increase, (b) two-sided. */
function watch(
  { draw, treated, from, units }: Watch,
  { two, one, delayed }: Boundaries,
  uniform: Uniform,
  yes: (answer: number) => void,
): void {
  let [nC, sumC, squaresC] = [0, 0, 0];
  let [nT, sumT, squaresT] = [0, 0, 0];
  let seen = 0;
  for (let n = 1; n <= units && seen < 15; n += 1) {
    const value = draw(uniform);
    if (uniform() < treated) {
      nT += 1;
      sumT += value;
      squaresT += value * value;
    } else {
      nC += 1;
      sumC += value;
      squaresC += value * value;
    }
    if (nT < from || nC < from) continue;
    const [meanC, meanT] = [sumC / nC, sumT / nT];
    const variance = (squaresC - sumC * meanC) / (nC - 1) / nC + (squaresT - sumT * meanT) / (nT - 1) / nT;
    const difference = meanT - meanC;
    const square = (difference * difference) / variance;
    if (square > (two[n] ?? 0)) seen |= 1;
    if (square > (one[n] ?? 0)) seen |= difference < 0 ? 2 : 4;
    if (square > (delayed[n] ?? 0)) seen |= 8;
  }
  for (let answer = 0; answer < 4; answer += 1) if (seen & (1 << answer)) yes(answer);
}

function scenario(plan: Watch): Scenario {
  const { name, metric, from, units, treated, tuning, expected, design } = plan;
  const label = `${metric}, ${Math.round(100 * treated)}/${Math.round(100 * (1 - treated))} from ${grouped(from)} treated`;
  return {
    name,
    method: METHOD,
    about: `Looked at after every unit from ${grouped(from)} units in treatment until ${grouped(units)} in both arms, ${Math.round(100 * treated)} % of them treated; ${metric}; N* ${grouped(tuning)}, α .05.`,
    repetitions: { full: plan.repetitions, subset: Math.round(plan.repetitions / 80) },
    claims: [
      {
        says: `${label}: (a) two-sided`,
        expected: expected.two,
        ...(design !== undefined && { design: design.two }),
      },
      {
        says: `${label}: (a) one-sided, for a decrease`,
        expected: expected.lower,
        ...(design?.lower !== undefined && { design: design.lower }),
      },
      { says: `${label}: (a) one-sided, for an increase`, expected: SHOWN },
      { says: `${label}: (b) two-sided`, expected: SHOWN },
    ],
    simulate: (uniform, repetitions) => {
      const table = boundaries(plan);
      return { measured: tally(repetitions, 4, (yes) => watch(plan, table, uniform, yes)) };
    },
  };
}

const exact = { two: atMost(ALPHA), lower: atMost(ALPHA) };
const shown = { two: SHOWN, lower: SHOWN };
const early = { treated: 0.1, from: 100, units: 100_000, tuning: 20_000, repetitions: 4_000 };
const late = { treated: 0.1, from: 2_000, units: 200_000, tuning: 100_000, repetitions: 4_000 };
const range = { two: between(0.078, 0.114), lower: SHOWN };

export const asymptoticScenarios: readonly Scenario[] = [
  {
    ...early,
    name: 'mixture-normal-even',
    metric: 'normal',
    draw: normal,
    treated: 0.5,
    from: 100,
    units: 20_000,
    tuning: 10_000,
    expected: exact,
  },
  { ...early, name: 'mixture-normal-canary', metric: 'normal', draw: normal, expected: exact },
  { ...early, name: 'mixture-exponential-canary', metric: 'exponential', draw: exponential, expected: shown },
  {
    ...early,
    name: 'mixture-revenue-even',
    metric: '10 % buy for an exponential amount',
    draw: zeroInflated(0.1, exponential),
    treated: 0.5,
    expected: shown,
  },
  {
    ...early,
    name: 'mixture-revenue-canary',
    metric: '10 % buy for an exponential amount',
    draw: zeroInflated(0.1, exponential),
    expected: range,
    design: { two: '7.8–11.4 %' },
  },
  {
    ...early,
    name: 'mixture-skewed-revenue-canary',
    metric: '10 % buy for a lognormal amount (σ = 1)',
    draw: zeroInflated(0.1, lognormal(1)),
    expected: range,
    design: { two: '7.8–11.4 %' },
  },
  {
    ...late,
    name: 'mixture-heavy-revenue-canary',
    metric: '5 % buy for a lognormal amount (σ = 1.75)',
    draw: zeroInflated(0.05, lognormal(1.75)),
    expected: { two: equals(0.11, 0.01), lower: equals(0.16, 0.01) },
    design: { two: '11 %', lower: '16 %' },
  },
].map(scenario);
