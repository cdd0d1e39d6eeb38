import type { RunningService } from '../../scripts/run-service.ts';

/** What the bench asks of the service. */
export class Client {
  readonly #service: RunningService;

  constructor(service: RunningService) {
    this.#service = service;
  }

  async post(path: string, body: unknown): Promise<void> {
    const answer = await this.#fetch(path, { method: 'POST', body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    await answer.arrayBuffer();
  }

  /** The status; events are ndjson. */
  async events(body: string): Promise<number> {
    const answer = await this.#fetch('events', { method: 'POST', body, type: 'application/x-ndjson' });
    await answer.arrayBuffer();
    return answer.status;
  }

  attribution(experiment: string): Promise<{ readonly state: string }> {
    return this.#get(`experiments/${experiment}/attribution`);
  }

  /** Up to when (ms) results made on request have everything. */
  async liveThrough(experiment: string): Promise<number> {
    const { dataThrough } = await this.#get<{ dataThrough: string }>(
      `experiments/${experiment}/results?windows=closed`,
    );
    return Date.parse(dataThrough);
  }

  /** The same of the latest stored scorecard. */
  async storedThrough(experiment: string): Promise<number> {
    const { dataThrough } = await this.#get<{ dataThrough: string }>(`experiments/${experiment}/results`);
    return Date.parse(dataThrough);
  }

  /** Decisions as the stream tells them, after the one with this id. */
  async *decisions(
    after: string,
    signal: AbortSignal,
  ): AsyncGenerator<{
    readonly id: string;
    readonly data: { readonly flag: string; readonly verdict: string; readonly decidedAt: string };
  }> {
    const answer = await this.#fetch('decisions/stream?environment=production', { after, signal });
    if (answer.body === null || !answer.ok) throw new Error(`decisions/stream: ${answer.status}`);
    let text = '';
    for await (const chunk of answer.body.pipeThrough(new TextDecoderStream())) {
      const blocks = (text + chunk).split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) {
        const field = (name: string) =>
          block
            .split('\n')
            .find((line) => line.startsWith(`${name}: `))
            ?.slice(name.length + 2);
        const [id, data] = [field('id'), field('data')];
        if (field('event') === 'decision' && id !== undefined && data !== undefined)
          yield { id, data: JSON.parse(data) };
      }
    }
  }

  async #get<T>(path: string): Promise<T> {
    const answer = await this.#fetch(path, {});
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  #fetch(
    path: string,
    {
      type = 'application/json',
      after = '',
      ...init
    }: { method?: string; body?: string; type?: string; after?: string; signal?: AbortSignal },
  ): Promise<Response> {
    return fetch(`${this.#service.base}/api/v1/${path}`, {
      ...init,
      headers: {
        authorization: `Bearer ${this.#service.token}`,
        'content-type': type,
        ...(after === '' ? {} : { 'last-event-id': after }),
      },
    });
  }
}
