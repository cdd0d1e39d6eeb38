/** Where a block stands in its source, and the receipt time of all its rows in milliseconds since the Unix epoch. */
export interface Stamp {
  readonly sequence: number;
  readonly receivedAt: number;
}

/**
 * Gives each block of one source its number and its receipt time, and knows up to which receipt time everything is in
 * the tables. Such a watermark is a promise: no later block is stamped at or before one that was given out, whatever
 * the wall clock does, so "rows received up to it" never changes afterwards.
 */
export class ReceiptClock {
  readonly #pending = new Map<number, number>();
  #sequence = 0;
  #latest: number;

  /** No stamp will be at or before `floor`. */
  constructor(floor: number) {
    this.#latest = floor;
  }

  /** Opens a block; it holds the watermark back until it is settled. */
  stamp(now: number): Stamp {
    this.#sequence += 1;
    this.#latest = Math.max(now, this.#latest + 1);
    this.#pending.set(this.#sequence, this.#latest);
    return { sequence: this.#sequence, receivedAt: this.#latest };
  }

  /** The block is in the tables, or can no longer get there. */
  settle(stamp: Stamp): void {
    this.#pending.delete(stamp.sequence);
  }

  /** Everything of this source received up to here is in the tables, for ever. */
  watermark(now: number): number {
    // Stamps rise, so the first pending block is the earliest.
    for (const receivedAt of this.#pending.values()) return receivedAt - 1;
    this.#latest = Math.max(now, this.#latest);
    return this.#latest;
  }

  /** All blocks up to this one are settled. */
  settledSequence(): number {
    for (const sequence of this.#pending.keys()) return sequence - 1;
    return this.#sequence;
  }

  hasPending(): boolean {
    return this.#pending.size > 0;
  }

  /** No stamp from now on will be at or before `floor`. */
  raise(floor: number): void {
    this.#latest = Math.max(this.#latest, floor);
  }
}
