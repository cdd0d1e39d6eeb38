const MOST_KEYS = 10_000;

/** So many a second for each key, counted by the second that they fall into. */
export class Rate {
  readonly #most: number;
  readonly #counts = new Map<string, number>();
  #second = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** false: that is one too many. */
  take(key: string, nowMs: number): boolean {
    const second = Math.floor(nowMs / 1000);
    if (second !== this.#second) this.#counts.clear();
    this.#second = second;
    const count = this.#counts.get(key) ?? 0;
    if (count >= this.#most || (count === 0 && this.#counts.size >= MOST_KEYS)) return false;
    this.#counts.set(key, count + 1);
    return true;
  }
}
