import {
  type ChangePointState,
  changePoint,
  observeChangePoint,
  startChangePoint,
  startEmpiricalBernstein,
  startGuardrail,
} from '../../analysis/index.ts';
import type { PlannedGuardrail } from '../catalogue/index.ts';
import type { EpochLook, EventCounts, MetricLook } from './decide-input.ts';
import { observeTest } from './observe-test.ts';
import type { TestState, Watch } from './treatment-state.ts';

/** What a guardrail is asked, as far as its test depends on it: whoever asks something else asks anew. */
export function termsOf({ metricVersion, direction, margin, gate, method }: PlannedGuardrail): string {
  return JSON.stringify([metricVersion, direction, margin.kind, margin.value, gate, method]);
}

/** The treatment's share of what is allocated to it and control; null where one of them has none. */
export function shareOf(
  { arms }: Pick<EpochLook, 'arms'>,
  { control, treatment }: { readonly control: string; readonly treatment: string },
): number | null {
  const weightOf = (variant: string) => arms.find((arm) => arm.variant === variant)?.weight ?? 0;
  const share = weightOf(treatment) / (weightOf(treatment) + weightOf(control));
  return share > 0 && share < 1 ? share : null;
}

export interface BeginWatch {
  readonly guardrail: PlannedGuardrail;
  readonly epoch: number;
  readonly period: number;
  readonly alpha: number;
  readonly now: string;
  /** What was there before is held against nobody; null: all of the epoch counts. */
  readonly after: MetricLook | null;
  /** No harm that is counted began earlier. */
  readonly earliest: string;
}

/** A guardrail's watch before its first look. */
export function beginWatch({ guardrail, epoch, period, alpha, now, after, earliest }: BeginWatch): Watch {
  const from = after?.kind === 'events' ? pairsOf(guardrail, after) : NOTHING;
  return {
    ...{ metric: guardrail.metric, epoch, terms: termsOf(guardrail), period, alpha, since: now },
    ...{ from, seen: from, test: null, shown: null, shownAt: null },
    ...(guardrail.method === 'counts' ? { rise: startChangePoint(Date.parse(earliest)) } : {}),
    ...(after?.kind === 'values' ? { test: skipped(guardrail, alpha, after) } : {}),
  };
}

const NOTHING = { control: [0, 0], treatment: [0, 0] } as const;

/** The test of values from the days after those that have closed. */
function skipped(
  guardrail: PlannedGuardrail,
  alpha: number,
  { cap, control, treatment }: MetricLook & { kind: 'values' },
): TestState | null {
  if (guardrail.method !== 'boundedMeans' || cap === null) return null;
  const days = [...control, ...treatment].map(({ day }) => day).sort();
  const test = startTest(guardrail, { alpha, share: null, cap });
  return test?.method === 'boundedMeans' ? { ...test, throughDay: days.at(-1) ?? null } : test;
}

/**
 * The watch after a look. Counts never fall: of units that are left out later, what was counted stays counted.
 * @throws whatever the statistics refuse, which is this guardrail's failure alone
 */
export function observeWatch(
  watch: Watch,
  guardrail: PlannedGuardrail,
  look: MetricLook,
  {
    share,
    now,
    dataThrough,
  }: { readonly share: number | null; readonly now: string; readonly dataThrough: string },
): Watch {
  const counts = look.kind === 'events' ? pairsOf(guardrail, look) : NOTHING;
  const seen = {
    control: largest(watch.seen.control, counts.control),
    treatment: largest(watch.seen.treatment, counts.treatment),
  };
  const cap = look.kind === 'values' ? look.cap : null;
  const test = watch.test ?? startTest(guardrail, { alpha: watch.alpha, share, cap });
  if (test === null) return { ...watch, seen };
  const counted = {
    control: difference(seen.control, watch.from.control),
    treatment: difference(seen.treatment, watch.from.treatment),
  };
  const observed = observeTest(test, guardrail, { look, counted, alpha: watch.alpha });
  const shown =
    watch.shown === 'harm' ? 'harm' : observed.shown === 'harm' ? 'harm' : (watch.shown ?? observed.shown);
  return {
    ...{ ...watch, seen, test: observed.test, shown, shownAt: shown === watch.shown ? watch.shownAt : now },
    ...(watch.rise === undefined ? {} : { rise: riseAfter(watch.rise, observed.test, dataThrough) }),
  };
}

function riseAfter(before: ChangePointState, test: TestState, dataThrough: string): ChangePointState {
  if (test.method !== 'counts') return before;
  const [treatment, control] = test.state.events;
  return observeChangePoint(before, test.state, { treatment, control }, Date.parse(dataThrough));
}

/** Since when there has been harm, as far as the events of a watch tell; null: they do not. */
export function beganOf({ rise, test }: Watch): string | null {
  if (rise === undefined || test?.method !== 'counts') return null;
  const at = changePoint(rise, test.state);
  return at === null ? null : new Date(at).toISOString();
}

function startTest(
  guardrail: PlannedGuardrail,
  { alpha, share, cap }: { alpha: number; share: number | null; cap: number | null },
): TestState | null {
  const { method, direction, margin, gate } = guardrail;
  switch (method) {
    case 'counts':
      return share === null
        ? null
        : {
            method,
            state: startGuardrail({ share, direction, margin: margin.value, safety: gate === 'safety' }),
          };
    case 'proportions':
      return { method, control: [0, 1], treatment: [0, 1] };
    case 'boundedMeans': {
      if (cap === null) return null;
      const arm = { values: startEmpiricalBernstein({ cap, alpha: alpha / 2 }), bounds: [0, cap] as const };
      return { method, cap, control: arm, treatment: arm, throughDay: null };
    }
    default:
      return { method: 'asymptotic', p: 1 };
  }
}

type Pair = readonly [units: number, events: number];

/** Counts act at once; bounds of proportions only on units whose outcome is known. */
function pairsOf(
  { method }: PlannedGuardrail,
  { control, treatment }: MetricLook & { kind: 'events' },
): { control: Pair; treatment: Pair } {
  const of = (counts: EventCounts): Pair =>
    method === 'counts' ? [counts.units, counts.events] : [counts.closedUnits, counts.closedEvents];
  return { control: of(control), treatment: of(treatment) };
}

const largest = (a: Pair, b: Pair): Pair => [Math.max(a[0], b[0]), Math.max(a[1], b[1])];
const difference = (a: Pair, b: Pair): Pair => [a[0] - b[0], a[1] - b[1]];
