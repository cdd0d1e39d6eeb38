import type { RunningService } from '../../../scripts/run-service.ts';
import type { Decision } from '../../../src/ruling/index.ts';

/** The service's API, as a rollout engine and a producer of events use it. */
export class Client {
  readonly #service: Pick<RunningService, 'base' | 'token'>;

  constructor(service: Pick<RunningService, 'base' | 'token'>) {
    this.#service = service;
  }

  async call(path: string, json?: unknown, headers: Record<string, string> = {}, signal?: AbortSignal) {
    return fetch(`${this.#service.base}/api/v1/${path}`, {
      ...(json === undefined ? {} : { method: 'POST', body: JSON.stringify(json) }),
      headers: {
        authorization: `Bearer ${this.#service.token}`,
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(signal === undefined ? {} : { signal }),
    });
  }

  // biome-ignore lint/suspicious/noExplicitAny: the body of any route.
  async answer(path: string, json?: unknown): Promise<any> {
    const response = await this.call(path, json);
    const body = await response.json();
    if (!response.ok) throw new Error(`${path}: ${JSON.stringify(body)}`);
    return body;
  }

  async act(path: string): Promise<void> {
    await this.answer(path, {});
  }

  /** The decision once it is another than that of the tag, or after some seconds; null where it is the same. */
  async next(
    flag: string,
    etag: string,
    signal: AbortSignal,
  ): Promise<{ readonly decision: Decision; readonly etag: string } | null> {
    const path = `decisions/production/${flag}/treatment`;
    const response = await this.call(path, undefined, { 'if-none-match': etag, prefer: 'wait=20' }, signal);
    if (response.status === 304) return null;
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    return { decision: (await response.json()) as Decision, etag: response.headers.get('etag') ?? '' };
  }
}
