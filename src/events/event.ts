/** What is randomised: a user, device, session, request… */
export interface Unit {
  readonly type: string;
  readonly id: string;
}

interface EventBase {
  /** The producer's id; with environment, unit and name (or flag) it is the event's identity. */
  readonly id: string;
  /** Milliseconds since the Unix epoch, as the producer sent it; nothing corrects it. */
  readonly ts: number;
  readonly environment: string;
  /** One row is stored per unit. Never empty; types are distinct. */
  readonly units: readonly Unit[];
  readonly attributes: Readonly<Record<string, string>>;
  /** The producer's clock when it sent the event; kept, used for nothing. */
  readonly sentAt: number | null;
}

/** A unit met a variant of a flag. */
export interface Impression extends EventBase {
  readonly type: 'impression';
  readonly flag: string;
  readonly variant: string;
  /** Why the flag served this variant, in lower case; empty when absent. */
  readonly reason: string;
  readonly flagVersion: string;
}

/** Something a unit did or suffered. */
export interface Conversion extends EventBase {
  readonly type: 'conversion';
  readonly name: string;
  readonly value: number | null;
}

export type Event = Impression | Conversion;
