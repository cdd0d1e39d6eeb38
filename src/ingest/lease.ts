import { AppError } from '../errors.ts';
import { DEAD_AFTER_SECONDS } from './source-marks.ts';

/** An insert must be over before its source can be taken for dead: this is left for it, its limit included. */
const KEPT_BACK_MS = 15_000;

/**
 * A source's right to insert, renewed by every mark that reached Postgres: without it a process that was stopped for
 * long, and was taken for dead, could add rows below a watermark that others have given out. Where no other process
 * can see the stores nobody can take it for dead, and the lease never ends.
 */
export class Lease {
  readonly #sole: boolean;
  readonly #elapsed: () => number;
  #until = 0;
  #term = 0;

  /** `elapsed` is a monotonic clock in milliseconds. */
  constructor({ sole, elapsed }: { readonly sole: boolean; readonly elapsed: () => number }) {
    this.#sole = sole;
    this.#elapsed = elapsed;
  }

  /** A block belongs to the term in which it was stamped, and dies with it. */
  get term(): number {
    return this.#term;
  }

  isHeld(): boolean {
    return this.#sole || this.#elapsed() < this.#until;
  }

  /** A mark begun at `startedAt` has succeeded; after a lapse, call it once stamps are above the furthest mark. */
  renew(startedAt: number): void {
    if (!this.isHeld()) this.#term += 1;
    this.#until = startedAt + DEAD_AFTER_SECONDS * 1000 - KEPT_BACK_MS;
  }

  /** @throws AppError `unavailable` where a block of this term may not be inserted any more. */
  permit(term: number): void {
    if (this.isHeld() && term === this.#term) return;
    throw new AppError(
      'unavailable',
      'This collector has lost touch with Postgres, so it takes no events; send the same body again.',
      { retryAfterSeconds: 2 },
    );
  }
}
