import type { FieldError } from '../errors.ts';
import type { ExperimentDefinition } from './experiment.ts';

type Timed = Pick<ExperimentDefinition, 'start' | 'end'>;

/** What the fields of a definition must satisfy together; a pointer and a sentence for each that does not. */
export function brokenRules(definition: ExperimentDefinition): FieldError[] {
  const { arms, control } = definition;
  const broken: FieldError[] = repeated(arms.map((arm) => arm.variant)).map((index) => ({
    pointer: `/arms/${index}/variant`,
    detail: 'is listed before; each variant is one arm',
  }));
  if (!arms.some((arm) => arm.variant === control))
    broken.push({ pointer: '/control', detail: 'is not the variant of an arm' });
  if (!arms.some((arm) => arm.weight > 0))
    broken.push({ pointer: '/arms', detail: 'all weights are 0; at least one arm needs more' });
  return [
    ...broken,
    ...metricsListedTwice(definition),
    ...listedTwice(definition, 'segments'),
    ...listedTwice(definition, 'segmentAttributes'),
    ...brokenDates(definition),
  ];
}

/** The experiment's metrics with their roles, in the order in which scorecards show them. */
export function rolesOf(definition: Pick<ExperimentDefinition, 'metrics'>) {
  return (['goal', 'secondary', 'guardrail'] as const).flatMap((role) =>
    definition.metrics[role].map((metric, index) => ({ role, metric, pointer: `/metrics/${role}/${index}` })),
  );
}

function metricsListedTwice(definition: ExperimentDefinition): FieldError[] {
  const listed = rolesOf(definition);
  return repeated(listed.map((entry) => entry.metric)).flatMap((index) => {
    const pointer = listed[index]?.pointer;
    return pointer === undefined ? [] : [{ pointer, detail: 'is listed before; a metric has one role' }];
  });
}

function listedTwice(
  definition: ExperimentDefinition,
  field: 'segments' | 'segmentAttributes',
): FieldError[] {
  return repeated(definition[field]).map((index) => ({
    pointer: `/${field}/${index}`,
    detail: 'is listed before',
  }));
}

function brokenDates({ start, end }: Timed): FieldError[] {
  return start !== null && end !== null && Date.parse(start) >= Date.parse(end)
    ? [{ pointer: '/end', detail: 'must be later than the start' }]
    : [];
}

/** Positions of the values that occurred before. */
function repeated(values: readonly string[]): number[] {
  return values.flatMap((value, index) => (values.indexOf(value) < index ? [index] : []));
}

const utc = (instant: string | null): string | null =>
  instant === null ? null : new Date(instant).toISOString();

/** The same definition with its times in UTC, so that equal ones look equal. */
export function inUtc(definition: ExperimentDefinition): ExperimentDefinition {
  return { ...definition, start: utc(definition.start), end: utc(definition.end) };
}
