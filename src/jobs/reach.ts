import { AppError } from '../errors.ts';

/** Asks the queues, and calls every failure `unavailable`. */
export class Reach {
  readonly #gone = new AbortController();

  /** BullMQ never answers what is asked of a queue that closes; after `letGo` this answers instead. */
  async ask<T>(question: () => Promise<T>): Promise<T> {
    const { signal } = this.#gone;
    const { promise: gone, reject } = Promise.withResolvers<never>();
    const refuse = () => reject(new Error('The queues are closed'));
    signal.addEventListener('abort', refuse, { once: true });
    if (signal.aborted) refuse();
    try {
      return await Promise.race([gone, signal.aborted ? gone : question()]);
    } catch (cause) {
      throw new AppError('unavailable', 'The queues cannot be reached: try again when their store is back.', {
        cause,
      });
    } finally {
      signal.removeEventListener('abort', refuse);
    }
  }

  letGo(): void {
    this.#gone.abort();
  }
}
