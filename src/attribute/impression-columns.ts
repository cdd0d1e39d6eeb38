import type { AttributeFilter } from '../catalogue/index.ts';
import { attributeCondition } from './attribute-condition.ts';
import type { PlanTerms } from './plan-terms.ts';
import type { Bindings } from './question.ts';

/** The marks of classified.sql and pairs.sql that depend on the plan's epochs and the segment. */
export interface ImpressionColumns {
  readonly epoch: string;
  readonly versioned: string;
  readonly arm: string;
  readonly in_epoch: string;
  readonly on_target: string;
  readonly selected: string;
  readonly first_selected: string;
}

/**
 * An impression belongs to the epoch of its flag version if that is mapped, else to the latest one that had taken
 * effect; before the first one took effect, to the first.
 */
export function impressionColumns(
  { epochs, variants }: PlanTerms,
  segment: readonly AttributeFilter[],
  bindings: Bindings,
): ImpressionColumns {
  const versions = epochs.flatMap(({ flagVersion }, index) =>
    flagVersion === null || flagVersion === '' ? [] : [{ flagVersion, index: index + 1 }],
  );
  const mapped =
    versions.length === 0
      ? 'toUInt16(0)'
      : `transform(flag_version, ${bindings.bind(
          'Array(String)',
          versions.map((version) => version.flagVersion),
        )}, ${bindings.bind(
          'Array(UInt16)',
          versions.map((version) => version.index),
        )}, toUInt16(0))`;
  const laterEpochs = epochs
    .slice(1)
    .map((epoch) => `+ (t >= ${bindings.bind('Int64', epoch.effectiveAt.getTime())})`);
  const byTime = `toUInt16(1 ${laterEpochs.join(' ')})`;
  return {
    epoch: `if(${mapped} > 0, ${mapped}, ${byTime})`,
    versioned: `${mapped} > 0`,
    arm: `transform(variant, ${bindings.bind('Array(String)', variants)}, ${bindings.bind(
      'Array(UInt16)',
      variants.map((_, index) => index + 1),
    )}, toUInt16(0))`,
    in_epoch: byEpoch(
      epochs.map((epoch) =>
        variants.flatMap((variant, index) => (hasArm(epoch, variant) ? [index + 1] : [])),
      ),
      (arms) => (arms.length === variants.length ? '1' : `arm IN ${bindings.bind('Array(UInt16)', arms)}`),
    ),
    on_target: byEpoch(
      epochs.map((epoch) => epoch.targeting),
      (targeting) => attributeCondition(targeting, bindings),
    ),
    selected: attributeCondition(segment, bindings),
    first_selected:
      segment.length === 0
        ? '1'
        : 'argMin(selected, bitShiftLeft(toUInt128(impression_rank), 64) + content_hash)',
  };
}

function hasArm(epoch: PlanTerms['epochs'][number], variant: string): boolean {
  return epoch.arms.some((arm) => arm.variant === variant);
}

/** The condition of the row's epoch; one alone where all epochs have the same. */
function byEpoch<T>(values: readonly T[], condition: (value: T) => string): string {
  const [first, ...others] = values;
  if (first === undefined) return '1';
  const text = JSON.stringify(first);
  if (others.every((other) => JSON.stringify(other) === text)) return condition(first);
  const cases = values.map((value, index) => `epoch = ${index + 1}, (${condition(value)})`);
  return `multiIf(${cases.join(', ')}, 0)`;
}
