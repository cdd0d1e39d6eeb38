import type { DecideInput, EpochLook } from './decide-input.ts';
import type { AssignmentOverlap, Decision, DecisionAction, DecisionVerdict } from './decision-document.ts';
import type { EpochSoundness } from './epoch-soundness.ts';
import { type Harm, stops } from './harm.ts';
import type { Latch, TreatmentState } from './treatment-state.ts';
import { shareOf } from './watch.ts';
import { pairOf } from './watching.ts';
import { figure, joined } from './words.ts';

/** What is decided, and why, the sentence that governs first. */
export interface Ruling {
  readonly verdict: DecisionVerdict;
  readonly action: DecisionAction;
  readonly reasons: readonly string[];
}

export interface RuleInput {
  readonly input: DecideInput;
  readonly latch: Latch | null;
  readonly harms: readonly Harm[];
  readonly dismissed: ReadonlySet<string>;
  readonly current: { readonly look: EpochLook; readonly soundness: EpochSoundness } | null;
  readonly guardrails: Decision['guardrails'];
  /** For how many seconds units that were to be expected have not come. */
  readonly silence: number | null;
  readonly state: TreatmentState;
}

/** Harm is looked for first, so that neither an unsound split nor old data hides it. A person's word stands over all. */
export function rule(facts: RuleInput): Ruling {
  const { state } = facts;
  const found = ruleOfData(facts);
  const remarks = [...found.reasons, ...remarksOn(facts)];
  const { override } = state;
  if (override === null || override.verdict === null) return { ...found, reasons: remarks };
  const action = { pass: 'proceed', breach: 'rollback', inconclusive: 'hold' } as const;
  const sentence = `${override.by} has overridden the verdict until ${override.until}: ${override.why}`;
  return {
    verdict: override.verdict,
    action: action[override.verdict],
    reasons: [sentence, `Without it: ${found.verdict}.`, ...remarks].slice(0, MOST_REASONS),
  };
}

const MOST_REASONS = 50;

function ruleOfData(facts: RuleInput): Ruling {
  const broken = facts.latch?.broken.filter(({ metric }) => !facts.dismissed.has(metric)) ?? [];
  if (facts.latch !== null && broken.length > 0)
    return {
      verdict: 'breach',
      action: broken.some(({ action }) => action === 'rollback') ? 'rollback' : 'pause',
      reasons: [
        ...broken.map(({ sentence }) => sentence),
        `Stopped since ${facts.latch.since}, until somebody resumes it or overrides the verdict.`,
      ],
    };
  const { ended } = facts.input;
  if (ended !== undefined) return { verdict: 'stale', action: 'hold', reasons: [ended] };
  const faults = facts.current?.soundness.faults ?? [];
  if (faults.length > 0) return { verdict: 'invalid', action: 'hold', reasons: faults };
  const missing = missingData(facts);
  if (missing.length > 0) return { verdict: 'stale', action: 'hold', reasons: missing };
  const open = openQuestions(facts);
  if (open.length > 0) return { verdict: 'inconclusive', action: 'hold', reasons: open };
  return { verdict: 'pass', action: 'proceed', reasons: [passSentence(facts)] };
}

/** Why the data says nothing of now. */
function missingData({ input, current, silence, state }: RuleInput): string[] {
  const { flag, treatment, experiment, now, noLook } = input;
  const { staleAfterSeconds } = experiment.policy;
  if (current === null || state.dataThrough === null)
    return [`Nothing is known of flag "${flag}" yet${noLook === null ? '' : `: ${noLook}`}.`];
  const { number, arms } = current.look;
  const seconds = (Date.parse(now) - Date.parse(state.dataThrough)) / 1000;
  const unmet = [treatment, experiment.control].filter(
    (variant) => (arms.find((arm) => arm.variant === variant)?.units ?? 0) === 0,
  );
  const watchable = shareOf(current.look, pairOf(input)) !== null;
  return [
    ...(seconds > staleAfterSeconds
      ? [
          `Data is known up to ${state.dataThrough}, which is more than ${staleAfterSeconds} s ago${noLook === null ? '' : `: ${noLook}`}.`,
        ]
      : []),
    // Where nobody is to get a variant, nobody is missing.
    ...(watchable && unmet.length > 0 ? [`No unit has met ${joined(unmet)} in epoch ${number}.`] : []),
    ...(silence === null
      ? []
      : [`No new unit has met the flag for ${figure(silence)} s, though many were to be expected.`]),
  ];
}

/** What stands between the data and a pass. */
function openQuestions({ input, current, guardrails, dismissed }: RuleInput): string[] {
  const { policy, control } = input.experiment;
  const { treatment } = input;
  const armed = guardrails.filter(
    ({ armed, action, metric }) => armed && action !== 'notify' && !dismissed.has(metric),
  );
  if (armed.length === 0) return ['No guardrail is armed, so nothing can pass.'];
  if (current === null || shareOf(current.look, pairOf(input)) === null)
    return [
      `In epoch ${current?.look.number} ${treatment} or ${control} has no weight, so there is nothing to compare.`,
    ];
  const failed = armed.filter(({ status }) => status === 'failed');
  const unproven = armed.filter(({ gate, status }) => gate === 'safety' && status !== 'safe');
  const short = [treatment, control].flatMap((variant) => {
    const units = current.look.arms.find((arm) => arm.variant === variant)?.units ?? 0;
    return units < policy.requiredUnits ? [`${variant} has ${units}`] : [];
  });
  return [
    ...failed.map(({ metric, reason }) => `"${metric}" could not be judged: ${reason}.`),
    ...unproven
      .filter(({ status }) => status === 'inconclusive')
      .map(({ metric }) => `"${metric}" has not shown safety inside its margin yet.`),
    ...(needsUnits(input) && short.length > 0
      ? [`Not enough units in epoch ${current.look.number} yet: ${joined(short)} of ${policy.requiredUnits}.`]
      : []),
  ];
}

/** Whether a pass rests on harm not having been shown, and so on there having been a chance to show it. */
export function needsUnits({ experiment }: DecideInput): boolean {
  return experiment.policy.gate === 'noHarm' || experiment.guardrails.some(({ gate }) => gate === 'noHarm');
}

function passSentence({ input, current }: RuleInput): string {
  const { gate, requiredUnits } = input.experiment.policy;
  return gate === 'safety'
    ? `Every armed guardrail has shown safety in epoch ${current?.look.number}.`
    : `No harm is shown in epoch ${current?.look.number}, and both arms have the ${requiredUnits} units that are required.`;
}

/** What a reader should know beside what governs. */
function remarksOn({ input, harms, dismissed, latch, state, current }: RuleInput): string[] {
  const held = new Set(latch?.broken.map(({ metric, epoch }) => `${metric} ${epoch}`));
  const silent = harms.filter(
    (harm) => !stops(harm, dismissed) && !held.has(`${harm.watch.metric} ${harm.watch.epoch}`),
  );
  const { resumed } = state;
  const { optedOut = null } = input.experiment;
  return [
    ...silent.map((harm) => `${harm.sentence} It stops nothing: ${whyNot(harm, dismissed)}.`),
    ...(latch !== null && (current?.soundness.faults.length ?? 0) > 0
      ? (current?.soundness.faults ?? [])
      : []),
    ...(input.overlaps ?? []).map((overlap) => overlapSentence(overlap, harms.length > 0 || latch !== null)),
    ...state.dismissals.map(
      ({ guardrail, by, why, until }) =>
        `${by} has dismissed the guardrail on "${guardrail}" until ${until}: ${why}`,
    ),
    ...(optedOut === null
      ? []
      : [
          `Flag "${input.flag}" has opted out of the flag-wide ${optedOut.metrics.length === 1 ? 'guardrail' : 'guardrails'} on ${joined(optedOut.metrics.map((metric) => `"${metric}"`))}: ${optedOut.why}`,
        ]),
    ...(resumed === null
      ? []
      : [
          `${resumed.by} resumed it at ${resumed.at} (${resumed.why})${resumed.sentences.length === 0 ? '.' : `; it had been stopped since ${resumed.stoppedSince}: ${resumed.sentences.join(' ')}`}`,
        ]),
  ];
}

function overlapSentence({ flag, units, p }: AssignmentOverlap, harmful: boolean): string {
  const found = `Units are not assigned to flag "${flag}" independently of this one (${units} in both, p at most ${figure(p)} at any look), so what either does can show as the effect of the other.`;
  return harmful ? `${found} The harm may come of "${flag}".` : found;
}

function whyNot({ guardrail, upheld }: Harm, dismissed: ReadonlySet<string>): string {
  if (dismissed.has(guardrail.metric)) return 'the guardrail is dismissed';
  if (!guardrail.armed) return 'the guardrail is in shadow';
  if (guardrail.action === 'notify' || guardrail.method === null) return 'the guardrail only notifies';
  return upheld ? 'it is held already' : 'with the split as observed it is not shown';
}
