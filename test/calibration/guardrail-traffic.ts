import {
  type GuardrailPlan,
  type GuardrailState,
  observeGuardrail,
  startGuardrail,
} from '../../analysis/guardrail/index.ts';
import type { Uniform } from './generator.ts';

export const GUARDRAIL_METHOD = '(c), guardrail form: harm, safety and how soon';
export const ALPHAS = [0.05, 0.01, 0.001] as const;
/** A canary in which no harm at all is borne. */
export const HARM: GuardrailPlan = { share: 0.1, direction: 'increaseIsBad', margin: 0 };

/** Units of two arms as they come: a treated one with this probability, each with its arm's rate of first events. */
export interface Traffic {
  readonly share: number;
  readonly control: number;
  readonly treatment: number;
  /** Factor of both rates after so many units; 1 where nothing drifts. */
  readonly drift?: (unit: number) => number;
}

/** What a test hears of: each event, and each time when somebody looks. */
export type News = 'treatment' | 'control' | 'look';

/** A test that hears of everything; true once it needs no more. */
export type Listener = (news: News, treatedUnits: number, units: number) => boolean;

/** Sends the news of as many treated units as the horizon to a listener, with a look after every so many units if asked. */
export function send(
  uniform: Uniform,
  traffic: Traffic,
  treatedUnits: number,
  listen: Listener,
  unitsPerLook = Number.POSITIVE_INFINITY,
): void {
  const { share, control, treatment, drift } = traffic;
  let units = 0;
  let nextLook = unitsPerLook;
  for (let treated = 0; treated < treatedUnits; ) {
    units += 1;
    const factor = drift === undefined ? 1 : drift(units);
    const u = uniform();
    if (u < share) {
      treated += 1;
      if (u < share * treatment * factor && listen('treatment', treated, units)) return;
    } else if (1 - u < (1 - share) * control * factor && listen('control', treated, units)) return;
    if (units < nextLook) continue;
    nextLook += unitsPerLook;
    if (listen('look', treated, units)) return;
  }
}

/** A guardrail that hears of events, and looks at them at once or when it is told to. */
export class Watch {
  readonly #looksAtEvents: boolean;
  #state: GuardrailState;
  #events = { treatment: 0, control: 0 };

  constructor(plan: GuardrailPlan, looksAtEvents = true) {
    this.#looksAtEvents = looksAtEvents;
    this.#state = startGuardrail(plan);
  }

  hear(news: News): GuardrailState {
    const { treatment, control } = this.#events;
    if (news === 'treatment') this.#events = { treatment: treatment + 1, control };
    if (news === 'control') this.#events = { treatment, control: control + 1 };
    if (news === 'look' || this.#looksAtEvents) this.#state = observeGuardrail(this.#state, this.#events);
    return this.#state;
  }
}

/** The canary's guardrail with processes that start then; as shipped where nothing is said. */
export function planOf(lateStarts: readonly number[] | undefined): GuardrailPlan {
  return lateStarts === undefined ? HARM : { ...HARM, lateStarts };
}
