import type { FieldError } from '../errors.ts';
import type { ExperimentDefinition, MetricRole } from './experiment.ts';
import { besides, type FlagWide } from './guardrail.ts';
import { brokenGuardrails } from './guardrail-rules.ts';

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
    ...brokenGuardrails(definition),
    ...listedTwice(definition, 'segments'),
    ...listedTwice(definition, 'segmentAttributes'),
    ...brokenDates(definition),
  ];
}

/** What keys of implicit experiments begin with. */
export const IMPLICIT_PREFIX = 'flag:';

/** A key that nobody may choose. */
export function reservedKey({ key }: Pick<ExperimentDefinition, 'key'>): FieldError[] {
  return key.startsWith(IMPLICIT_PREFIX)
    ? [{ pointer: '/key', detail: `begins with "${IMPLICIT_PREFIX}", as those of implicit experiments do` }]
    : [];
}

interface Listed {
  readonly role: MetricRole;
  readonly metric: string;
  /** Where the definition names it first. */
  readonly pointer: string;
}

/** The metrics listed by their roles, in the order in which scorecards show them. */
function listedMetrics({ metrics }: Pick<ExperimentDefinition, 'metrics'>): Listed[] {
  return (['goal', 'secondary', 'guardrail'] as const).flatMap((role) =>
    metrics[role].map((metric, index) => ({ role, metric, pointer: `/metrics/${role}/${index}` })),
  );
}

/** All of the experiment's metrics with their roles: those listed, and those that only a guardrail names. */
export function rolesOf(definition: Pick<ExperimentDefinition, 'metrics' | 'guardrails'>): Listed[] {
  const listed = listedMetrics(definition);
  const known = new Set(listed.map(({ metric }) => metric));
  const guarded = definition.guardrails.map(
    ({ metric }, index): Listed => ({ role: 'guardrail', metric, pointer: `/guardrails/${index}/metric` }),
  );
  return [...listed, ...guarded.filter(({ metric }) => !known.has(metric))];
}

/** The same with those of the flag-wide guardrails that it carries. */
export function rolesWith(
  { metrics, guardrails }: Pick<ExperimentDefinition, 'metrics' | 'guardrails'>,
  flagWide: Pick<FlagWide, 'guardrails'>,
): Listed[] {
  return rolesOf({ metrics, guardrails: [...guardrails, ...besides(guardrails, flagWide.guardrails)] });
}

function metricsListedTwice(definition: ExperimentDefinition): FieldError[] {
  const listed = listedMetrics(definition);
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
