import type { Decision } from '../ruling/index.ts';
import type { Subject } from './absence.ts';
import type { DecisionFeed } from './decision-feed.ts';
import type { DecisionLog } from './decision-log.ts';

/** Of one environment; beyond so many treatments all are read anew. */
const MOST_KEPT = 10_000;
/** Where so many were written at once, all are read anew. */
const MOST_CHANGED = 500;

/** One that is kept, with what was made of it. */
export interface Kept<Made> {
  /** null: nothing was ever decided. */
  readonly document: Decision | null;
  made: Made | null;
}

/** Those of one environment. */
interface Place<Made> {
  readonly kept: Map<string, Promise<Kept<Made>>>;
  /** What is kept has everything up to this sequence and this count of changes. */
  last: number;
  changes: number;
  /** The sequence that the feed has told of. */
  told: number;
  reading: Promise<void> | null;
}

export interface KeptDecisionsOptions {
  readonly log: Pick<DecisionLog, 'current' | 'changedSince'>;
  readonly feed: Pick<DecisionFeed, 'listen' | 'onLook' | 'progress'>;
  /**
   * Where it is given, nobody waits for what the feed has told of: they get what there is, for the moment that reading it
   * takes, and this is called once it is read.
   */
  readonly caughtUp?: ((environment: string) => void) | undefined;
}

/**
 * The current decisions that were asked for here. Of those alone that the feed tells to be written again anything is read
 * again, all at once.
 */
export class KeptDecisions<Made> {
  readonly #options: KeptDecisionsOptions;
  readonly #places = new Map<string, Place<Made>>();

  constructor(options: KeptDecisionsOptions) {
    this.#options = options;
    options.feed.onLook(() => this.#look());
  }

  /** Not before everything is read that the feed has told of. @throws what the log throws */
  async get(subject: Subject): Promise<Kept<Made>> {
    const place = this.#placeOf(subject.environment);
    // Nothing was decided there as far as is known, or the feed has not looked yet.
    if (place === null) return this.#read(subject);
    if (place.told > place.last && this.#options.caughtUp === undefined)
      await this.#catchUp(subject.environment, place);
    const key = keyOf(subject);
    const known = place.kept.get(key);
    if (known !== undefined) return known;
    if (place.kept.size >= MOST_KEPT) place.kept.clear();
    const read = this.#read(subject);
    place.kept.set(key, read);
    // A failure is not kept.
    read.catch(() => {
      if (place.kept.get(key) === read) place.kept.delete(key);
    });
    return read;
  }

  async #read({ environment, flag, treatment }: Subject): Promise<Kept<Made>> {
    return { document: await this.#options.log.current(environment, flag, treatment), made: null };
  }

  #placeOf(environment: string): Place<Made> | null {
    const known = this.#places.get(environment);
    if (known !== undefined) return known;
    const progress = this.#options.feed.progress().get(environment);
    if (progress === undefined) return null;
    // As it was told before anything is read: what is written meanwhile is read once more.
    const { last, changes } = progress;
    const place: Place<Made> = { kept: new Map(), last, changes, told: last, reading: null };
    this.#places.set(environment, place);
    this.#options.feed.listen(environment, (told) => {
      place.told = told;
      // The next look makes up for a failure.
      if (this.#options.caughtUp !== undefined) this.#catchUp(environment, place).catch(() => undefined);
    });
    return place;
  }

  /** Newer figures of the same decisions are read in the background: nobody was told of another one. */
  #look(): void {
    const progress = this.#options.feed.progress();
    for (const [environment, place] of this.#places) {
      if ((progress.get(environment)?.changes ?? 0) <= place.changes) continue;
      // The next look makes up for it, and whoever needs it before then is told.
      this.#catchUp(environment, place).catch(() => undefined);
    }
  }

  #catchUp(environment: string, place: Place<Made>): Promise<void> {
    place.reading ??= this.#readChanged(environment, place).finally(() => {
      place.reading = null;
    });
    return place.reading;
  }

  async #readChanged(environment: string, place: Place<Made>): Promise<void> {
    do {
      // What was told was written before, so that it is among what is read now.
      const { told } = place;
      const { documents, changes } = await this.#options.log.changedSince(
        environment,
        place.changes,
        MOST_CHANGED,
      );
      if (documents.length >= MOST_CHANGED) place.kept.clear();
      for (const document of documents) {
        const key = keyOf(document);
        if (place.kept.has(key)) place.kept.set(key, Promise.resolve({ document, made: null }));
      }
      place.changes = Math.max(place.changes, changes);
      place.last = told;
    } while (place.told > place.last);
    this.#options.caughtUp?.(environment);
  }
}

function keyOf({ flag, treatment }: Pick<Subject, 'flag' | 'treatment'>): string {
  return JSON.stringify([flag, treatment]);
}
