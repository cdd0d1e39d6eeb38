import type { Decision } from '../ruling/index.ts';
import type { Subject } from './absence.ts';
import { versionOf } from './decision-answer.ts';
import type { DecisionFeed } from './decision-feed.ts';
import type { DecisionReader } from './decision-reader.ts';

/** More requests than this do not wait: they are answered with what there is. */
const MOST_WAITING = 2000;

/** Lets readers wait for another decision than the one they have. */
export class DecisionWaits {
  readonly #reader: Pick<DecisionReader, 'read'>;
  readonly #feed: Pick<DecisionFeed, 'listen'>;
  readonly #now: () => Date;
  readonly #stop = new AbortController();
  #waiting = 0;

  constructor(options: {
    reader: Pick<DecisionReader, 'read'>;
    feed: Pick<DecisionFeed, 'listen'>;
    now: () => Date;
  }) {
    this.#reader = options.reader;
    this.#feed = options.feed;
    this.#now = options.now;
  }

  /** Answers all who wait, and lets nobody wait any more. */
  stop(): void {
    this.#stop.abort();
  }

  /** The first decision that is not of that version, or what there is after so long or once `gone` is aborted. */
  async next(subject: Subject, version: string, waitMs: number, gone: AbortSignal): Promise<Decision> {
    const ended = AbortSignal.any([gone, this.#stop.signal, AbortSignal.timeout(waitMs)]);
    let news = Promise.withResolvers<void>();
    const told = () => news.resolve();
    const unlisten = this.#feed.listen(subject.environment, told);
    ended.addEventListener('abort', told);
    this.#waiting += 1;
    let expiry: NodeJS.Timeout | undefined;
    try {
      for (;;) {
        news = Promise.withResolvers<void>();
        const decision = await this.#reader.read(subject);
        if (versionOf(decision) !== version || ended.aborted || this.#waiting > MOST_WAITING) return decision;
        // What nobody renews becomes stale by itself.
        const leftMs = Date.parse(decision.validUntil ?? '') - this.#now().getTime();
        if (leftMs > 0) expiry = setTimeout(told, Math.min(leftMs, waitMs));
        if (!ended.aborted) await news.promise;
        clearTimeout(expiry);
      }
    } finally {
      this.#waiting -= 1;
      clearTimeout(expiry);
      unlisten();
      ended.removeEventListener('abort', told);
    }
  }
}
