import { type IncomingMessage, type RequestOptions, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { PermittedAddresses } from './permitted-addresses.ts';

/** What one attempt came to. */
export interface Attempt {
  readonly outcome:
    | 'delivered'
    /** The endpoint lives and does not want this message. */
    | 'refused'
    | 'failed';
  /** Until the answer began, or the attempt was given up. */
  readonly latencyMs: number;
  readonly response: { readonly status: number; readonly body: string } | null;
  readonly error: string | null;
  /** The endpoint asks not to be tried again sooner. */
  readonly retryAfterMs: number | null;
}

export interface PostOptions {
  readonly permitted: PermittedAddresses;
  readonly timeoutMs: number;
  /** A monotonic clock in milliseconds. */
  readonly elapsed: () => number;
}

/** What is read of an answer. */
const MOST_ANSWER_BYTES = 1000;

/** Answers of somebody who may want it later. */
const LATER = new Set([408, 421, 425, 429]);

/** Sends one message once. Redirects are not followed, and no more of the answer is read than is kept. */
export async function postMessage(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  { permitted, timeoutMs, elapsed }: PostOptions,
): Promise<Attempt> {
  const startedAt = elapsed();
  const failed = (error: string): Attempt => ({
    ...{ outcome: 'failed', latencyMs: elapsed() - startedAt, response: null, error, retryAfterMs: null },
  });
  const objection = permitted.objectionTo(url);
  if (objection !== null) return failed(`Its address ${objection}.`);
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const answer = await send(url, body, {
      ...{ method: 'POST', agent: false, lookup: permitted.lookup, signal: timeout },
      headers: {
        ...headers,
        'content-type': 'application/cloudevents+json; charset=utf-8',
        'content-length': Buffer.byteLength(body),
        'user-agent': 'assay',
      },
    });
    const latencyMs = elapsed() - startedAt;
    return { latencyMs, ...judge(answer, await startOf(answer)) };
  } catch (error) {
    return failed(timeout.aborted ? `No answer within ${timeoutMs / 1000} s.` : sentenceOf(error));
  }
}

function send(url: string, body: string, options: RequestOptions): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const request = url.startsWith('https:') ? requestHttps : requestHttp;
  request(url, options, resolve).on('error', reject).end(body);
  return promise;
}

/** The first bytes of an answer, or as many as come in time. */
async function startOf(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= MOST_ANSWER_BYTES) break;
    }
  } catch {
    // The status has come, and it is what counts.
  }
  answer.destroy();
  // Postgres keeps no NUL in a text.
  return Buffer.concat(chunks).subarray(0, MOST_ANSWER_BYTES).toString('utf8').replaceAll('\0', '');
}

function judge(
  { statusCode: status = 0, headers }: IncomingMessage,
  body: string,
): Pick<Attempt, 'outcome' | 'response' | 'error' | 'retryAfterMs'> {
  const response = { status, body };
  if (status >= 200 && status < 300)
    return { outcome: 'delivered', response, error: null, retryAfterMs: null };
  const seconds = Number(headers['retry-after'] ?? Number.NaN);
  return {
    outcome: status >= 400 && status < 500 && !LATER.has(status) ? 'refused' : 'failed',
    response,
    error:
      status >= 300 && status < 400
        ? `It answered ${status}, and redirects are not followed.`
        : `It answered ${status}.`,
    retryAfterMs: seconds >= 0 ? seconds * 1000 : null,
  };
}

function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return 'The request failed.';
  // Of several addresses that were tried, each has its own.
  const causes = error instanceof AggregateError ? error.errors.map(String) : [error.message];
  return `${causes.join('; ').slice(0, 500)}.`.replace(/\.\.$/, '.');
}
