import { betaBinomialBounds, type GuardrailTest, guardrailEvidence } from '../../analysis/index.ts';
import type { PlannedGuardrail } from '../catalogue/index.ts';
import type { MetricLook } from './decide-input.ts';
import type { Decision, GuardrailState } from './decision-document.ts';
import { globalFigures } from './global-figures.ts';
import { compareToDate } from './observe-test.ts';
import type { Bounds, TestState, Watch } from './treatment-state.ts';

type Figures = Pick<GuardrailState, 'estimate' | 'ci' | 'harm' | 'safety' | 'reason'>;
type Harmed = NonNullable<Decision['blastRadius']['harmed']>;

const NO_FIGURES: Figures = { estimate: null, ci: null, harm: null, safety: null, reason: null };
const NO_E_VALUE = 'this method gives bounds and no e-value';

/** What one guardrail has shown, as the API answers it. */
export function guardrailDocument(
  guardrail: PlannedGuardrail,
  watch: Watch | null,
  look: MetricLook | null,
  {
    failure,
    ...population
  }: {
    /** Why it says nothing at this look. */
    readonly failure: string | null;
    readonly exposure: number | null;
    readonly splitIsOff: boolean;
  },
): GuardrailState {
  const { metric, scope, direction, margin, gate, action, armed, method } = guardrail;
  const shown = watch?.shown ?? null;
  const figures = watch?.test == null ? NO_FIGURES : figuresOf(guardrail, watch, watch.test, look);
  const by = method ?? (watch?.test?.method === 'asymptotic' ? 'asymptotic' : null);
  return {
    ...{ metric, scope, direction, margin, gate, action, armed },
    alpha: watch?.alpha ?? 0,
    status: shown === 'harm' ? 'harm' : failure !== null ? 'failed' : (shown ?? 'inconclusive'),
    method: by,
    ...figures,
    global: globalFigures({ ...figures, method: by }, population),
    reason: failure ?? figures.reason ?? (watch?.test == null ? 'nothing was counted yet' : null),
  };
}

function figuresOf(
  guardrail: PlannedGuardrail,
  watch: Watch,
  test: TestState,
  look: MetricLook | null,
): Figures {
  switch (test.method) {
    case 'counts':
      return figuresOfCounts(guardrail, watch, test);
    case 'proportions':
      return figuresOfBounds(guardrail, test, {
        control: ratio(countedOf(watch, 'control')),
        treatment: ratio(countedOf(watch, 'treatment')),
      });
    case 'boundedMeans':
      return figuresOfBounds(
        guardrail,
        { control: test.control.bounds, treatment: test.treatment.bounds },
        {
          control: meanOf(test.control.values),
          treatment: meanOf(test.treatment.values),
        },
      );
    case 'asymptotic':
      return figuresOfMeans(guardrail, test.p, watch.alpha, look);
  }
}

function figuresOfCounts(
  { margin }: PlannedGuardrail,
  watch: Watch,
  { state }: Extract<TestState, { method: 'counts' }>,
): Figures {
  const evidence = guardrailEvidence(state);
  if (evidence.kind === 'unknown')
    return { ...NO_FIGURES, reason: 'no unit of either arm has had the event' };
  const tests = {
    harm: testFigures(state.harm),
    safety: state.safety === null ? null : testFigures(state.safety),
  };
  if (margin.kind === 'absolute') {
    const [control, treatment] = [ratio(countedOf(watch, 'control')), ratio(countedOf(watch, 'treatment'))];
    return {
      ...{ estimate: control === null || treatment === null ? null : treatment - control, ci: null },
      ...tests,
      reason: 'counts bound the ratio of the rates and not their difference',
    };
  }
  const { ratio: change, ci } = rateRatio(state.events, state.share, watch.alpha);
  return {
    ...{ estimate: change === null ? null : change - 1, ci: [ci[0] - 1, ci[1] === null ? null : ci[1] - 1] },
    ...tests,
    reason: change === null ? 'no unit of control has had the event, so there is no relative change' : null,
  };
}

/** E at its largest; beyond what a double holds there is no number. */
function testFigures({ logMaxE }: GuardrailTest): { e: number | null; p: number | null } {
  const e = Math.exp(logMaxE);
  return { e: Number.isFinite(e) ? e : null, p: Math.exp(-logMaxE) };
}

/** The treatment's rate of events over control's, by their share of the events; any-time valid bounds at alpha. */
function rateRatio(
  [treatment, control]: readonly [number, number],
  share: number,
  alpha: number,
): { ratio: number | null; ci: readonly [number, number | null] } {
  const odds = share / (1 - share);
  const [low, high] = betaBinomialBounds({ n: treatment + control, events: treatment }, alpha);
  return {
    ratio: control === 0 ? null : treatment / control / odds,
    ci: [low / (1 - low) / odds, high === 1 ? null : high / (1 - high) / odds],
  };
}

function figuresOfBounds(
  { margin }: PlannedGuardrail,
  { control, treatment }: { control: Bounds; treatment: Bounds },
  mean: { control: number | null; treatment: number | null },
): Figures {
  if (mean.control === null || mean.treatment === null)
    return { ...NO_FIGURES, reason: 'no day’s windows have all closed in both arms' };
  const none = { e: null, p: null };
  const base = { harm: none, safety: null, reason: NO_E_VALUE };
  if (margin.kind === 'absolute')
    return {
      ...base,
      estimate: mean.treatment - mean.control,
      ci: [treatment[0] - control[1], treatment[1] - control[0]],
    };
  return {
    ...base,
    estimate: mean.control === 0 ? null : mean.treatment / mean.control - 1,
    ci: [
      control[1] === 0 ? null : treatment[0] / control[1] - 1,
      control[0] === 0 ? null : treatment[1] / control[0] - 1,
    ],
  };
}

function figuresOfMeans(
  { margin }: PlannedGuardrail,
  p: number,
  alpha: number,
  look: MetricLook | null,
): Figures {
  if (look?.kind !== 'values') return { ...NO_FIGURES, reason: 'its values could not be read at this look' };
  const comparison = compareToDate(p, look, alpha);
  if (comparison.kind === 'unknown')
    return { ...NO_FIGURES, reason: `of closed windows there is no comparison yet (${comparison.reason})` };
  const { estimate, ci } = margin.kind === 'absolute' ? comparison.absolute : comparison.relative;
  return {
    ...{ estimate, ci: ci === null ? null : [ci[0], ci[1]], harm: { e: null, p: null }, safety: null },
    reason: 'it holds for many units and not exactly, so it decides nothing',
  };
}

/** Units of the treatment that had the event and would not have had it as control (or the other way round where a fall is bad). */
export function harmedBy(guardrail: PlannedGuardrail, watch: Watch): Harmed | null {
  const { test } = watch;
  const rises = guardrail.direction === 'increaseIsBad';
  const signed = (low: number, middle: number, high: number): Harmed =>
    rises
      ? { estimate: middle, ci: [low, high] }
      : { estimate: negative(middle), ci: [negative(high), negative(low)] };
  if (test?.method === 'counts') {
    const [treatment, control] = test.state.events;
    if (treatment + control === 0) return null;
    const expected = (control * test.state.share) / (1 - test.state.share);
    const { ci } = rateRatio(test.state.events, test.state.share, watch.alpha);
    // With the bounds of the ratio R of the rates, of S events 1 − 1/R are due to the treatment.
    const due = (bound: number | null): number =>
      bound === null ? treatment : bound === 0 ? -expected : treatment - treatment / bound;
    const ends = [due(ci[0]), due(ci[1])].sort((a, b) => a - b) as [number, number];
    return signed(
      Math.min(ends[0], treatment - expected),
      treatment - expected,
      Math.max(ends[1], treatment - expected),
    );
  }
  if (test?.method === 'proportions') {
    const control = ratio(countedOf(watch, 'control'));
    const [n, events] = countedOf(watch, 'treatment');
    if (control === null || n === 0) return null;
    const low = n * (test.treatment[0] - test.control[1]);
    return signed(low, events - n * control, n * (test.treatment[1] - test.control[0]));
  }
  return null;
}

const negative = (value: number): number => (value === 0 ? 0 : -value);

/** Units and events since the watch began. */
export function countedOf(watch: Watch, arm: 'control' | 'treatment'): readonly [number, number] {
  const [seen, from] = [watch.seen[arm], watch.from[arm]];
  return [seen[0] - from[0], seen[1] - from[1]];
}

function ratio([n, events]: readonly [number, number]): number | null {
  return n === 0 ? null : events / n;
}

function meanOf({ cap, plugIn }: { cap: number; plugIn: { n: number; sum: number } }): number | null {
  return plugIn.n === 0 ? null : (cap * plugIn.sum) / plugIn.n;
}
