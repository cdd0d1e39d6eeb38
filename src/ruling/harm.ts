import { harmAtObservedShare } from '../../analysis/index.ts';
import type { PlannedGuardrail } from '../catalogue/index.ts';
import type { DecideInput, EpochLook } from './decide-input.ts';
import type { EpochSoundness } from './epoch-soundness.ts';
import { countedOf } from './guardrail-document.ts';
import type { Broken, Latch, TreatmentState, Watch } from './treatment-state.ts';
import { beganOf, termsOf } from './watch.ts';
import { figure, percent } from './words.ts';

/** Harm that a guardrail has shown in an epoch. */
export interface Harm {
  readonly guardrail: PlannedGuardrail;
  readonly watch: Watch;
  /** false: it may come of a split that is not as declared. */
  readonly upheld: boolean;
  readonly sentence: string;
}

/** All harm shown since the last resumption, whether it decides anything or not. */
export function harmsOf(
  input: DecideInput,
  { watches }: TreatmentState,
  epochs: readonly { readonly look: EpochLook; readonly soundness: EpochSoundness }[],
): Harm[] {
  return watches.flatMap((watch): Harm[] => {
    const guardrail = input.experiment.guardrails.find(
      (planned) => planned.metric === watch.metric && termsOf(planned) === watch.terms,
    );
    const epoch = epochs.find(({ look }) => look.number === watch.epoch);
    if (watch.shown !== 'harm' || guardrail === undefined || epoch === undefined) return [];
    const upheld = !epoch.soundness.splitIsOff || holdsAtObservedShare(input, watch, epoch.look);
    return [{ guardrail, watch, upheld, sentence: harmSentence(input, guardrail, watch) }];
  });
}

/** Bounds of each arm by itself need no split; counts are asked again, at half the alpha each for the share and the harm. */
function holdsAtObservedShare(
  { treatment, experiment }: DecideInput,
  { test, alpha }: Watch,
  { arms }: EpochLook,
): boolean {
  if (test?.method !== 'counts') return true;
  const unitsOf = (variant: string) => arms.find((arm) => arm.variant === variant)?.units ?? 0;
  const impressions = { treatment: unitsOf(treatment), control: unitsOf(experiment.control) };
  return harmAtObservedShare(test.state, impressions, alpha / 2, alpha / 2).holds;
}

/** Only what is armed, acts, and is not dismissed can stop anything. */
export function stops({ guardrail, upheld }: Harm, dismissed: ReadonlySet<string>): boolean {
  return (
    upheld &&
    guardrail.armed &&
    guardrail.action !== 'notify' &&
    guardrail.method !== null &&
    !dismissed.has(guardrail.metric)
  );
}

/** The latch with the harm that is new; what it holds already stays. */
export function latched(
  before: Latch | null,
  harms: readonly Harm[],
  at: { now: string; decision: string },
): Latch | null {
  const known = before?.broken ?? [];
  const broken = harms
    .filter(
      ({ watch }) => !known.some(({ metric, epoch }) => metric === watch.metric && epoch === watch.epoch),
    )
    .map(
      ({ guardrail, watch, sentence }): Broken => ({
        ...{ metric: watch.metric, epoch: watch.epoch, sentence, began: beganOf(watch) },
        action: guardrail.action === 'rollback' ? 'rollback' : 'pause',
      }),
    );
  if (broken.length === 0) return before;
  return {
    since: before?.since ?? at.now,
    decision: before?.decision ?? at.decision,
    broken: [...known, ...broken],
  };
}

function harmSentence(
  { treatment, experiment }: DecideInput,
  guardrail: PlannedGuardrail,
  watch: Watch,
): string {
  const { metric, direction, margin } = guardrail;
  const { test, alpha, epoch } = watch;
  const borne = margin.kind === 'relative' ? percent(margin.value) : figure(margin.value);
  const head = `"${metric}" ${direction === 'increaseIsBad' ? 'rose' : 'fell'} beyond its margin of ${borne} in epoch ${epoch}`;
  const { control } = experiment;
  if (test?.method === 'counts' || test?.method === 'proportions') {
    const [treated, others] = [countedOf(watch, 'treatment'), countedOf(watch, 'control')];
    const counts = `${treated[1]} of ${treated[0]} units of ${treatment} against ${others[1]} of ${others[0]} of ${control}`;
    return `${head}: ${counts} (error rate at any look at most ${figure(alpha)}).`;
  }
  if (test?.method === 'boundedMeans') {
    const range = ([low, high]: readonly [number, number]) => `${figure(low)} to ${figure(high)}`;
    return `${head}: the mean is ${range(test.treatment.bounds)} for ${treatment} and ${range(test.control.bounds)} for ${control} (error rate at any look at most ${figure(alpha)}).`;
  }
  return `${head}, by a test that is not exact.`;
}
