import type { QuestionTerms } from './plan-terms.ts';
import type { Bindings } from './question.ts';

/** The values of one attribute that have a segment each. A unit without the attribute has the value ''. */
export interface FrozenValues {
  readonly attribute: string;
  /** At most `MOST_VALUES`; units with any other value are the attribute's rest. */
  readonly values: readonly string[];
}

/** One segment of an attribute: the units with a value, or with none of the frozen ones (null). */
export interface SegmentName {
  readonly attribute: string;
  readonly value: string | null;
}

export const MOST_VALUES = 20;
/** In the table of moments. */
export const ALL_UNITS = '';

/** Under which name a segment's rows are kept: JSON, so that no two attributes or values are ever told alike. */
export function segmentKey({ attribute, value }: SegmentName): string {
  return JSON.stringify(value === null ? [attribute] : [attribute, value]);
}

/** All segments of the attributes: each one's values and then its rest. */
export function segmentsOf(frozen: readonly FrozenValues[]): SegmentName[] {
  return frozen.flatMap(({ attribute, values }) =>
    [...values, null].map((value): SegmentName => ({ attribute, value })),
  );
}

/** The name for what the questions call a segment by number: 0 are all units, else see `EACH`. */
export function segmentKeyOf(frozen: readonly FrozenValues[], number: number): string {
  if (number === 0) return ALL_UNITS;
  const found = frozen[Math.floor(number / 256) - 1];
  return segmentKey({ attribute: found?.attribute ?? '', value: found?.values[(number % 256) - 1] ?? null });
}

/** Each unit once for all units (0), and once for each attribute: its index from 1 times 256, and that of its value. */
const EACH = `ARRAY JOIN arrayPushFront(arrayMap((number, at) -> toUInt16(at * 256 + number), segments, arrayEnumerate(segments)), toUInt16(0)) AS segment`;

/** The marks of the questions that count by segment; nothing where no plan has segments, so that they cost nothing. */
export function segmentMarks({ segments }: Pick<QuestionTerms, 'segments'>) {
  const has = segments.some((frozen) => frozen.length > 0);
  const text = (sql: string) => (has ? sql : '');
  return {
    segments: text('segments,'),
    and_segments: text(', segments'),
    any_segments: text('any(segments) AS segments,'),
    first_segments: text(
      'argMin(segments, bitShiftLeft(toUInt128(impression_rank), 64) + content_hash) AS segments,',
    ),
    entry_segments: text('entry.5 AS segments,'),
    last_segments: text(', argMax(segments, cycle) AS segments'),
    segments_at_last: text(', argMax(segments, side) AS last_segments'),
    side_segments: has ? 'each_side.2.7' : 'emptyArrayUInt8()',
    known_segments: has ? 'segments' : 'emptyArrayUInt8()',
    each_segment: text(EACH),
    segment: text('segment,'),
    and_segment: text(', segment'),
  };
}

/** An impression's segments in an attribute each: the index of its value from 1, 0 for the rest. */
export function segmentNumbers(frozen: readonly FrozenValues[], bindings: Bindings): string {
  if (frozen.length === 0) return 'emptyArrayUInt8()';
  const numbers = frozen.map(({ attribute, values }) => {
    if (values.length === 0) return 'toUInt8(0)';
    // An absent attribute reads as ''.
    const found = `attributes[${bindings.bind('String', attribute)}]`;
    const indexes = values.map((_, index) => index + 1);
    return `transform(${found}, ${bindings.bind('Array(String)', values)}, ${bindings.bind('Array(UInt8)', indexes)}, toUInt8(0))`;
  });
  return `[${numbers.join(', ')}]`;
}

/** An impression's values of the attributes. */
export function segmentValues(frozen: readonly FrozenValues[], bindings: Bindings): string {
  return `[${frozen.map(({ attribute }) => `attributes[${bindings.bind('String', attribute)}]`).join(', ')}]`;
}
