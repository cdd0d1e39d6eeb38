import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import { Readable } from 'node:stream';

/** What is sent to an engine: the part of `fetch`'s options that is used. */
export interface GuardedRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
}

/**
 * Sends a request out of the service: https only and never to a private address, unless the configuration allows it.
 * Follows no redirection. Rejects where it may not be sent or did not arrive.
 */
export type GuardedFetch = (url: string, init: GuardedRequest) => Promise<Response>;

/** Where requests may go. */
export interface PermittedTargets {
  /** Why nothing may be sent to this address, as far as it says so itself. */
  objectionTo(url: string): string | null;
  /** Resolves names to permitted addresses alone; what is connected to is what was looked at. */
  readonly lookup: LookupFunction;
}

class Refused extends Error {
  readonly code = 'ADDRESS_NOT_PERMITTED';
}

/** Statuses that a Response must have no body with. */
const BODILESS = new Set([101, 103, 204, 205, 304]);

/** A {@link GuardedFetch} over Node's own client, whose connections can be given a resolver of names. */
export function guardedFetch(permitted: PermittedTargets): GuardedFetch {
  return (url, { method, headers, body, signal }) =>
    new Promise((resolve, reject) => {
      const objection = permitted.objectionTo(url);
      if (objection !== null) return reject(new Refused(objection));
      const request = url.startsWith('https:') ? requestHttps : requestHttp;
      const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
      const sent = request(
        url,
        // No agent: a connection is never another target's.
        { method, headers: { ...headers, ...length }, lookup: permitted.lookup, agent: false, signal },
        (answer) => {
          const status = answer.statusCode ?? 502;
          const known = Object.entries(answer.headers).map(([name, value]) => [name, String(value)] as const);
          if (BODILESS.has(status)) answer.resume();
          const stream = BODILESS.has(status) ? null : (Readable.toWeb(answer) as ReadableStream<Uint8Array>);
          resolve(new Response(stream, { status, headers: known.map(([name, value]) => [name, value]) }));
        },
      );
      sent.once('error', reject);
      sent.end(body);
    });
}
