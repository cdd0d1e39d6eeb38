import { Agent, request } from 'node:http';
import { setTimeout as timeout } from 'node:timers/promises';
import { Body } from '../collect/bodies.ts';
import type { Target } from '../collect/load.ts';

export interface PacedLoad {
  /** Each takes its turn. */
  readonly targets: readonly Target[];
  /** Infinity: as fast as they are answered. */
  readonly eventsPerSecond: number;
  readonly seconds: number;
  readonly connections: number;
  readonly eventsPerRequest: number;
  /** 8 hexadecimal digits, another for each run. */
  readonly run: string;
}

export interface PacedResult {
  readonly accepted: number;
  readonly refused: number;
  readonly seconds: number;
  /** From the moment a request was due to its answer, so that a service that holds up its senders shows. */
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Requests at a steady pace, whether or not the ones before have been answered, as far as the connections go. */
export async function pacedLoad(load: PacedLoad): Promise<PacedResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: load.connections });
  const everyMs = (1000 * load.eventsPerRequest) / load.eventsPerSecond;
  const startedAt = performance.now();
  const until = startedAt + load.seconds * 1000;
  const latencies: number[] = [];
  let [next, refused] = [0, 0];
  const connection = async (): Promise<void> => {
    const body = new Body(load.eventsPerRequest, load.run, new Date());
    for (;;) {
      const mine = next++;
      const due = everyMs === 0 ? performance.now() : startedAt + mine * everyMs;
      if (due >= until) return;
      const waitMs = due - performance.now();
      if (waitMs > 0) await timeout(waitMs);
      const bytes = body.fill(mine * load.eventsPerRequest);
      const target = load.targets[mine % load.targets.length];
      if (target === undefined) throw new Error('there is nobody to send to');
      for (;;) {
        const status = await post(target, agent, bytes);
        if (status === 202) break;
        if (status !== 429 && status !== 503) throw new Error(`${status}`);
        refused += 1;
        await timeout(50);
      }
      latencies.push(performance.now() - due);
    }
  };
  await Promise.all(Array.from({ length: load.connections }, connection));
  agent.destroy();
  latencies.sort((a, b) => a - b);
  return {
    accepted: latencies.length * load.eventsPerRequest,
    refused,
    seconds: (performance.now() - startedAt) / 1000,
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
  };
}

/** Of values in ascending order. */
export function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.floor(q * (sorted.length - 1))] ?? Number.NaN;
}

export function post({ url, token }: Target, agent: Agent, body: Buffer): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'content-length': body.length,
  };
  const outgoing = request(`${url}/api/v1/events`, { method: 'POST', agent, headers }, (incoming) => {
    incoming.resume();
    incoming.on('end', () => resolve(incoming.statusCode ?? 0));
    incoming.on('error', reject);
  });
  outgoing.on('error', reject);
  outgoing.end(body);
  return promise;
}
