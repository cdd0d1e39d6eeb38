/** Why there is no answer; the list is closed, so that whoever shows a reason can show each of them. */
export type UnknownReason =
  /** An arm that is compared (or the whole experiment) has no units yet. */
  | 'no-units'
  /** An arm has a single unit: nothing is known about how much units differ. */
  | 'one-unit'
  /** Both arms have units, but never within one stratum, so that nothing can be compared. */
  | 'no-common-stratum'
  /** Fewer than two arms may receive units. */
  | 'one-arm'
  /** The figures do not differ between units, or by less than doubles can tell: no chance to compare with. */
  | 'zero-variance'
  /** A proportion without a single event in either arm. */
  | 'no-events'
  /** A proportion where every unit of both arms has the event. */
  | 'all-events'
  /** A ratio whose denominator sums to 0 in an arm. */
  | 'zero-denominator'
  /** A ratio whose denominator cannot be told from 0 in an arm. */
  | 'denominator-may-be-zero'
  /** Something relative to a control's figure that is not clearly above 0. */
  | 'control-may-be-zero'
  /** So few values that the order statistics which a method needs lie beyond the smallest or the largest of them. */
  | 'too-few-units'
  /** Nobody was watched for as long as is asked about. */
  | 'beyond-follow-up'
  /** Fewer than two segments (or days) with an estimate: nothing can differ between them. */
  | 'one-segment'
  /** Too early for a sequential method: it has not started, or no alpha may be spent yet. */
  | 'too-early'
  /** A percentile of values above 0 where no unit has one. */
  | 'no-positive-values'
  /** No constant mean agrees with the values in their order: they drift. */
  | 'drifting-mean'
  /** The numbers are too large or too small for doubles. */
  | 'overflow';

/** There is no answer, and why. */
export interface Unknown {
  readonly kind: 'unknown';
  readonly reason: UnknownReason;
}

/** Either an answer or the reason why there is none: never a made-up p of 1, an estimate of 0 or NaN. */
export type Outcome<T> = ({ readonly kind: 'estimate' } & T) | Unknown;

/** The outcome that says why there is no answer. */
export function unknown(reason: UnknownReason): Unknown {
  return { kind: 'unknown', reason };
}
