import type { LiveAttribution, LiveMoments } from '../live-moments.ts';

/** Experiments remembered; those that are forgotten wait for the cycle. */
const MOST_KEPT = 10_000;

/** Live moments as decisions read them: those of guardrails' metrics ahead of the cycle that is under way, where they were found. */
export class MomentsAhead {
  readonly #live: Pick<LiveMoments, 'read' | 'readMany'>;
  readonly #found = new Map<string, LiveAttribution>();

  constructor(live: Pick<LiveMoments, 'read' | 'readMany'>) {
    this.#live = live;
  }

  /** What was found takes the place of the live moments until these have come as far. */
  keep(found: readonly LiveAttribution[]): void {
    if (this.#found.size + found.length > MOST_KEPT) this.#found.clear();
    for (const one of found) this.#found.set(one.experiment, one);
  }

  /** As {@link LiveMoments.read}, of guardrails' metrics alone where it is ahead. */
  async read(experiment: string): Promise<LiveAttribution | null> {
    const live = await this.#live.read(experiment);
    return live && this.#newest(live);
  }

  /** As {@link LiveMoments.readMany}, in the same way. */
  async *readMany(experiments: readonly string[]): AsyncGenerator<LiveAttribution> {
    for await (const live of this.#live.readMany(experiments)) yield this.#newest(live);
  }

  #newest(live: LiveAttribution): LiveAttribution {
    const found = this.#found.get(live.experiment);
    if (found === undefined) return live;
    if (found.build === live.build && found.dataThrough > live.dataThrough)
      return { ...found, provenance: live.provenance };
    this.#found.delete(live.experiment);
    return live;
  }
}
