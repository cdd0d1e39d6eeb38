import type { PlannedGuardrail } from '../../../src/catalogue/index.ts';
import { guardrail } from '../../ruling/rollout.ts';
import type { Phase, Rates } from './traffic.ts';

/** Without any harm: errors, units above the latency that is borne, purchases; nobody crashes. */
export const BASE: Rates = { error: 0.01, slow: 0.05, purchase: 0.03, crash: 0 };

/** Four guardrails that share the error budget in equal parts and bear nothing. */
export const GUARDRAILS: readonly PlannedGuardrail[] = Object.keys(BASE).map((metric) =>
  guardrail({
    ...{ metric, share: 1 / Object.keys(BASE).length },
    direction: metric === 'purchase' ? 'decreaseIsBad' : 'increaseIsBad',
  }),
);

export interface Split {
  readonly name: string;
  /** The treatment's. */
  readonly share: number;
}

export const SPLITS: readonly Split[] = [
  { name: '50/50', share: 0.5 },
  { name: '10/90', share: 0.1 },
  { name: '1/99', share: 0.01 },
];

/** One epoch without harm. */
export function quiet(share: number, units: number): Phase {
  return { epoch: 1, share, units, control: BASE, treatment: BASE };
}

/** Three epochs: 1 %, 10 %, 50 %. */
export function ramp(unitsPerEpoch: number): Phase[] {
  return [0.01, 0.1, 0.5].map((share, at) => ({ ...quiet(share, unitsPerEpoch), epoch: at + 1 }));
}
