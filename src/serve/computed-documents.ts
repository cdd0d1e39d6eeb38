import { AppError } from '../errors.ts';
import { type DocumentCache, type ServedDocument, servedDocument } from './document-cache.ts';
import { SingleFlight } from './single-flight.ts';

/** Documents computed at a time, whatever is asked: each reads raw rows. */
const MAX_UNDER_WAY = 4;

/** Documents that are computed from raw rows when somebody asks: each once, few at a time, and nobody waits for long. */
export class ComputedDocuments {
  readonly #cache: DocumentCache;
  readonly #waitMs: number;
  readonly #flights = new SingleFlight<ServedDocument>();
  readonly #stopping = Promise.withResolvers<never>();

  /** @param waitMs how long a request waits; the work goes on, and who asks again finds it done */
  constructor({ cache, waitMs }: { readonly cache: DocumentCache; readonly waitMs: number }) {
    this.#cache = cache;
    this.#waitMs = waitMs;
    // Nobody may be waiting when it stops.
    this.#stopping.promise.catch(() => undefined);
  }

  /** Sends those who wait away, so that the service can end. */
  stop(): void {
    this.#stopping.reject(
      new AppError('unavailable', 'The service is stopping; ask again once it is back.', {
        retryAfterSeconds: 5,
      }),
    );
  }

  /**
   * The document of this id, which tells all that it depends on. Rejects with `unavailable` while it is still being
   * computed, `too-many-requests` while others are.
   */
  async get(id: string, compute: () => Promise<object>): Promise<ServedDocument> {
    const cached = this.#cache.get(id);
    if (cached !== undefined) return cached;
    if (!this.#flights.has(id) && this.#flights.size >= MAX_UNDER_WAY)
      throw new AppError('too-many-requests', 'Other results are being computed; ask again in a moment.', {
        retryAfterSeconds: 5,
      });
    return this.#withinTime(
      this.#flights.run(id, async () => {
        const document = servedDocument(JSON.stringify(await compute()));
        this.#cache.set(id, document);
        return document;
      }),
    );
  }

  async #withinTime(work: Promise<ServedDocument>): Promise<ServedDocument> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () =>
          reject(
            new AppError('unavailable', 'These results are still being computed; ask again in a moment.', {
              retryAfterSeconds: 5,
            }),
          ),
        this.#waitMs,
      );
    });
    // When nobody waits any more, a failure has nobody to tell: the next to ask computes it again.
    work.catch(() => undefined);
    try {
      return await Promise.race([work, late, this.#stopping.promise]);
    } finally {
      clearTimeout(timer);
    }
  }
}
