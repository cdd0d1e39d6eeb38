import type { DecisionPolicy, PlannedGuardrail } from '../../../src/catalogue/index.ts';
import {
  type Decided,
  type DecideInput,
  decide,
  type Look,
  type MetricLook,
  stateOf,
  type TreatmentState,
} from '../../../src/ruling/index.ts';
import { watch } from '../../../src/ruling/watching.ts';
import { counts, POLICY, START } from '../../ruling/rollout.ts';
import type { EpochCounts, News } from './traffic.ts';

/** New units a second, of both arms together: what seconds of the report are reckoned at. */
export const UNITS_PER_SECOND = 100;

/** What decides: the service's own, or one that is broken on purpose. */
export interface Engine {
  /** What is remembered after a look: the part of a decision that depends on every look before. */
  observe(input: DecideInput, look: Look, before: TreatmentState): TreatmentState;
  decide(input: DecideInput): Decided;
}

export const ENGINE: Engine = {
  observe: (input, look, before) => watch(input, look, before).state,
  decide,
};

/** `in-full`: a document at every look; `until-shown`: only from where some guardrail has shown harm. */
export type Effort = 'in-full' | 'until-shown';

/**
 * One rollout that is looked at after every event. Every look goes through the same tests in the same order as in the service; what is
 * made of them, the document, is only made from where a guardrail has shown harm, as without it no verdict is `breach`. That
 * this is the same as deciding in full at every look is checked where rollouts are run both ways.
 */
export class WatchedRollout {
  readonly #engine: Engine;
  readonly #effort: Effort;
  #input: DecideInput;
  #state: TreatmentState;

  constructor(
    guardrails: readonly PlannedGuardrail[],
    {
      policy = {},
      engine = ENGINE,
      effort = 'until-shown',
    }: { readonly policy?: Partial<DecisionPolicy>; readonly engine?: Engine; readonly effort?: Effort } = {},
  ) {
    this.#engine = engine;
    this.#effort = effort;
    this.#input = {
      ...{ engineVersion: '1', environment: 'production', flag: 'checkout', treatment: 'treatment' },
      experiment: {
        ...{ key: 'checkout', control: 'control', treatments: 1, guardrailsChangedAt: null },
        ...{ policy: { ...POLICY, ...policy }, guardrails },
      },
      ...{ look: null, noLook: null, state: null },
      now: timeAt(0),
    };
    this.#state = stateOf(this.#input);
  }

  /** What is decided now; null where it has not to be said, as no harm is shown. */
  hear(news: News): Decided['document'] | null {
    this.#input = { ...this.#input, now: timeAt(news.units), look: lookAt(news, this.#guarded()) };
    const { look } = this.#input;
    if (look === null) throw new RangeError('there is no look');
    const before = this.#state;
    const state = this.#engine.observe(this.#input, look, before);
    if (this.#effort === 'until-shown' && !state.watches.some(({ shown }) => shown === 'harm')) {
      this.#state = state;
      return null;
    }
    const decided = this.#engine.decide({ ...this.#input, state: before });
    this.#state = decided.state;
    return decided.document;
  }

  /** The decision at the last look, in full. */
  end(): Decided['document'] {
    return this.#engine.decide({ ...this.#input, state: this.#state }).document;
  }

  #guarded(): readonly string[] {
    return this.#input.experiment.guardrails.map(({ metric }) => metric);
  }
}

function timeAt(units: number): string {
  return new Date(START + (units / UNITS_PER_SECOND) * 1000).toISOString();
}

function lookAt({ epochs, units }: News, metrics: readonly string[]): Look {
  return {
    dataThrough: timeAt(units),
    epochs: epochs.map((epoch) => ({
      ...{ number: epoch.number, externalId: null, effectiveAt: timeAt(epoch.began) },
      arms: [
        { variant: 'control', weight: 1 - epoch.share, units: epoch.units.control },
        { variant: 'treatment', weight: epoch.share, units: epoch.units.treatment },
      ],
      multipleVariants: 0,
      metrics: Object.fromEntries(metrics.map((metric) => [metric, metricLook(epoch, metric)])),
    })),
  };
}

function metricLook({ units, events }: EpochCounts, metric: string): MetricLook {
  return {
    kind: 'events',
    control: counts(units.control, events.control[metric] ?? 0),
    treatment: counts(units.treatment, events.treatment[metric] ?? 0),
  };
}
