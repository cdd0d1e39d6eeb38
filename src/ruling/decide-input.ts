import type { DecisionPolicy, ExperimentPlan, PlannedGuardrail } from '../catalogue/index.ts';
import type { AssignmentOverlap } from './decision-document.ts';
import type { TreatmentState } from './treatment-state.ts';

/** Units of an arm in one epoch, new and returning alike, and those of them with the event. */
export interface EventCounts {
  readonly units: number;
  readonly events: number;
  /** Of the days alone all of whose units' windows have closed. */
  readonly closedUnits: number;
  readonly closedEvents: number;
}

/** The values of an arm's units of one day, all of whose windows have closed. */
export interface ClosedDay {
  readonly day: string;
  readonly n: number;
  readonly sum: number;
  readonly squares: number;
}

/** What the moments say of one metric in one epoch, control against one treatment. */
export type MetricLook =
  | { readonly kind: 'events'; readonly control: EventCounts; readonly treatment: EventCounts }
  | {
      readonly kind: 'values';
      /** What no value exceeds, in the unit of the (transformed) values; null: not known, or there is none. */
      readonly cap: number | null;
      /** Ascending by day. */
      readonly control: readonly ClosedDay[];
      readonly treatment: readonly ClosedDay[];
    }
  | { readonly kind: 'none'; readonly reason: string };

/** What is known of one epoch. */
export interface EpochLook {
  readonly number: number;
  readonly externalId: string | null;
  readonly effectiveAt: string;
  /** Of all arms; `units` by first impression, with those that are left out because they met two variants. */
  readonly arms: readonly { readonly variant: string; readonly weight: number; readonly units: number }[];
  /** Of all arms' units, those that met two variants. */
  readonly multipleVariants: number;
  /** By metric. */
  readonly metrics: Readonly<Record<string, MetricLook>>;
}

/** What the moments said at one time. */
export interface Look {
  readonly dataThrough: string;
  /** Those that have taken effect, the last ones, ascending; the last is the one that is decided on. */
  readonly epochs: readonly EpochLook[];
}

/** The experiment as far as a decision depends on it. */
export interface DecidedExperiment {
  readonly key: string;
  readonly control: string;
  /** How many treatments share the error budget. */
  readonly treatments: number;
  /** When its guardrails last changed while it ran; null: they are as they were at its start. */
  readonly guardrailsChangedAt: string | null;
  readonly policy: DecisionPolicy;
  readonly guardrails: readonly PlannedGuardrail[];
  /** Flag-wide guardrails that its flag has opted out of; absent in evidence from before there were any. */
  readonly optedOut?: ExperimentPlan['optedOut'];
}

/**
 * All that a decision on one treatment depends on: a plain record that JSON keeps every bit of, stored as the decision's
 * evidence, so that it can be made again.
 */
export interface DecideInput {
  readonly engineVersion: string;
  readonly environment: string;
  readonly flag: string;
  readonly treatment: string;
  readonly experiment: DecidedExperiment;
  /** Flags that are not assigned independently of this one. Absent in the evidence of decisions made before they were looked for. */
  readonly overlaps?: readonly AssignmentOverlap[];
  /** null: the moments cannot be read now, for the reason given. */
  readonly look: Look | null;
  readonly noLook: string | null;
  /** Why nobody watches any more; then the look is the last one. Absent while somebody does. */
  readonly ended?: string;
  /** null before the first decision on this treatment. */
  readonly state: TreatmentState | null;
  readonly now: string;
}
