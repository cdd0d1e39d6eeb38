import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AppError } from '../../errors.ts';
import { problemOf } from '../../problem.ts';
import type { Subject } from '../absence.ts';
import { answerOf } from '../decision-answer.ts';
import type { DecisionReader } from '../decision-reader.ts';
import { askedOf, headersOf, holds } from '../decision-request.ts';
import type { DecisionWaits } from '../decision-waits.ts';

const PATH = /^\/api\/v1\/decisions\/([^/?]+)\/([^/?]+)\/([^/?]+)$/;
const NAME_AT_MOST = 200;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** More than wait for news and ask at once. */
const MOST_CONNECTIONS = 4_000;
const SWEEP_MS = 20;

export interface DecisionServerOptions {
  readonly reader: Pick<DecisionReader, 'answer'>;
  readonly waits: Pick<DecisionWaits, 'next' | 'stop'>;
  /** @throws AppError where the sender of the header may not read decisions. */
  readonly admit: (authorization: string | undefined) => Promise<void>;
  /** Told of what nobody expected, with the id of the request. */
  readonly failed: (error: unknown, request: string) => void;
}

/** Reads of decisions over HTTP, as the service's own port answers them, and nothing else. */
export class DecisionServer {
  readonly #options: DecisionServerOptions;
  readonly #server: Server;

  constructor(options: DecisionServerOptions) {
    this.#options = options;
    this.#server = createServer(
      { requestTimeout: 30_000, headersTimeout: 10_000, keepAliveTimeout: 65_000 },
      (request, response) => void this.#answer(request, response),
    );
    this.#server.maxConnections = MOST_CONNECTIONS;
  }

  /** The port it listens on. @throws the system's own error where it cannot */
  async listen(port: number, host: string): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#server.once('error', reject);
    this.#server.listen(port, host, resolve);
    await promise;
    return (this.#server.address() as AddressInfo).port;
  }

  /** Answers all who wait, then listens no more. */
  async close(): Promise<void> {
    this.#options.waits.stop();
    const { promise, resolve } = Promise.withResolvers<void>();
    // It waits for the connections that clients keep, and one becomes idle only once it is answered.
    const sweep = setInterval(() => this.#server.closeIdleConnections(), SWEEP_MS);
    this.#server.close(() => resolve());
    await promise;
    clearInterval(sweep);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const given = request.headers['x-request-id'];
    const id = typeof given === 'string' && UUID.test(given) ? given : randomUUID();
    response
      .setHeader('x-request-id', id)
      .setHeader('x-content-type-options', 'nosniff')
      .setHeader('referrer-policy', 'no-referrer');
    // A body is not asked for; what is not read would keep the connection.
    request.resume();
    try {
      await this.#read(request, response);
    } catch (error) {
      if (!(error instanceof AppError)) this.#options.failed(error, id);
      refuse(response, error, id);
    }
  }

  async #read(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { reader, waits, admit } = this.#options;
    const subject = subjectOf(request);
    await admit(request.headers.authorization);
    const asked = askedOf(request.headers);
    const { body, etag } =
      asked.wait === null
        ? await reader.answer(subject)
        : answerOf(await waits.next(subject, asked.wait.seen, asked.wait.ms, goneOf(response)));
    for (const [name, value] of Object.entries(headersOf(asked, etag))) response.setHeader(name, value);
    if (holds(asked, etag)) response.writeHead(304).end();
    else
      response
        .setHeader('content-type', 'application/json; charset=utf-8')
        .setHeader('content-length', Buffer.byteLength(body))
        .end(body);
  }
}

/** @throws AppError `not-found` for anything but the reading of a decision. */
function subjectOf({ method, url = '' }: IncomingMessage): Subject {
  const [, ...names] = PATH.exec(url.split('?')[0] ?? '') ?? [];
  const [environment, flag, treatment] = names.map(decoded);
  if ((method === 'GET' || method === 'HEAD') && environment && flag && treatment)
    return { environment, flag, treatment };
  throw new AppError(
    'not-found',
    'DECISIONS_PORT answers GET /api/v1/decisions/{environment}/{flag}/{treatment} alone; all else is on PORT.',
  );
}

/** Empty where it is no name. */
function decoded(text: string): string {
  try {
    const name = decodeURIComponent(text);
    return name.length > NAME_AT_MOST ? '' : name;
  } catch {
    return '';
  }
}

function goneOf(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  return gone.signal;
}

function refuse(response: ServerResponse, thrown: unknown, id: string): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const error =
    thrown instanceof AppError
      ? thrown
      : new AppError('internal', 'An unexpected error; the log has it under this request’s id.', {
          cause: thrown,
        });
  const problem = problemOf(error, id);
  if (error.retryAfterSeconds !== undefined)
    response.setHeader('retry-after', String(Math.ceil(error.retryAfterSeconds)));
  if (problem.status === 401) response.setHeader('www-authenticate', 'Bearer');
  if (problem.status === 403)
    response.setHeader('www-authenticate', 'Bearer error="insufficient_scope", scope="decisions:read"');
  const body = JSON.stringify(problem);
  response
    .writeHead(problem.status, {
      ...{ 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
      'content-length': Buffer.byteLength(body),
    })
    .end(body);
}
