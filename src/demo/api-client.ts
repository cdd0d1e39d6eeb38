import { gzipSync } from 'node:zlib';
import { AppError } from '../errors.ts';

interface ProblemBody {
  readonly detail?: string;
  readonly errors?: readonly { pointer: string; detail: string }[];
}

/** How often a busy service is asked again before it counts as broken. */
const MAX_ATTEMPTS = 20;

/** The service's own HTTP API, as any client would use it. */
export class ApiClient {
  readonly #base: string;
  readonly #token: string;

  constructor(base: string, token: string) {
    this.#base = base;
    this.#token = token;
  }

  /** The parsed answer; waits and asks again where the service says that it is busy. */
  async request<T>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      const response = await this.#send(method, path, body);
      const text = await response.text();
      if (response.ok) return (text === '' ? undefined : JSON.parse(text)) as T;
      const busy = response.status === 429 || response.status === 503;
      if (!busy || attempt === MAX_ATTEMPTS) throw this.#refused(method, path, response.status, text);
      const seconds = Number(response.headers.get('retry-after') ?? '1');
      await new Promise((resolve) => setTimeout(resolve, Math.min(seconds, 5) * 1_000));
    }
  }

  /** Creates something unless it is there already. */
  async ensure(path: string, body: unknown): Promise<void> {
    try {
      await this.request('POST', path, body);
    } catch (error) {
      if (!(error instanceof AppError && error.code === 'conflict')) throw error;
    }
  }

  #send(method: string, path: string, body: unknown): Promise<Response> {
    const events = path === '/api/v1/events';
    const json = body === undefined ? undefined : JSON.stringify(body);
    return fetch(`${this.#base}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#token}`,
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        ...(events ? { 'content-encoding': 'gzip' } : {}),
      },
      ...(json === undefined ? {} : { body: events ? gzipSync(json, { level: 1 }) : json }),
      signal: AbortSignal.timeout(60_000),
    });
  }

  #refused(method: string, path: string, status: number, text: string): AppError {
    const problem = parseProblem(text);
    const fields = (problem.errors ?? []).map((error) => `${error.pointer}: ${error.detail}`).join('; ');
    return new AppError(
      status === 409 ? 'conflict' : 'internal',
      `${method} ${path} was answered with ${status}: ${problem.detail ?? text.slice(0, 200)} ${fields}`.trim(),
    );
  }
}

function parseProblem(text: string): ProblemBody {
  try {
    return JSON.parse(text) as ProblemBody;
  } catch {
    return {};
  }
}
