import type { FieldError } from '../errors.ts';
import type { ExperimentDefinition } from './experiment.ts';
import { exactMethodOf, type GuardrailDefinition } from './guardrail.ts';
import type { Metric } from './metric.ts';

type Guarded = Pick<ExperimentDefinition, 'guardrails' | 'decisions'>;

/** What the guardrails of a definition must satisfy whatever their metrics are. */
export function brokenGuardrails({ guardrails, decisions }: Guarded): FieldError[] {
  const at = (index: number, field: string, detail: string) => ({
    pointer: `/guardrails/${index}/${field}`,
    detail,
  });
  const metrics = guardrails.map(({ metric }) => metric);
  const given = guardrails.reduce((sum, { share }) => sum + (share ?? 0), 0);
  const exhausted = guardrails.some(({ share }) => share === null) && given >= 1;
  return [
    ...metrics.flatMap((metric, index) =>
      metrics.indexOf(metric) < index
        ? [at(index, 'metric', 'has a guardrail before; a metric has one')]
        : [],
    ),
    ...guardrails.flatMap(({ margin, gate }, index) =>
      margin.value === 0 && (gate ?? decisions.gate) === 'safety'
        ? [
            at(
              index,
              'margin/value',
              'is 0, and no data could show safety then: give the change that is still borne, or the gate noHarm',
            ),
          ]
        : [],
    ),
    // The sum of parts such as 1/3 may exceed 1 by a rounding.
    ...(given > 1 + 1e-9 || exhausted
      ? [
          {
            pointer: '/guardrails',
            detail: exhausted
              ? 'the shares given leave nothing of the error budget to those without one'
              : 'their shares of the error budget sum to more than 1',
          },
        ]
      : []),
  ];
}

/** What they must satisfy given their metrics; one whose metric is not there is left to who looks for that. */
export function guardrailsAgainstMetrics(
  { guardrails }: Pick<ExperimentDefinition, 'guardrails'>,
  metrics: ReadonlyMap<string, Metric>,
): FieldError[] {
  return guardrails.flatMap((guardrail, index) => {
    const definition = metrics.get(guardrail.metric);
    return definition === undefined
      ? []
      : contradictionsOf(guardrail, definition).map(({ field, detail }) => ({
          pointer: `/guardrails/${index}/${field}`,
          detail,
        }));
  });
}

function contradictionsOf(
  guardrail: GuardrailDefinition,
  definition: Metric,
): { field: string; detail: string }[] {
  const { margin, method, action } = guardrail;
  const isProportion = definition.type === 'proportion' || definition.type === 'retention';
  const direction = guardrail.direction ?? definition.direction;
  return [
    ...(margin.kind === 'relative' && margin.value >= 1 && direction === 'decreaseIsBad'
      ? [{ field: 'margin/value', detail: 'must be below 1 where a decrease is bad: nothing falls by more' }]
      : []),
    ...(method !== null && !isProportion
      ? [{ field: 'method', detail: 'is of proportions; leave it out for other metrics' }]
      : []),
    ...(method === 'counts' && margin.kind === 'absolute' && margin.value > 0
      ? [{ field: 'method', detail: 'counts compare rates by their ratio; give a relative margin' }]
      : []),
    ...(action !== 'notify' && exactMethodOf(guardrail, { definition }) === null
      ? [{ field: 'action', detail: onlyNotifies(definition) }]
      : []),
  ];
}

function onlyNotifies(definition: Metric): string {
  const why = 'no test of it holds at every look exactly, so it may only notify';
  return definition.type === 'mean' && definition.cap === null
    ? `is ${definition.key}’s, an uncapped mean: ${why}; give the metric a cap, or the guardrail the action notify`
    : `is ${definition.key}’s: ${why}; guard a proportion, a retention or a capped sum or count instead, or give it the action notify`;
}
