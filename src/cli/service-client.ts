import { setTimeout as pause } from 'node:timers/promises';
import { AppError } from '../errors.ts';

export interface ServiceClientOptions {
  readonly url: string;
  readonly token: string;
}

/** How often a request that is to come again later is tried, and the longest wait before it in seconds. */
const TRIES = 10;
const LONGEST_WAIT_SECONDS = 30;

/** Asks a running service over HTTP. Failures are AppErrors with the service's own sentence. */
export class ServiceClient {
  readonly #base: string;
  readonly #token: string;

  constructor({ url, token }: ServiceClientOptions) {
    if (!/^https?:\/\//.test(url) || !URL.canParse(url))
      throw new AppError(
        'bad-request',
        `--url must be an address such as http://127.0.0.1:8787, not "${url}".`,
      );
    this.#base = url.replace(/\/+$/, '');
    this.#token = token;
  }

  get(path: string, query: Readonly<Record<string, string>>): Promise<unknown> {
    return this.#ask(`${path}?${new URLSearchParams(query)}`, {});
  }

  delete(path: string): Promise<unknown> {
    return this.#ask(path, { method: 'DELETE' });
  }

  /** Waits as the service asks where it has too much to do just now. */
  async post(path: string, body: string): Promise<unknown> {
    const init = { method: 'POST', body, headers: { 'content-type': 'application/json' } };
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#ask(path, init);
      } catch (error) {
        if (!(error instanceof AppError) || error.retryAfterSeconds === undefined || attempt === TRIES)
          throw error;
        await pause(Math.min(error.retryAfterSeconds, LONGEST_WAIT_SECONDS) * 1000);
      }
    }
  }

  async #ask(
    path: string,
    init: { method?: string; body?: string; headers?: Record<string, string> },
  ): Promise<unknown> {
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${this.#base}/api/v1/${path}`, {
        ...init,
        headers: { ...init.headers, authorization: `Bearer ${this.#token}` },
        signal: AbortSignal.timeout(30_000),
      });
      text = await response.text();
    } catch (cause) {
      throw new AppError(
        'unavailable',
        `Nothing answers at ${this.#base}; start the service or give --url.`,
        {
          cause,
        },
      );
    }
    const answer = parsed(text);
    if (response.ok && answer !== undefined) return answer;
    const retryAfter = response.headers.get('retry-after');
    const later =
      response.status === 429 || response.status === 503 ? Number(retryAfter ?? Number.NaN) : Number.NaN;
    throw new AppError(later >= 0 ? 'unavailable' : 'bad-request', sentenceOf(answer, response.status), {
      ...(later >= 0 ? { retryAfterSeconds: later } : {}),
    });
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function sentenceOf(answer: unknown, status: number): string {
  return typeof answer === 'object' && answer !== null && 'detail' in answer
    ? String(answer.detail)
    : `The service answered with ${status} and no reason; check --url.`;
}
