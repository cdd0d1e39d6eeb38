import type { DecisionPolicy, PlannedGuardrail } from '../../src/catalogue/index.ts';
import {
  type Decided,
  type DecideInput,
  decide,
  type EpochLook,
  type EventCounts,
  type MetricLook,
  stateOf,
  type TreatmentState,
} from '../../src/ruling/index.ts';

export const START = Date.UTC(2026, 2, 1);
const SECOND = 1000;

export const POLICY: DecisionPolicy = {
  alpha: 0.01,
  gate: 'noHarm',
  requiredUnits: 1000,
  staleAfterSeconds: 300,
  validForSeconds: 30,
};

export function guardrail(changes: Partial<PlannedGuardrail> = {}): PlannedGuardrail {
  return {
    metric: 'error',
    scope: 'experiment',
    metricVersion: 1,
    direction: 'increaseIsBad',
    margin: { kind: 'relative', value: 0 },
    gate: 'noHarm',
    share: 1,
    action: 'rollback',
    armed: true,
    method: 'counts',
    ...changes,
  };
}

/** Events of one arm after its window, unless said that none has closed. */
export function counts(units: number, events: number, closed = true): EventCounts {
  return { units, events, closedUnits: closed ? units : 0, closedEvents: closed ? events : 0 };
}

export function events(treatment: readonly [number, number], control: readonly [number, number]): MetricLook {
  return { kind: 'events', treatment: counts(...treatment), control: counts(...control) };
}

export interface EpochFacts {
  readonly number?: number;
  /** Of treatment and control. */
  readonly weights?: readonly [number, number];
  readonly units: readonly [number, number];
  readonly metrics?: Readonly<Record<string, MetricLook>>;
  readonly multipleVariants?: number;
  readonly effectiveAt?: number;
}

export function epochOf({
  number = 1,
  weights = [1, 1],
  units,
  metrics = {},
  ...rest
}: EpochFacts): EpochLook {
  return {
    number,
    externalId: null,
    effectiveAt: new Date(START + (rest.effectiveAt ?? (number - 1) * 3600) * SECOND).toISOString(),
    arms: [
      { variant: 'control', weight: weights[1], units: units[1] },
      { variant: 'treatment', weight: weights[0], units: units[0] },
    ],
    multipleVariants: rest.multipleVariants ?? 0,
    metrics,
  };
}

export interface Next {
  readonly epochs?: readonly EpochFacts[];
  readonly after?: number;
  /** Seconds by which the data is older than the clock. */
  readonly lag?: number;
  readonly noLook?: string;
}

/** One treatment's rollout: keeps what is remembered between looks, and the clock. */
export class Rollout {
  #input: DecideInput;
  #now = START;
  last: Decided | null = null;
  /** What every decision was made from. */
  readonly inputs: DecideInput[] = [];
  /** Every decision that was another than the one before. */
  readonly log: Decided['document'][] = [];
  readonly grants: Decided['grants'][number][] = [];

  constructor(guardrails: readonly PlannedGuardrail[], policy: Partial<DecisionPolicy> = {}) {
    this.#input = {
      ...{ engineVersion: '1', environment: 'production', flag: 'checkout', treatment: 'treatment' },
      experiment: {
        ...{ key: 'checkout', control: 'control', treatments: 1, guardrailsChangedAt: null },
        ...{ policy: { ...POLICY, ...policy }, guardrails },
      },
      ...{ look: null, noLook: null, state: null },
      now: new Date(START).toISOString(),
    };
  }

  get now(): string {
    return new Date(this.#now).toISOString();
  }

  get input(): DecideInput {
    return this.#input;
  }

  change(changes: Partial<DecideInput>): void {
    this.#input = { ...this.#input, ...changes };
  }

  /** Changes what is remembered, before the next decision. */
  amend(change: (state: TreatmentState) => TreatmentState): void {
    this.change({ state: change(stateOf(this.#input)) });
  }

  experiment(changes: Partial<DecideInput['experiment']>): void {
    this.change({ experiment: { ...this.#input.experiment, ...changes } });
  }

  /** What is decided `after` seconds later. */
  look({ epochs, after = 1, lag = 0, noLook }: Next): Decided['document'] {
    this.#now += after * SECOND;
    const dataThrough = new Date(this.#now - lag * SECOND).toISOString();
    const look = epochs === undefined ? this.#input.look : { dataThrough, epochs: epochs.map(epochOf) };
    this.change({ look, noLook: noLook ?? null, now: this.now });
    this.inputs.push(this.#input);
    const decided = decide(this.#input);
    this.last = decided;
    if (decided.changed) this.log.push(decided.document);
    this.grants.push(...decided.grants);
    this.change({ state: decided.state });
    return decided.document;
  }
}
