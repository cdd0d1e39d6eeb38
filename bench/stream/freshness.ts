import { Agent } from 'node:http';
import { setTimeout as timeout } from 'node:timers/promises';
import type { ClickHouse } from '../../src/stores/clickhouse/index.ts';
import type { Target } from '../collect/load.ts';
import { post, quantile } from './paced-load.ts';

const EVERY_MS = 50;
const LOOK_EVERY_MS = 25;
const GIVE_UP_MS = 30_000;
const limits = { maxSeconds: 10, maxMemoryBytes: 500_000_000 };

export interface Freshness {
  readonly probes: number;
  readonly unseen: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly worstMs: number;
}

/**
 * How long after its 202 an event can be seen in its raw table: single events of an environment of their own, one every
 * 50 ms, looked for every 25 ms, until told to stop. What is seen between two looks counts as seen at the second.
 */
export async function watchFreshness(
  targets: readonly Target[],
  clickhouse: ClickHouse,
  signal: AbortSignal,
): Promise<Freshness> {
  const agent = new Agent({ keepAlive: true });
  const acceptedAt = new Map<string, number>();
  const delays: number[] = [];
  const sending = new Set<Promise<void>>();
  const send = async (n: number): Promise<void> => {
    const target = targets[n % targets.length];
    if (target === undefined) return;
    const event = {
      ...{ id: `probe-${n}`, type: 'conversion', name: 'probe', environment: 'probe', value: 1 },
      ...{ ts: new Date().toISOString(), unit: { type: 'user', id: `probe-${n}` } },
    };
    const status = await post(target, agent, Buffer.from(JSON.stringify([event])));
    if (status === 202) acceptedAt.set(event.id, performance.now());
  };
  const look = async (): Promise<void> => {
    const rows = await clickhouse.query<{ id: string }>({
      sql: `SELECT id FROM raw_conversions WHERE environment = 'probe'`,
      limits,
    });
    const seenAt = performance.now();
    for (const { id } of rows) {
      const since = acceptedAt.get(id);
      if (since === undefined) continue;
      delays.push(seenAt - since);
      acceptedAt.delete(id);
    }
  };
  const looking = (async () => {
    let stoppedAt: number | null = null;
    for (;;) {
      await look();
      if (signal.aborted) stoppedAt ??= performance.now();
      const isOver = stoppedAt !== null && sending.size === 0;
      if (isOver && (acceptedAt.size === 0 || performance.now() - (stoppedAt ?? 0) > GIVE_UP_MS)) return;
      await timeout(LOOK_EVERY_MS);
    }
  })();
  for (let n = 0; !signal.aborted; n += 1) {
    const work: Promise<void> = send(n).finally(() => sending.delete(work));
    sending.add(work);
    await timeout(EVERY_MS);
  }
  await Promise.all(sending);
  await looking;
  agent.destroy();
  delays.sort((a, b) => a - b);
  return {
    probes: delays.length,
    unseen: acceptedAt.size,
    p50Ms: quantile(delays, 0.5),
    p99Ms: quantile(delays, 0.99),
    worstMs: delays.at(-1) ?? Number.NaN,
  };
}
