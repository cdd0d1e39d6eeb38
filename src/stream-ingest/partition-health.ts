/** A partition is stuck when nothing of it could be written for so long. */
const STUCK_AFTER_MS = 30_000;

interface Failing {
  readonly since: number;
  readonly times: number;
  readonly reason: string;
}

/** What a reader of one partition has run into, and how long to wait before the next try. */
export class PartitionHealth {
  #failing: Failing | null = null;

  /** The pause before the next try, in milliseconds: it doubles up to 10 s. @param now of a monotonic clock. */
  failed(reason: string, now: number): number {
    const times = (this.#failing?.times ?? 0) + 1;
    this.#failing = { since: this.#failing?.since ?? now, times, reason };
    return Math.min(10_000, 100 * 2 ** Math.min(times, 10));
  }

  succeeded(): void {
    this.#failing = null;
  }

  /** Why nothing can be written, where that has lasted too long. */
  stuck(now: number): string | null {
    if (this.#failing === null || now - this.#failing.since < STUCK_AFTER_MS) return null;
    return this.#failing.reason;
  }
}
