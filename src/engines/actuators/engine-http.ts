import type { GuardedFetch } from '../guarded-fetch.ts';

const MOST_BYTES = 1_000_000;

export interface EngineRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH';
  /** Below the base URL, percent-encoded; see {@link path}. */
  readonly path: string;
  readonly body?: unknown;
  readonly contentType?: string;
}

export interface EngineAnswer {
  readonly status: number;
  /** undefined where `form` is not `json`. */
  readonly json: unknown;
  /** Success pages of proxies and login forms are HTML: `other`. */
  readonly form: 'json' | 'empty' | 'other';
  readonly retryAfterMs: number;
}

/** The engine gave no answer, or none that can be read. The message is one sentence without secrets. */
export class EngineFault extends Error {
  readonly kind: 'credential' | 'unreachable';

  constructor(kind: EngineFault['kind'], message: string) {
    super(message);
    this.kind = kind;
  }
}

/** An address made of parts that may hold any character. */
export function path(parts: TemplateStringsArray, ...values: readonly string[]): string {
  return parts.reduce(
    (whole, part, index) => `${whole}${encodeURIComponent(values[index - 1] ?? '')}${part}`,
  );
}

export interface EngineHttpOptions {
  readonly fetch: GuardedFetch;
  readonly baseUrl: string;
  readonly timeoutMs: number;
  /** Headers with the credential; read for each request, so that a rotated file counts at once. */
  readonly headers: () => Promise<Readonly<Record<string, string>>>;
}

/** Requests to one engine: bounded in time and size, never redirected, and without the credential in any error. */
export class EngineHttp {
  readonly #options: EngineHttpOptions;

  constructor(options: EngineHttpOptions) {
    this.#options = options;
  }

  /** @throws EngineFault */
  async send(request: EngineRequest): Promise<EngineAnswer> {
    const { fetch, baseUrl, timeoutMs } = this.#options;
    const headers = await this.#options.headers();
    const host = new URL(baseUrl).host;
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      const answer = await fetch(`${baseUrl.replace(/\/+$/, '')}${request.path}`, {
        method: request.method,
        headers: {
          accept: 'application/json',
          ...(request.body === undefined
            ? {}
            : { 'content-type': request.contentType ?? 'application/json' }),
          ...headers,
        },
        ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
        signal,
      });
      const text = await boundedText(answer);
      return {
        status: answer.status,
        ...parsed(text),
        retryAfterMs: retryAfterMs(answer.headers.get('retry-after')),
      };
    } catch (error) {
      if (error instanceof EngineFault) throw error;
      throw new EngineFault(
        'unreachable',
        `${host} did not answer: ${signal.aborted ? `nothing came within ${timeoutMs} ms` : reasonOf(error)}.`,
      );
    }
  }
}

async function boundedText(answer: Response): Promise<string> {
  if (answer.body === null) return '';
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of answer.body) {
    bytes += chunk.byteLength;
    if (bytes > MOST_BYTES) throw new EngineFault('unreachable', 'The answer is larger than 1 MB.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parsed(text: string): Pick<EngineAnswer, 'json' | 'form'> {
  if (text.trim() === '') return { json: undefined, form: 'empty' };
  try {
    return { json: JSON.parse(text), form: 'json' };
  } catch {
    return { json: undefined, form: 'other' };
  }
}

/** Seconds, as engines send it with 429 and 503; at most a minute is heeded. */
function retryAfterMs(header: string | null): number {
  return header !== null && /^\d{1,6}$/.test(header) ? Math.min(Number(header), 60) * 1000 : 0;
}

/** The code of a network error, never its message: that may hold what was sent. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (typeof cause === 'object' && cause !== null && 'code' in cause) return String(cause.code);
  return error instanceof Error ? error.name : 'unknown';
}
