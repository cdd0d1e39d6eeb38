/** An experiment that is due, and since when something waits for it. */
export interface Waiting {
  readonly experiment: string;
  readonly since: number;
}

interface Last {
  readonly takenAt: number;
  readonly everyMs: number;
}

/** Which experiments are due for a scorecard, and when. Times in milliseconds. */
export class Due {
  readonly #due = new Map<string, { readonly since: number; readonly at: number }>();
  readonly #last = new Map<string, Last>();

  get size(): number {
    return this.#due.size;
  }

  /** It is due now, or as soon after as it may be made again; one that is due already stays so. */
  add(experiment: string, now: number): void {
    if (this.#due.has(experiment)) return;
    const last = this.#last.get(experiment);
    const earliest = last === undefined ? now : last.takenAt + last.everyMs;
    this.#due.set(experiment, { since: now, at: Math.max(now, earliest) });
  }

  /** It could not be made: once more, at another time. */
  again({ experiment, since }: Waiting, at: number): void {
    this.#due.set(experiment, { since, at });
  }

  /** When the first one is due; null: none is. */
  next(): number | null {
    let first: number | null = null;
    for (const { at } of this.#due.values()) if (first === null || at < first) first = at;
    return first;
  }

  /** At most so many of those that are due by now, which are then no longer. */
  take(now: number, most: number): Waiting[] {
    const taken: Waiting[] = [];
    for (const [experiment, { since, at }] of this.#due) {
      if (taken.length >= most) break;
      if (at <= now) taken.push({ experiment, since });
    }
    for (const { experiment } of taken) {
      this.#due.delete(experiment);
      this.#last.set(experiment, { takenAt: now, everyMs: this.#last.get(experiment)?.everyMs ?? 0 });
    }
    return taken;
  }

  /** How far apart its scorecards are to be. */
  every(experiment: string, everyMs: number): void {
    const takenAt = this.#last.get(experiment)?.takenAt ?? 0;
    this.#last.set(experiment, { takenAt, everyMs });
    const due = this.#due.get(experiment);
    if (due !== undefined) this.#due.set(experiment, { ...due, at: Math.max(due.at, takenAt + everyMs) });
  }

  /** Forgets all others. */
  keep(experiments: ReadonlySet<string>): void {
    for (const known of [this.#due, this.#last])
      for (const experiment of known.keys()) if (!experiments.has(experiment)) known.delete(experiment);
  }
}
