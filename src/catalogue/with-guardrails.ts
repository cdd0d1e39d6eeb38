import type { ExperimentPlan } from './experiment.ts';
import { invalid } from './field-errors.ts';
import { type DecisionPolicy, type GuardrailDefinition, plannedGuardrails } from './guardrail.ts';
import { brokenGuardrails, guardrailsAgainstMetrics } from './guardrail-rules.ts';

/**
 * The plan as if its experiment had these guardrails, of metrics that it counts already.
 * @throws AppError `unprocessable` where the experiment would be refused with them
 */
export function withGuardrails(
  plan: ExperimentPlan,
  guardrails: readonly GuardrailDefinition[],
  decisions: DecisionPolicy,
): ExperimentPlan {
  const guarded = { guardrails: [...guardrails], decisions };
  const metrics = new Map(plan.metrics.map(({ definition }) => [definition.key, definition]));
  const uncounted = guardrails.flatMap(({ metric }, index) =>
    metrics.has(metric)
      ? []
      : [
          {
            pointer: `/guardrails/${index}/metric`,
            detail: `experiment "${plan.key}" does not count "${metric}"; list it under its metrics first`,
          },
        ],
  );
  const broken = [...uncounted, ...brokenGuardrails(guarded), ...guardrailsAgainstMetrics(guarded, metrics)];
  if (broken.length > 0) throw invalid(broken);
  return { ...plan, guardrails: plannedGuardrails(guarded, plan.metrics), optedOut: null, decisions };
}
