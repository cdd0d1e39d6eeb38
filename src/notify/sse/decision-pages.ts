import type { Decision, DecisionLog } from '../../decide/index.ts';

/** Decisions of one environment as they are written to every reader, in order. */
export interface Page {
  readonly events: readonly string[];
  /** The sequence of the last one. */
  readonly last: number;
}

/** Decisions of a page; a slow reader has at most this many under way. */
const PAGE_SIZE = 100;
/** Pages that are held: enough for all who read at the end of some environments. */
const HELD = 16;

/**
 * Pages of the log for any number of readers. Who is at the same place shares one question and one text: a page that
 * has decisions never changes, because decisions never do.
 */
export class DecisionPages {
  readonly #log: Pick<DecisionLog, 'since' | 'currentSince'>;
  readonly #held = new Map<string, Promise<Page | null>>();

  constructor(log: Pick<DecisionLog, 'since' | 'currentSince'>) {
    this.#log = log;
  }

  /** What was decided next after a sequence; null where nothing was. */
  async after(environment: string, sequence: number): Promise<Page | null> {
    const key = `${environment}/${sequence}`;
    const held = this.#held.get(key);
    if (held !== undefined) return held;
    const asked = this.#log.since(environment, sequence, PAGE_SIZE).then(pageOf);
    this.#held.set(key, asked);
    for (const oldest of this.#held.keys()) {
      if (this.#held.size <= HELD) break;
      this.#held.delete(oldest);
    }
    try {
      const page = await asked;
      if (page === null) this.#forget(key, asked);
      return page;
    } catch (error) {
      this.#forget(key, asked);
      throw error;
    }
  }

  /** How treatments stand that were decided on after a sequence; null where there are none. */
  async currentAfter(environment: string, sequence: number): Promise<Page | null> {
    return pageOf(await this.#log.currentSince(environment, sequence, PAGE_SIZE));
  }

  #forget(key: string, page: Promise<Page | null>): void {
    if (this.#held.get(key) === page) this.#held.delete(key);
  }
}

function pageOf(decisions: readonly Decision[]): Page | null {
  const last = decisions.at(-1);
  if (last === undefined) return null;
  const events = decisions.map(
    (decision) => `id: ${decision.sequence}\nevent: decision\ndata: ${JSON.stringify(decision)}\n\n`,
  );
  return { events, last: last.sequence };
}
