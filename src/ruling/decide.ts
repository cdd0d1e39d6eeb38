import { createHash } from 'node:crypto';
import { canonicalJson } from '../canonical-json.ts';
import { silenceOf } from './arrivals.ts';
import type { DecideInput, EpochLook } from './decide-input.ts';
import type { Decision } from './decision-document.ts';
import { type EpochSoundness, soundnessOf } from './epoch-soundness.ts';
import type { Grant } from './error-budget.ts';
import { guardrailDocument, harmedBy } from './guardrail-document.ts';
import { type Harm, harmsOf, latched, stops } from './harm.ts';
import { renewalOf, validUntil } from './heartbeat.ts';
import { forget } from './overrides.ts';
import type { TreatmentState, Watch } from './treatment-state.ts';
import { needsUnits, type Ruling, rule } from './verdict.ts';
import { termsOf } from './watch.ts';
import { watch } from './watching.ts';

/** A decision that is not numbered yet. */
export type UnnumberedDecision = Omit<Decision, 'sequence'> & {
  readonly id: string;
  readonly decidedAt: string;
};

export interface Decided {
  readonly document: UnnumberedDecision;
  readonly state: TreatmentState;
  /** New lines of the error budget's ledger. */
  readonly grants: readonly Grant[];
  /** Whether it is another decision than the last one, or the same with newer figures. */
  readonly changed: boolean;
}

/**
 * Decides on one treatment: harm first, then whether the comparison is sound, then whether the data is there, then the
 * gate. Pure: the same input gives the same decision, bit for bit, now and in a replay.
 */
export function decide(given: DecideInput): Decided {
  // As it will be read back from where it is stored.
  const input: DecideInput = JSON.parse(JSON.stringify(given));
  const { now, look } = input;
  const before = forget(stateOf(input), now);
  const watched = look === null || input.ended !== undefined ? null : watch(input, look, before);
  const state = watched?.state ?? before;
  const epochs = (look?.epochs ?? []).map((epoch) => ({
    look: epoch,
    soundness: soundnessOf(
      epoch,
      state.sampleRatios.find((one) => one.epoch === epoch.number)?.state ?? null,
    ),
  }));
  const harms = harmsOf(input, state, epochs);
  const dismissed = new Set(state.dismissals.map(({ guardrail }) => guardrail ?? ''));
  const freshId = idOf(input);
  const latch = latched(
    state.latch,
    harms.filter((harm) => stops(harm, dismissed)),
    { now, decision: freshId },
  );
  const current = epochs.at(-1) ?? null;
  const guardrails = input.experiment.guardrails.map((guardrail) => {
    const own = watchOf(state, current?.look ?? null, guardrail.metric, termsOf(guardrail));
    const metric = current?.look.metrics[guardrail.metric] ?? null;
    return guardrailDocument(guardrail, own, metric, {
      failure: watched?.failures.get(guardrail.metric) ?? null,
      exposure: exposureOf(current?.look ?? null, input.treatment),
      splitIsOff: current?.soundness.splitIsOff ?? false,
    });
  });
  const silence =
    state.arrivals === null || current === null || state.arrivals.epoch !== current.look.number
      ? null
      : silenceOf(state.arrivals, now, input.experiment.policy.staleAfterSeconds);
  const ruling = rule({ input, latch, harms, dismissed, current, guardrails, silence, state });
  const figures = documentOf(input, { state, current, harms, guardrails, ruling });
  const key = keyOf(figures, latch?.broken.map(({ metric, epoch }) => `${metric} ${epoch}`) ?? []);
  const changed = state.last === null || state.last.key !== key;
  const { verdict, action } = ruling;
  const last =
    state.last === null || changed ? { id: freshId, decidedAt: now, key, verdict, action } : state.last;
  return JSON.parse(
    JSON.stringify({
      document: { ...figures, id: last.id, decidedAt: last.decidedAt },
      state: { ...state, latch, last, renewedAt: now },
      grants: watched?.grants ?? [],
      changed,
    }),
  );
}

/** What is remembered; of another experiment on the flag only what was stopped and what people said. */
export function stateOf({ state, experiment, now }: DecideInput): TreatmentState {
  if (state !== null && state.experiment === experiment.key) return state;
  return {
    experiment: experiment.key,
    ...{ period: 0, watches: [], sampleRatios: [], arrivals: null, dataThrough: null },
    renewedAt: now,
    latch: state?.latch ?? null,
    resumed: state?.resumed ?? null,
    override: state?.override ?? null,
    dismissals: state?.dismissals ?? [],
    last: state?.last ?? null,
  };
}

function watchOf(
  { watches }: TreatmentState,
  epoch: EpochLook | null,
  metric: string,
  terms: string,
): Watch | null {
  const own = (one: Watch) => one.metric === metric && one.epoch === epoch?.number && one.terms === terms;
  return watches.find(own) ?? null;
}

/** Share of an epoch's units, of all arms, that met the treatment. */
function exposureOf(epoch: EpochLook | null, treatment: string): number | null {
  const total = (epoch?.arms ?? []).reduce((sum, { units }) => sum + units, 0);
  const met = epoch?.arms.find(({ variant }) => variant === treatment)?.units ?? 0;
  return total === 0 ? null : met / total;
}

function idOf(input: DecideInput): string {
  const hash = createHash('sha256').update(canonicalJson(input)).digest('base64url');
  return `dec_${hash.replaceAll(/[-_]/g, '').slice(0, 24)}`;
}

interface Facts {
  readonly state: TreatmentState;
  readonly current: { readonly look: EpochLook; readonly soundness: EpochSoundness } | null;
  readonly harms: readonly Harm[];
  readonly guardrails: Decision['guardrails'];
  readonly ruling: Ruling;
}

function documentOf(
  input: DecideInput,
  { state, current, harms, guardrails, ruling }: Facts,
): Omit<UnnumberedDecision, 'id' | 'decidedAt'> {
  const { environment, flag, treatment, experiment, now } = input;
  const { policy, control } = experiment;
  const unitsOf = (variant: string) =>
    current?.look.arms.find((arm) => arm.variant === variant)?.units ?? null;
  const renewal = renewalOf(policy, state.dataThrough, ruling.verdict);
  return {
    ...{ environment, flag, treatment, experiment: experiment.key },
    epoch: current === null ? null : String(current.look.number),
    externalEpoch: current?.look.externalId ?? null,
    ...{ verdict: ruling.verdict, action: ruling.action, gate: policy.gate },
    score: { breach: 0, inconclusive: 50, pass: 100, invalid: null, stale: null }[ruling.verdict],
    dataThrough: state.dataThrough,
    validUntil: validUntil(renewal, { at: now, dataThrough: state.dataThrough }),
    renewal,
    units: {
      control: unitsOf(control),
      treatment: unitsOf(treatment),
      required: needsUnits(input) ? policy.requiredUnits : null,
    },
    blastRadius: { units: unitsOf(treatment), harmed: harmedOf(input, state, current?.look ?? null, harms) },
    sampleRatio: current?.soundness.sampleRatio ?? { status: 'unknown', p: null, sequentialP: null },
    overlaps: [...(input.overlaps ?? [])],
    override: state.override ?? state.dismissals[0] ?? null,
    guardrails,
    reasons: [...ruling.reasons],
  };
}

/** By the guardrail that has shown harm first, else by the one that looks worst. */
function harmedOf(
  { experiment }: DecideInput,
  state: TreatmentState,
  epoch: EpochLook | null,
  harms: readonly Harm[],
): Decision['blastRadius']['harmed'] {
  const first = harms.toSorted((a, b) => ((a.watch.shownAt ?? '') < (b.watch.shownAt ?? '') ? -1 : 1))[0];
  if (first !== undefined) return harmedBy(first.guardrail, first.watch);
  const known = experiment.guardrails.flatMap((guardrail) => {
    const own = guardrail.armed ? watchOf(state, epoch, guardrail.metric, termsOf(guardrail)) : null;
    const harmed = own === null ? null : harmedBy(guardrail, own);
    return harmed === null ? [] : [harmed];
  });
  return known.toSorted((a, b) => (b.estimate ?? 0) - (a.estimate ?? 0))[0] ?? null;
}

/** What makes it another decision: all but the figures. */
function keyOf(document: Omit<UnnumberedDecision, 'id' | 'decidedAt'>, broken: readonly string[]): string {
  const { verdict, action, gate, experiment, epoch, externalEpoch, overlaps, override, sampleRatio } =
    document;
  const guardrails = document.guardrails.map(
    ({ estimate, ci, global, harm, safety, reason, ...rest }) => rest,
  );
  const others = overlaps.map(({ flag }) => flag).sort();
  const parts = {
    ...{ verdict, action, gate, experiment, epoch, externalEpoch, override, guardrails, broken },
    renewal: document.renewal,
  };
  return createHash('sha256')
    .update(
      canonicalJson({
        ...parts,
        sampleRatio: sampleRatio.status,
        ...(overlaps.length === 0 ? {} : { others }),
      }),
    )
    .digest('base64url')
    .slice(0, 27);
}
