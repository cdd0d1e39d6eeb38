import { nextClosing } from '../attribute/index.ts';
import type { DecisionPolicy, ExperimentPlan } from '../catalogue/index.ts';
import { type Decided, type DecideInput, type Decision, silentFrom } from '../ruling/index.ts';

/** What came of deciding on all treatments of an experiment. */
export interface Evaluation {
  /** The current ones. */
  readonly decisions: readonly Decision[];
  /** Whether the moments were looked at; else the last look was taken, and newer data is not in the decisions. */
  readonly looked: boolean;
  /**
   * When time alone may make other decisions of the same figures, in ms of the clock; null: never. Old age and what people
   * have said apart.
   */
  readonly dueAt: number | null;
  readonly policy: Pick<DecisionPolicy, 'validForSeconds' | 'staleAfterSeconds'>;
}

/** What comes by data's own time is looked for so long after it should have come. */
const AFTER_MS = 5_000;
/** And if it has not come by then, so often. */
const AGAIN_MS = 30_000;

/** See {@link Evaluation.dueAt}. */
export function changesBy(
  plan: ExperimentPlan,
  decided: readonly { readonly input: DecideInput; readonly result: Decided }[],
): number | null {
  const times = decided.flatMap(({ input, result: { state } }) => {
    const now = Date.parse(input.now);
    const { staleAfterSeconds } = input.experiment.policy;
    const silent = state.arrivals === null ? null : silentFrom(state.arrivals, staleAfterSeconds);
    return [
      ...plan.epochs.map(({ effectiveAt }) => effectiveAt.getTime()).filter((at) => at > now),
      ...(silent !== null && silent > now ? [silent] : []),
      ...(input.look === null ? [] : byData(plan, new Date(input.look.dataThrough), now)),
    ];
  });
  return times.length === 0 ? null : Math.min(...times);
}

/** When data has come so far that more windows are closed than are now. */
function byData(plan: ExperimentPlan, dataThrough: Date, now: number): number[] {
  const guarded = new Set(plan.guardrails.map(({ metric }) => metric));
  const metrics = plan.metrics.filter(({ definition }) => guarded.has(definition.key));
  const closing = nextClosing(plan, metrics, dataThrough);
  return closing === null ? [] : [Math.max(closing.getTime() + AFTER_MS, now + AGAIN_MS)];
}
