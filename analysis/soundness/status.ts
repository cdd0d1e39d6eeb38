import type { Outcome } from '../outcome.ts';

/**
 * `broken`: the figures may not be believed. `suspect`: somebody should look before believing them. `sound`: this check
 * found nothing.
 */
export type SoundnessStatus = 'sound' | 'suspect' | 'broken';

/** A check's answer with its evidence, or why it can say nothing: a check without data is never `sound`. */
export type Soundness<Evidence> = Outcome<{ readonly status: SoundnessStatus } & Evidence>;

/** Below this p a check speaks: reports are read many times, and show many checks, so each may err but rarely. */
export const ALARM_P = 0.001;
