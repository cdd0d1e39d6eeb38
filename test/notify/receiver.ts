import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Decision, Heartbeat } from '../../src/decide/index.ts';

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly event: { readonly id: string; readonly type: string; readonly data: Decision };
}

type Answer = number | ((response: ServerResponse, received: Received) => void);

/** What it was told of a heartbeat. */
export interface ReceivedHeartbeat {
  readonly type: string;
  readonly revision: string;
  readonly data: Heartbeat;
}

/** An endpoint of somebody else: it remembers what it got, and answers as the test says. */
export class Receiver {
  readonly #server: Server;
  /** In the order in which it came, whatever was answered. */
  readonly received: Received[] = [];
  /** Of which it is told besides, in the order in which they came. */
  readonly heartbeats: ReceivedHeartbeat[] = [];
  /** All of it. */
  readonly came: Received[] = [];
  /** How the next ones are answered, the last for all further ones. */
  answers: Answer[] = [204];
  #news = Promise.withResolvers<void>();

  private constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString('utf8');
        const received = { headers: request.headers, body, event: JSON.parse(body) as Received['event'] };
        if (String(received.event.type) === 'assay.heartbeat.v1')
          this.heartbeats.push(received.event as unknown as ReceivedHeartbeat);
        else this.received.push(received);
        this.came.push(received);
        const answer = (this.answers.length > 1 ? this.answers.shift() : this.answers[0]) ?? 204;
        if (typeof answer === 'number') response.writeHead(answer).end();
        else answer(response, received);
        this.#news.resolve();
        this.#news = Promise.withResolvers();
      });
    });
  }

  static async open(): Promise<Receiver> {
    const receiver = new Receiver();
    const { promise, resolve } = Promise.withResolvers<void>();
    receiver.#server.listen(0, '127.0.0.1', resolve);
    await promise;
    return receiver;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/hook`;
  }

  /** Sequences and verdicts, as they came. */
  get told(): string[] {
    return this.received.map(({ event: { data } }) => `${data.sequence} ${data.flag} ${data.verdict}`);
  }

  async until(check: () => boolean): Promise<void> {
    while (!check()) await this.#news.promise;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
