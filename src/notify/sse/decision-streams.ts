import type { Logger } from 'pino';
import type { DecisionFeed, DecisionLog } from '../../decide/index.ts';
import { AppError } from '../../errors.ts';
import { DecisionPages } from './decision-pages.ts';
import { type EventReply, writeTo } from './event-reply.ts';
import { Heartbeats } from './heartbeats.ts';

export interface DecisionStreamsOptions {
  readonly log: Pick<DecisionLog, 'since' | 'currentSince' | 'last'>;
  readonly feed: Pick<DecisionFeed, 'listen' | 'heartbeat'>;
  readonly logger: Logger;
  /** Open streams of this process. Default 1000. */
  readonly mostStreams?: number;
  /** A sign of life is written so often. Default 15 000. */
  readonly heartbeatMs?: number;
  /** A reader that takes nothing for so long is disconnected. Default 10 000. */
  readonly patienceMs?: number;
  /** A stream is ended after so long, so that a token that was deleted ends with it. Default 300 000. */
  readonly lifetimeMs?: number;
}

/** What is told of the open streams. */
export interface StreamCounts {
  readonly open: number;
  readonly slow: number;
}

/** A reply that is taken over, and the headers it already has. */
export interface OpenReply {
  readonly reply: EventReply;
  readonly headers: Readonly<Record<string, string>>;
}

interface Stream extends OpenReply {
  readonly environment: string;
  /** Aborted when the stream is to end. */
  readonly end: AbortController;
  /** Up to this sequence everything was written; null: nothing was yet. */
  at: number | null;
}

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  // Or nginx would keep the events back.
  'x-accel-buffering': 'no',
};

/** A browser or an engine that lost its stream connects again after so many milliseconds. */
const RETRY_MS = 1000;

/**
 * The open streams of decisions. Each has its own place in the log and is written one page at a time, so that a reader
 * that is slow costs a page and keeps nobody waiting.
 */
export class DecisionStreams {
  readonly #options: Required<DecisionStreamsOptions>;
  readonly #pages: DecisionPages;
  readonly #heartbeats: Heartbeats;
  readonly #streams = new Map<Stream, Promise<void>>();
  #slow = 0;
  #closed = false;

  constructor(options: DecisionStreamsOptions) {
    this.#options = {
      ...{ mostStreams: 1000, heartbeatMs: 15_000, patienceMs: 10_000, lifetimeMs: 300_000 },
      ...options,
    };
    this.#pages = new DecisionPages(options.log);
    this.#heartbeats = new Heartbeats({
      ...{ feed: options.feed, aliveEveryMs: this.#options.heartbeatMs },
      elapsed: () => performance.now(),
    });
  }

  /**
   * Writes until either side ends the stream: what came after `lastEventId`, or, to a reader that has seen nothing, how
   * things stand and what comes then. `open` is called once the stream is admitted.
   * @throws AppError `too-many-requests` or `unavailable` where it is not, `bad-request`.
   */
  async run(
    { environment, lastEventId }: { readonly environment: string; readonly lastEventId: string | undefined },
    open: () => OpenReply,
  ): Promise<void> {
    const from = await this.#placeOf(environment, lastEventId);
    this.#requireRoom();
    const stream: Stream = { environment, end: new AbortController(), at: null, ...open() };
    const ended = this.#serve(stream, from);
    this.#streams.set(stream, ended);
    try {
      await ended;
    } finally {
      this.#streams.delete(stream);
    }
  }

  counts(): StreamCounts {
    return { open: this.#streams.size, slow: this.#slow };
  }

  /** Ends all streams after the event they are at, and opens no more. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const { end } of this.#streams.keys()) end.abort();
    await Promise.all(this.#streams.values());
  }

  #requireRoom(): void {
    if (this.#closed)
      throw new AppError('unavailable', 'The service is stopping; connect again in a few seconds.', {
        retryAfterSeconds: 2,
      });
    if (this.#streams.size >= this.#options.mostStreams)
      throw new AppError('too-many-requests', 'Too many streams are open here; connect again later.', {
        retryAfterSeconds: 5,
      });
  }

  /** Null: at the beginning. */
  async #placeOf(environment: string, lastEventId: string | undefined): Promise<number | null> {
    if (lastEventId === undefined || lastEventId === '') return null;
    if (!/^\d{1,15}$/.test(lastEventId))
      throw new AppError('bad-request', 'Last-Event-ID is no sequence; leave it out to begin anew.');
    const last = (await this.#options.log.last()).get(environment) ?? 0;
    // Beyond the end: it is of another log than this one.
    return Number(lastEventId) > last ? null : Number(lastEventId);
  }

  async #serve(stream: Stream, from: number | null): Promise<void> {
    const { reply, headers, end } = stream;
    const { lifetimeMs, logger } = this.#options;
    const stop = () => end.abort();
    const life = setTimeout(stop, lifetimeMs);
    let stopBeating = (): void => undefined;
    reply.on('close', stop);
    // A connection that breaks is closed, and that is all there is to say.
    reply.on('error', stop);
    try {
      reply.writeHead(200, { ...headers, ...HEADERS });
      reply.flushHeaders();
      stopBeating = this.#heartbeats.add({
        ...{ environment: stream.environment, at: () => stream.at },
        write: (text) => void reply.write(text),
      });
      await this.#write(stream, from);
      stopBeating();
      reply.end();
    } catch (error) {
      if (error instanceof AppError && error.code === 'too-many-requests') this.#slow += 1;
      else logger.warn({ err: error, environment: stream.environment }, 'a stream of decisions failed');
      // Not ended: the reader is to see that it was cut off, and to resume.
      reply.destroy();
    } finally {
      clearTimeout(life);
      stopBeating();
    }
  }

  async #write(stream: Stream, from: number | null): Promise<void> {
    const { environment, reply, end } = stream;
    const { signal } = end;
    const { patienceMs, feed } = this.#options;
    const write = (text: string) => writeTo(reply, text, patienceMs, signal);
    let news = Promise.withResolvers<void>();
    const stopListening = feed.listen(environment, () => news.resolve());
    const wake = () => news.resolve();
    signal.addEventListener('abort', wake);
    try {
      await write(`retry: ${RETRY_MS}\n\n`);
      let at = from ?? (await this.#writeCurrent(environment, write, signal));
      stream.at = at;
      while (!signal.aborted) {
        // Before the log is read: what is decided after that is looked for again.
        news = Promise.withResolvers();
        const page = await this.#pages.after(environment, at);
        if (page === null) {
          if (!signal.aborted) await news.promise;
          continue;
        }
        for (const event of page.events) await write(event);
        at = page.last;
        stream.at = at;
      }
    } finally {
      stopListening();
      signal.removeEventListener('abort', wake);
    }
  }

  /** How each treatment stands, oldest decision first, so that a reader can resume after any of them. */
  async #writeCurrent(
    environment: string,
    write: (text: string) => Promise<void>,
    signal: AbortSignal,
  ): Promise<number> {
    let at = 0;
    while (!signal.aborted) {
      const page = await this.#pages.currentAfter(environment, at);
      if (page === null) break;
      for (const event of page.events) await write(event);
      at = page.last;
    }
    await write(`event: current\ndata: ${JSON.stringify({ environment, sequence: at })}\n\n`);
    return at;
  }
}
