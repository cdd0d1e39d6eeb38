import { type ClientRequest, type IncomingMessage, request } from 'node:http';

export interface ReadEvent {
  readonly id: string | null;
  readonly event: string;
  readonly data: { readonly sequence: number; readonly [name: string]: unknown };
}

/** Reads a stream of server-sent events, as the specification says, one at a time. */
export class EventReader {
  readonly response: IncomingMessage;
  readonly #request: ClientRequest;
  readonly #events: ReadEvent[] = [];
  readonly comments: string[] = [];
  #news = Promise.withResolvers<void>();
  #ended = false;

  private constructor(sent: ClientRequest, response: IncomingMessage) {
    this.#request = sent;
    this.response = response;
    response.setEncoding('utf8');
    let text = '';
    response.on('data', (chunk: string) => {
      text += chunk;
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) this.#take(block);
      this.#wake();
    });
    response.on('close', () => {
      this.#ended = true;
      this.#wake();
    });
    response.on('error', () => undefined);
  }

  static open(url: string, headers: Readonly<Record<string, string>> = {}): Promise<EventReader> {
    const { promise, resolve, reject } = Promise.withResolvers<EventReader>();
    const sent = request(url, { headers, agent: false }, (response) =>
      resolve(new EventReader(sent, response)),
    );
    sent.on('error', reject);
    sent.end();
    return promise;
  }

  /** The next event; null once the stream has ended. */
  async next(): Promise<ReadEvent | null> {
    for (;;) {
      const event = this.#events.shift();
      if (event !== undefined) return event;
      if (this.#ended) return null;
      await this.#news.promise;
    }
  }

  /** Until the event of this sequence has come, `decision`s only. */
  async through(sequence: number): Promise<ReadEvent[]> {
    const events: ReadEvent[] = [];
    while ((events.at(-1)?.data.sequence ?? 0) < sequence) {
      const event = await this.next();
      if (event === null) throw new Error(`ended after ${events.at(-1)?.data.sequence}`);
      if (event.event === 'decision') events.push(event);
    }
    return events;
  }

  async comment(): Promise<string> {
    while (this.comments.length === 0 && !this.#ended) await this.#news.promise;
    return this.comments.shift() ?? '';
  }

  /** As a client that goes away without a word. */
  cut(): void {
    this.#request.destroy();
  }

  #take(block: string): void {
    const fields = new Map(
      block.split('\n').map((line) => [line.split(':', 1)[0] ?? '', line.slice(line.indexOf(':') + 2)]),
    );
    if (fields.has('')) this.comments.push(fields.get('') ?? '');
    const data = fields.get('data');
    if (data !== undefined)
      this.#events.push({
        id: fields.get('id') ?? null,
        event: fields.get('event') ?? 'message',
        data: JSON.parse(data) as ReadEvent['data'],
      });
  }

  #wake(): void {
    this.#news.resolve();
    this.#news = Promise.withResolvers();
  }
}
