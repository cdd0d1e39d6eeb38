import type { ScorecardPointer, Scorecards } from '../analyse/index.ts';
import { SingleFlight } from './single-flight.ts';

/** Nobody is shown a pointer that was read longer ago. */
const MAX_AGE_MS = 250;
/** From this age on the next one is read beside the answers, so that under load nobody waits for it. */
const REFRESH_AGE_MS = 100;
/** Experiments remembered; far more than are ever read within MAX_AGE_MS. */
const MAX_ENTRIES = 1000;

/** The latest scorecard of an experiment, read at most ten times a second however many ask. */
export class LatestPointers {
  readonly #scorecards: Pick<Scorecards, 'latest'>;
  readonly #nowMs: () => number;
  readonly #flights = new SingleFlight<ScorecardPointer | null>();
  readonly #read = new Map<string, { readonly pointer: ScorecardPointer | null; readonly atMs: number }>();

  /** @param nowMs a clock that never goes back */
  constructor(scorecards: Pick<Scorecards, 'latest'>, nowMs: () => number) {
    this.#scorecards = scorecards;
    this.#nowMs = nowMs;
  }

  /** null: it has no scorecard, or there is no such experiment. */
  async get(experiment: string): Promise<ScorecardPointer | null> {
    const found = this.#read.get(experiment);
    const ageMs = found === undefined ? Number.POSITIVE_INFINITY : this.#nowMs() - found.atMs;
    if (found !== undefined && ageMs < REFRESH_AGE_MS) return found.pointer;
    const reading = this.#flights.run(experiment, () => this.#fetch(experiment));
    if (found === undefined || ageMs >= MAX_AGE_MS) return reading;
    // Its failure is told to who has to wait for it.
    reading.catch(() => undefined);
    return found.pointer;
  }

  async #fetch(experiment: string): Promise<ScorecardPointer | null> {
    // Its age counts from before the question: the answer may be as old as that.
    const atMs = this.#nowMs();
    const pointer = (await this.#scorecards.latest([experiment])).get(experiment) ?? null;
    if (this.#read.size >= MAX_ENTRIES) this.#read.clear();
    this.#read.set(experiment, { pointer, atMs });
    return pointer;
  }
}
