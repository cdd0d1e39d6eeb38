import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FakeRequest {
  readonly method: string;
  /** As sent, percent-encoded, with its query. */
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

export interface FakeAnswer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What an engine's documentation says that it answers; keeps the engine's state. */
export interface Contract {
  /** Whether a request's credential is the right one. */
  admits(headers: IncomingMessage['headers']): boolean;
  /** null: there is no such address. */
  answer(request: FakeRequest): FakeAnswer | null;
  /** Whether the treatment is served now. */
  serving(): boolean;
  turnOn?(): void;
}

/**
 * ok: as documented; staleReads: reads say what was true at the beginning; the others answer every request so until
 * they have been met `times`.
 */
export type Fault = 'staleReads' | 'reset' | 'slow' | 'html' | 'redirect' | number;

const HTML = '<!doctype html><title>Sign in</title>';

/** An engine over HTTP on loopback, as its contract says, with faults on request. */
export class FakeEngine {
  readonly requests: FakeRequest[] = [];
  readonly #contract: Contract;
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  readonly #firstReads = new Map<string, FakeAnswer>();
  #fault: { readonly what: Fault; left: number } | null = null;

  constructor(contract: Contract) {
    this.#contract = contract;
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The next so many requests meet it; of `staleReads`, the next so many reads. */
  fail(what: Fault, times = Number.POSITIVE_INFINITY): void {
    this.#fault = { what, left: times };
  }

  serving(): boolean {
    return this.#contract.serving();
  }

  /** Somebody turns the flag on again, there. */
  turnOn(): void {
    this.#contract.turnOn?.();
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('utf8');
    const { method = '', url = '', headers } = incoming;
    const request: FakeRequest = { method, url, headers, body: text === '' ? undefined : JSON.parse(text) };
    this.requests.push(request);
    const fault = this.#take(method);
    if (fault === 'reset') return void incoming.socket.destroy();
    if (fault === 'slow') return;
    const answer = this.#answerOf(request, fault);
    response.writeHead(answer.status, {
      'content-type': typeof answer.body === 'string' ? 'text/html' : 'application/json',
      ...answer.headers,
    });
    response.end(typeof answer.body === 'string' ? answer.body : answer.body && JSON.stringify(answer.body));
  }

  #take(method: string): Fault | null {
    const fault = this.#fault;
    if (fault === null || fault.left <= 0 || (fault.what === 'staleReads' && method !== 'GET')) return null;
    fault.left -= 1;
    return fault.what;
  }

  #answerOf(request: FakeRequest, fault: Fault | null): FakeAnswer {
    if (fault === 'html') return { status: 200, body: HTML };
    if (fault === 'redirect') return { status: 302, headers: { location: 'http://127.0.0.1:1/elsewhere' } };
    if (typeof fault === 'number')
      return { status: fault, body: { message: 'refused' }, headers: { 'retry-after': '2' } };
    if (!this.#contract.admits(request.headers)) return { status: 401, body: { message: 'unauthorized' } };
    const stale = this.#firstReads.get(request.url);
    if (fault === 'staleReads' && stale !== undefined) return stale;
    const answer = this.#contract.answer(request) ?? { status: 404, body: { message: 'not found' } };
    if (request.method === 'GET' && stale === undefined) this.#firstReads.set(request.url, answer);
    return answer;
  }
}
