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

  async #get<T>(path: string): Promise<T> {
    const answer = await this.#fetch(path, {});
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  #fetch(
    path: string,
    { type = 'application/json', ...init }: { method?: string; body?: string; type?: string },
  ): Promise<Response> {
    return fetch(`${this.#service.base}/api/v1/${path}`, {
      ...init,
      headers: { authorization: `Bearer ${this.#service.token}`, 'content-type': type },
    });
  }
}
