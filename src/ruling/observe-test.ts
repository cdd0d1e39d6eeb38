import {
  anytimeComparison,
  betaBinomialBounds,
  boundsVerdict,
  compareMeans,
  empiricalBernsteinBounds,
  guardrailVerdict,
  type Moments,
  observeEmpiricalBernsteinSums,
  observeGuardrail,
} from '../../analysis/index.ts';
import type { PlannedGuardrail } from '../catalogue/index.ts';
import type { ClosedDay, MetricLook } from './decide-input.ts';
import type { Bounds, TestState } from './treatment-state.ts';

type Shown = 'harm' | 'safe' | null;
type Pair = readonly [units: number, events: number];

/** What a test is given at a look. */
export interface Observed {
  readonly look: MetricLook;
  /** Since the watch began, per arm. */
  readonly counted: { readonly control: Pair; readonly treatment: Pair };
  readonly alpha: number;
}

/** A test after a look, and what it shows by now. */
export function observeTest(
  test: TestState,
  guardrail: PlannedGuardrail,
  observed: Observed,
): { readonly test: TestState; readonly shown: Shown } {
  const { look, counted, alpha } = observed;
  switch (test.method) {
    case 'counts': {
      const events = { control: counted.control[1], treatment: counted.treatment[1] };
      const state = observeGuardrail(test.state, events);
      return { test: { method: 'counts', state }, shown: orNull(guardrailVerdict(state, alpha)) };
    }
    case 'proportions': {
      const next = {
        method: 'proportions' as const,
        control: narrowed(test.control, boundsOf(counted.control, alpha / 2)),
        treatment: narrowed(test.treatment, boundsOf(counted.treatment, alpha / 2)),
      };
      return { test: next, shown: shownBy(next, guardrail) };
    }
    case 'boundedMeans': {
      if (look.kind !== 'values') return { test, shown: null };
      const next = observeDays(test, look);
      const bounds = { control: next.control.bounds, treatment: next.treatment.bounds };
      return { test: next, shown: shownBy(bounds, guardrail) };
    }
    case 'asymptotic':
      return look.kind === 'values' ? observeMeans(test.p, guardrail, look, alpha) : { test, shown: null };
  }
}

const orNull = (verdict: 'harm' | 'safe' | 'inconclusive'): Shown =>
  verdict === 'inconclusive' ? null : verdict;

function boundsOf([n, events]: Pair, alpha: number): Bounds {
  // Units that are left out and counted again may lag behind their events.
  return betaBinomialBounds({ n: Math.max(n, events), events }, alpha);
}

/** Both hold at all looks together, and so does what they have in common; where they have nothing, the mean drifts. */
function narrowed(before: Bounds, now: Bounds): Bounds {
  const both: Bounds = [Math.max(before[0], now[0]), Math.min(before[1], now[1])];
  return both[0] <= both[1] ? both : now;
}

function shownBy(
  { control, treatment }: { control: Bounds; treatment: Bounds },
  guardrail: PlannedGuardrail,
): Shown {
  const { direction, margin, gate } = guardrail;
  return orNull(boundsVerdict({ control, treatment, direction, margin, safety: gate === 'safety' }).verdict);
}

type BoundedMeans = Extract<TestState, { method: 'boundedMeans' }>;

/** One bet a day: the days that have closed since the last look, in their order. */
function observeDays(test: BoundedMeans, look: MetricLook & { kind: 'values' }): BoundedMeans {
  const arm = (before: BoundedMeans['control'], days: readonly ClosedDay[]): BoundedMeans['control'] => {
    const fresh = days.filter(({ day }) => test.throughDay === null || day > test.throughDay);
    const values = fresh.reduce(observeEmpiricalBernsteinSums, before.values);
    const bounds = empiricalBernsteinBounds(values);
    return bounds.kind === 'unknown'
      ? { values, bounds: before.bounds }
      : { values, bounds: narrowed(before.bounds, [bounds.lower, bounds.upper]) };
  };
  const days = [...look.control, ...look.treatment].map(({ day }) => day);
  const through = [...(test.throughDay === null ? [] : [test.throughDay]), ...days].sort().at(-1) ?? null;
  return {
    ...test,
    control: arm(test.control, look.control),
    treatment: arm(test.treatment, look.treatment),
    throughDay: through,
  };
}

/** Units at which a mean's sequence is tightest; it holds at any number. */
const TUNED_FOR_UNITS = 10_000;

/** Asymptotic: of means without a cap there is nothing exact. */
function observeMeans(
  before: number,
  guardrail: PlannedGuardrail,
  look: MetricLook & { kind: 'values' },
  alpha: number,
): { test: TestState; shown: Shown } {
  const comparison = compareToDate(before, look, alpha);
  if (comparison.kind === 'unknown') return { test: { method: 'asymptotic', p: before }, shown: null };
  const { margin, direction, gate } = guardrail;
  const effect = margin.kind === 'absolute' ? comparison.absolute : comparison.relative;
  const test = { method: 'asymptotic' as const, p: comparison.p };
  if (effect.ci === null) return { test, shown: null };
  const [lower, upper] = effect.ci;
  const [least, most] = direction === 'increaseIsBad' ? [lower, upper] : [negated(upper), negated(lower)];
  if (least !== null && least > margin.value) return { test, shown: 'harm' };
  return { test, shown: gate === 'safety' && most !== null && most < margin.value ? 'safe' : null };
}

const negated = (end: number | null): number | null => (end === null ? null : -end);

/** Control against treatment by means, at any time. */
export function compareToDate(
  before: number,
  { control, treatment }: MetricLook & { kind: 'values' },
  alpha: number,
) {
  const arms = { control: momentsOf(control), treatment: momentsOf(treatment) };
  return anytimeComparison(
    compareMeans,
    { strata: [{ arms }], control: 'control', treatment: 'treatment', alpha, covariate: false },
    { method: 'mixture', tuning: TUNED_FOR_UNITS },
    before,
  );
}

function momentsOf(days: readonly ClosedDay[]): Moments {
  const total = (of: (day: ClosedDay) => number) => days.reduce((sum, day) => sum + of(day), 0);
  return {
    n: total(({ n }) => n),
    centre: [0],
    sums: [total(({ sum }) => sum)],
    products: [total(({ squares }) => squares)],
  };
}
