import type { DecideInput, EpochLook, EventCounts, Look, MetricLook } from './decide-input.ts';

/** Uniform numbers in (0, 1) from a seed (mulberry32). */
export function uniformsFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (((mixed ^ (mixed >>> 14)) >>> 0) + 0.5) / 2 ** 32;
  };
}

/**
 * The same history as if the treatment changed nothing: of what control and treatment had together, every new unit and every new event
 * between two looks falls to an arm at random, by the weights. A false pause of it is one by construction. Only of counts: values of
 * units are not known singly.
 */
export function relabelled(history: readonly DecideInput[], uniform: () => number): DecideInput[] {
  let before: Look | null = null;
  let given: Look | null = null;
  return history.map((input) => {
    if (input.look === null) return input;
    const look = relabelledLook(input, input.look, { before, given }, uniform);
    before = input.look;
    given = look;
    return { ...input, look };
  });
}

function relabelledLook(
  { treatment, experiment: { control } }: DecideInput,
  look: Look,
  past: { before: Look | null; given: Look | null },
  uniform: () => number,
): Look {
  const epochs = look.epochs.map((epoch): EpochLook => {
    const of = (one: Look | null) => one?.epochs.find(({ number }) => number === epoch.number) ?? null;
    const [before, given] = [of(past.before), of(past.given)];
    const weightOf = (variant: string) => epoch.arms.find((arm) => arm.variant === variant)?.weight ?? 0;
    const share = weightOf(treatment) / (weightOf(treatment) + weightOf(control));
    const split = (fresh: number) => splitOf(Math.max(0, fresh), share, uniform);
    const unitsOf = (one: EpochLook | null, variant: string) =>
      one?.arms.find((arm) => arm.variant === variant)?.units ?? 0;
    const both = (one: EpochLook | null) => unitsOf(one, treatment) + unitsOf(one, control);
    const units = split(both(epoch) - both(before));
    return {
      ...epoch,
      arms: epoch.arms.map((arm) =>
        arm.variant === treatment
          ? { ...arm, units: unitsOf(given, treatment) + units.treatment }
          : arm.variant === control
            ? { ...arm, units: unitsOf(given, control) + units.control }
            : arm,
      ),
      metrics: Object.fromEntries(
        Object.entries(epoch.metrics).map(([metric, now]) => [
          metric,
          relabelledMetric(now, before?.metrics[metric] ?? null, given?.metrics[metric] ?? null, split),
        ]),
      ),
    };
  });
  return { ...look, epochs };
}

type Split = (fresh: number) => { readonly treatment: number; readonly control: number };

function relabelledMetric(
  now: MetricLook,
  before: MetricLook | null,
  given: MetricLook | null,
  split: Split,
): MetricLook {
  if (now.kind !== 'events') return { kind: 'none', reason: 'its units are not known singly' };
  const past = before?.kind === 'events' ? before : null;
  const own = given?.kind === 'events' ? given : null;
  const fresh = (of: (counts: EventCounts) => number) =>
    of(now.treatment) + of(now.control) - (past === null ? 0 : of(past.treatment) + of(past.control));
  const events = split(fresh((counts) => counts.events));
  const others = split(fresh((counts) => counts.units - counts.events));
  const closedEvents = split(fresh((counts) => counts.closedEvents));
  const closedOthers = split(fresh((counts) => counts.closedUnits - counts.closedEvents));
  const arm = (name: 'treatment' | 'control'): EventCounts => {
    const sum = own?.[name] ?? { units: 0, events: 0, closedUnits: 0, closedEvents: 0 };
    return {
      units: sum.units + events[name] + others[name],
      events: sum.events + events[name],
      closedUnits: sum.closedUnits + closedEvents[name] + closedOthers[name],
      closedEvents: sum.closedEvents + closedEvents[name],
    };
  };
  return { kind: 'events', treatment: arm('treatment'), control: arm('control') };
}

/** So many at once are drawn one by one; of more the normal distribution is close enough. */
const SINGLY = 10_000;

function splitOf(n: number, share: number, uniform: () => number): ReturnType<Split> {
  let treatment = 0;
  if (!(share > 0)) return { treatment: 0, control: n };
  if (n <= SINGLY) {
    for (let one = 0; one < n; one += 1) if (uniform() < share) treatment += 1;
  } else {
    const normal = Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
    const drawn = Math.round(n * share + normal * Math.sqrt(n * share * (1 - share)));
    treatment = Math.min(n, Math.max(0, drawn));
  }
  return { treatment, control: n - treatment };
}
