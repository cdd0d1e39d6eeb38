import type { AttributeFilter, ExperimentPlan } from '../catalogue/index.ts';
import type { ParameterValue } from '../stores/clickhouse/index.ts';
import { attributeCondition } from './attribute-condition.ts';
import { NEVER } from './never.ts';
import type { QuestionTerms, TermEpoch } from './plan-terms.ts';
import type { Bindings } from './question.ts';
import { segmentNumbers } from './segments.ts';

/** The marks of classified.sql and pairs.sql that depend on the plans' epochs and the segment. */
export interface ImpressionColumns {
  readonly plan: string;
  readonly start: string;
  readonly end: string;
  readonly eligible: string;
  readonly epoch: string;
  readonly versioned: string;
  readonly arm: string;
  readonly in_epoch: string;
  readonly on_target: string;
  readonly selected: string;
  readonly impression_segments: string;
  readonly first_selected: string;
  readonly unit_and_plan: string;
  readonly and_plan: string;
}

/**
 * An impression belongs to the epoch of its flag version if that is mapped, else to the latest one that had taken
 * effect; before the first one took effect, to the first.
 * @param columnOf what an impression has as its segments
 */
export function impressionColumns(
  terms: QuestionTerms,
  segment: readonly AttributeFilter[],
  bindings: Bindings,
  columnOf: typeof segmentNumbers = segmentNumbers,
): ImpressionColumns {
  const { plans, epochs } = terms;
  const epochsOf = plans.map((_, index) => epochs.filter((epoch) => epoch.plan === index + 1));
  const perPlan = (type: string, of: (plan: ExperimentPlan) => ParameterValue) =>
    byPlan(type, plans.map(of), bindings);
  const mapped = versionedEpoch(terms, epochsOf, bindings);
  const [variants] = terms.variants;
  const sameVariants = terms.variants.every((others) => others.join('\n') === variants?.join('\n'));
  return {
    plan: planOf(terms, bindings),
    start: perPlan('Int64', (plan) => plan.start.getTime()),
    end: perPlan('Int64', (plan) => plan.end?.getTime() ?? NEVER),
    eligible: byEach(
      plans.map((plan) => plan.eligibleReasons),
      'plan',
      (reasons) => `reason IN ${bindings.bind('Array(String)', reasons)}`,
      bindings,
    ),
    epoch: `if(${mapped} > 0, ${mapped}, ${epochByTime(epochsOf, bindings)})`,
    versioned: `${mapped} > 0`,
    arm: sameVariants
      ? `transform(variant, ${bindings.bind('Array(String)', variants ?? [])}, ${bindings.bind('Array(UInt16)', indexes(variants ?? []))}, toUInt16(0))`
      : `toUInt16(indexOf(${bindings.bind('Array(Array(String))', terms.variants)}[plan], variant))`,
    in_epoch: byEach(
      epochs.map((epoch) => armsOf(terms, epoch)),
      'epoch',
      (arms) => (arms === null ? '1' : `arm IN ${bindings.bind('Array(UInt16)', arms)}`),
      bindings,
    ),
    on_target: byEach(
      epochs.map((epoch) => epoch.targeting),
      'epoch',
      (targeting) => attributeCondition(targeting, bindings),
      bindings,
    ),
    selected: attributeCondition(segment, bindings),
    impression_segments: terms.segments.some((frozen) => frozen.length > 0)
      ? `${byEach(terms.segments, 'plan', (frozen) => columnOf(frozen, bindings), bindings, 'emptyArrayUInt8()')} AS segments,`
      : '',
    first_selected:
      segment.length === 0
        ? '1'
        : 'argMin(selected, bitShiftLeft(toUInt128(impression_rank), 64) + content_hash)',
    unit_and_plan: plans.length === 1 ? 'unit_hash' : 'unit_hash, plan',
    and_plan: plans.length === 1 ? '' : 'any(plan) AS plan,',
  };
}

/** The index of the plan on the impression's flag, on the side that the row is of. */
function planOf({ plans, sides }: QuestionTerms, bindings: Bindings): string {
  if (plans.length === 1) return 'toUInt16(1)';
  const flags = plans.slice(0, plans.length / sides).map((plan) => plan.flag);
  const plan = `indexOf(${bindings.bind('Array(String)', flags)}, flag)`;
  return sides === 1 ? `toUInt16(${plan})` : `toUInt16(${plan} + before * ${flags.length})`;
}

/** The index of the epoch that the impression's flag version is mapped to; 0 for none. */
function versionedEpoch(
  { plans }: QuestionTerms,
  epochsOf: readonly (readonly TermEpoch[])[],
  bindings: Bindings,
): string {
  let before = 0;
  const mapped = epochsOf.map((epochs) => {
    const first = before;
    before += epochs.length;
    return epochs.flatMap(({ flagVersion }, at) =>
      flagVersion === null || flagVersion === '' ? [] : [{ flagVersion, index: first + at + 1 }],
    );
  });
  if (mapped.every((versions) => versions.length === 0)) return 'toUInt16(0)';
  const names = mapped.map((versions) => versions.map((version) => version.flagVersion));
  const targets = mapped.map((versions) => versions.map((version) => version.index));
  if (plans.length === 1)
    return `transform(flag_version, ${bindings.bind('Array(String)', names[0] ?? [])}, ${bindings.bind('Array(UInt16)', targets[0] ?? [])}, toUInt16(0))`;
  // Of no element there is the type's zero.
  return `${bindings.bind('Array(Array(UInt16))', targets)}[plan][indexOf(${bindings.bind('Array(Array(String))', names)}[plan], flag_version)]`;
}

/** The index of the latest epoch that had taken effect at t. */
function epochByTime(epochsOf: readonly (readonly TermEpoch[])[], bindings: Bindings): string {
  const laterOf = epochsOf.map((epochs) => epochs.slice(1).map((epoch) => epoch.effectiveAt.getTime()));
  let before = 0;
  const firsts = epochsOf.map((epochs) => {
    before += epochs.length;
    return before - epochs.length + 1;
  });
  const first = byPlan('UInt16', firsts, bindings);
  const longest = Math.max(...laterOf.map((later) => later.length));
  const later = Array.from({ length: longest }, (_, at) =>
    byPlan(
      'Int64',
      laterOf.map((times) => times[at] ?? NEVER),
      bindings,
    ),
  );
  return `toUInt16(${first} ${later.map((time) => `+ (t >= ${time})`).join(' ')})`;
}

/** The arms' indexes, or null where they are all that the plan has. */
function armsOf({ variants }: QuestionTerms, epoch: TermEpoch): number[] | null {
  const all = variants[epoch.plan - 1] ?? [];
  const arms = all.flatMap((variant, index) =>
    epoch.arms.some((arm) => arm.variant === variant) ? [index + 1] : [],
  );
  return arms.length === all.length ? null : arms;
}

function indexes(values: readonly unknown[]): number[] {
  return values.map((_, index) => index + 1);
}

/** The value of the row's plan; a constant where all have the same. */
function byPlan(type: string, values: readonly ParameterValue[], bindings: Bindings): string {
  const [first] = values;
  return values.every((value) => value === first)
    ? bindings.bind(type, first ?? null)
    : `${bindings.bind(`Array(${type})`, values)}[plan]`;
}

/** The condition or column of the row's plan or epoch; each different one is asked once, and one alone without looking at the row's. */
function byEach<T>(
  values: readonly T[],
  column: 'plan' | 'epoch',
  condition: (value: T) => string,
  bindings: Bindings,
  otherwise = '0',
): string {
  const different = Map.groupBy(
    values.map((value, index) => ({ value, index: index + 1 })),
    ({ value }) => JSON.stringify(value),
  );
  const cases = [...different.values()].flatMap(([first, ...others]) =>
    first === undefined
      ? []
      : [{ of: [first, ...others].map(({ index }) => index), text: condition(first.value) }],
  );
  const [only] = cases;
  if (only === undefined) return otherwise;
  if (cases.length === 1) return only.text;
  const branches = cases.map(
    ({ of, text }) => `${column} IN ${bindings.bind('Array(UInt16)', of)}, (${text})`,
  );
  return `multiIf(${branches.join(', ')}, ${otherwise})`;
}
