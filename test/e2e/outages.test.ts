import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { killAllServices, type RunningService, runService } from '../../scripts/run-service.ts';
import type { Decision, Heartbeat } from '../../src/decide/index.ts';
import { RECORDED, type Recorded } from '../engines/conformance/contracts.ts';
import { FakeEngine } from '../engines/conformance/fake-engine.ts';
import { Consumer } from '../notify/consumer.ts';
import { EventReader } from '../notify/event-reader.ts';
import { Receiver } from '../notify/receiver.ts';
import { type ClickHouseServer, startClickHouseServer } from '../support/clickhouse-server/index.ts';
import { type PostgresServer, running, startPostgres } from '../support/postgres/index.ts';
import { requireOrSkip } from '../support/requirement.ts';

const postgres = await startPostgres();
if ('skipped' in postgres) requireOrSkip('postgres', postgres.skipped);

const UNLEASH = RECORDED['Unleash'] as Recorded;
const SUBJECT = 'decisions/production/checkout/treatment';
const VALID_SECONDS = 6;
const STALE_SECONDS = 15;
const PORT = String(20_000 + (process.pid % 20_000));

/** What a step waits for comes within this, or the test fails. */
const WITHIN = { timeout: 90_000, interval: 100 };

describe.skipIf('skipped' in postgres)('an outage', { timeout: 200_000 }, () => {
  let directory: string;
  let database: PostgresServer;
  let clickhouse: ClickHouseServer;
  let engine: FakeEngine;
  let receiver: Receiver;
  let service: RunningService;
  const byStream = new Consumer();
  const byWebhook = new Consumer();
  /** Of every decision that the stream told, in the order in which it did. */
  const sequences: number[] = [];
  let ended = false;
  let following: Promise<void>;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'assay-outages-'));
    writeFileSync(join(directory, 'unleash'), UNLEASH.credential);
    database = running(postgres);
    clickhouse = await startClickHouseServer();
    engine = new FakeEngine(UNLEASH.contract({}));
    receiver = await Receiver.open();
    await start();
    const variants = ['control', 'treatment'];
    await post('flags', {
      ...{ environment: 'production', key: 'checkout', variants: variants.map((key) => ({ key })) },
    });
    await post('metrics', {
      ...{ key: 'error', type: 'proportion', direction: 'increaseIsBad', source: { event: 'error' } },
    });
    await post('experiments', {
      ...{ key: 'checkout', flag: 'checkout', control: 'control' },
      arms: variants.map((variant) => ({ variant, weight: 1 })),
      guardrails: [{ metric: 'error', margin: { kind: 'relative', value: 0.1 } }],
      decisions: { requiredUnits: 100, validForSeconds: VALID_SECONDS, staleAfterSeconds: STALE_SECONDS },
    });
    await post('webhooks', { url: receiver.url });
    await post('engines', UNLEASH.connection(await engine.listen()));
    await post('experiments/checkout:start', {});
    following = follow();
  }, 200_000);
  afterAll(async () => {
    ended = true;
    await service?.stop('SIGKILL');
    await following;
    killAllServices();
    receiver?.close();
    await Promise.all([engine?.close(), clickhouse?.stop(), database?.stop()]);
    rmSync(directory, { recursive: true, force: true });
  });

  async function start(): Promise<void> {
    service = await runService({
      dataDirectory: join(directory, 'unused'),
      env: {
        ...{ PORT, CLICKHOUSE_URL: clickhouse.url, DATABASE_URL: database.url },
        ...{ OUTBOUND_ALLOW_HTTP: 'on', OUTBOUND_ALLOWED_NETWORKS: '127.0.0.1/32' },
        ENGINE_CREDENTIALS: directory,
      },
    });
  }

  function call(path: string, init: RequestInit = {}): Promise<Response> {
    const { token } = service;
    return fetch(`http://127.0.0.1:${PORT}/api/v1/${path}`, {
      ...init,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    });
  }

  async function post(path: string, body: unknown): Promise<void> {
    const response = await call(path, { method: 'POST', body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  }

  /** Units of each variant in turn, of which the first ones have an error; sent again until they are taken. */
  async function meet(prefix: string, units: number, errors: Record<string, number>): Promise<void> {
    const base = { ts: new Date().toISOString(), environment: 'production' };
    const events = Array.from({ length: units }, (_, index) =>
      Object.entries(errors).flatMap(([variant, failing]) => {
        const unit = { type: 'user', id: `${prefix}-${variant}-${index}` };
        const met = { ...base, id: `i-${unit.id}`, type: 'impression', unit, flag: 'checkout', variant };
        const error = { ...base, id: `e-${unit.id}`, type: 'conversion', unit, name: 'error' };
        return index < failing ? [met, error] : [met];
      }),
    ).flat();
    await expect.poll(() => post('events', events).then(() => 'taken', String), WITHIN).toBe('taken');
  }

  /** Reads the stream for ever, from where it was cut off. */
  async function follow(): Promise<void> {
    const url = `http://127.0.0.1:${PORT}/api/v1/decisions/stream?environment=production`;
    while (!ended) {
      const last = sequences.at(-1);
      const reader = await EventReader.open(url, {
        authorization: `Bearer ${service.token}`,
        ...(last === undefined ? {} : { 'last-event-id': String(last) }),
      }).catch(() => null);
      for (;;) {
        const event = (await reader?.next()) ?? null;
        if (event === null) break;
        if (event.event === 'heartbeat') byStream.heartbeat(event.data as unknown as Heartbeat);
        if (event.event !== 'decision') continue;
        sequences.push(event.data.sequence);
        byStream.decision(event.data as unknown as Decision);
      }
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  let taken = 0;
  /** What the endpoint was told, as far as it has answered for it. */
  function heed(): void {
    for (const { event } of receiver.came.slice(taken)) {
      if (event.type === 'assay.decision.v1') byWebhook.decision(event.data);
      else byWebhook.heartbeat(event.data as unknown as Heartbeat);
    }
    taken = receiver.came.length;
  }

  async function got(): Promise<string> {
    const response = await call(SUBJECT).catch(() => null);
    if (response?.status !== 200) return `${response?.status ?? 'no answer'}`;
    const decision = (await response.json()) as Decision;
    const expired = Date.parse(decision.validUntil ?? '') <= Date.now();
    return expired && decision.verdict !== 'breach' ? 'expired' : decision.verdict;
  }

  const told = () => {
    heed();
    const now = new Date();
    return [byStream.says('checkout', now), byWebhook.says('checkout', now)];
  };
  const allSay = async (verdict: Decision['verdict']) => {
    await expect.poll(told, WITHIN).toEqual([verdict, verdict]);
    await expect.poll(got, WITHIN).toBe(verdict);
  };

  it('is none: what nothing happens to is valid on and on, for all consumers alike', async () => {
    await meet('a', 150, { control: 3, treatment: 3 });
    await allSay('pass');
    const until = Date.now() + 3 * VALID_SECONDS * 1000;
    while (Date.now() < until) {
      expect([...told(), await got()]).toEqual(['pass', 'pass', 'pass']);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    expect(sequences.length).toBeLessThan(10);
  });

  it('of ClickHouse makes decisions stale, is told, and ends by itself', async () => {
    const killedAt = Date.now();
    await clickhouse.kill();
    await expect.poll(got, WITHIN).toBe('stale');
    // And no sooner than the experiment says.
    expect(Date.now() - killedAt).toBeGreaterThan((STALE_SECONDS - 5) * 1000);
    // It is decided, and told, that the data is too old: somebody is there who says so.
    await expect.poll(told, WITHIN).toEqual(['stale', 'stale']);
    await clickhouse.restart();
    await allSay('pass');
  });

  it('of Postgres leaves nobody to vouch: decisions expire where they were told, and hold again by itself', async () => {
    await database.kill();
    await expect.poll(told, WITHIN).toEqual(['expired', 'expired']);
    expect(await got()).not.toBe('pass');
    expect((await fetch(`http://127.0.0.1:${PORT}/readyz`)).status).toBe(503);
    await database.restart();
    await allSay('pass');
  });

  it('of everything at once loses, doubles and reorders nothing', async () => {
    // The endpoint cannot be reached, and the engine fails for a while.
    receiver.answers = [(response) => void response.destroy()];
    const before = receiver.came.length;
    engine.fail(503, 5);
    await meet('b', 250, { control: 3, treatment: 70 });
    await expect.poll(() => byStream.says('checkout', new Date()), WITHIN).toBe('breach');
    await service.stop('SIGKILL');
    await database.kill();
    await database.restart();
    await clickhouse.kill();
    await clickhouse.restart();
    await start();
    await expect.poll(() => engine.serving(), WITHIN).toBe(false);
    // What it did not answer for it has not heard.
    taken = Math.max(taken, receiver.came.length);
    expect(receiver.came.slice(before).every(({ event }) => event.data.sequence > 0)).toBe(true);
    receiver.answers = [204];
    await allSay('breach');

    const { items } = (await (await call(`${SUBJECT}/history?limit=100`)).json()) as { items: Decision[] };
    const made = items.map(({ sequence }) => sequence).reverse();
    expect(made).toEqual(Array.from({ length: made.length }, (_, n) => n + 1));
    // The stream began with how things stood, and left out nothing since.
    expect(sequences).toEqual(made.slice(made.indexOf(sequences[0] ?? 0)));
    expect([...byStream.outOfOrder, ...byWebhook.outOfOrder]).toEqual([]);
    const ids = new Map(receiver.received.map(({ event }) => [event.data.sequence, event.id]));
    for (const { event } of receiver.received) expect(event.id).toBe(ids.get(event.data.sequence));
    const last = items[0];
    expect(byWebhook.acted.at(-1)).toBe(`checkout ${last?.sequence} breach`);
    const enforced = (await (await call('enforcements?environment=production')).json()) as {
      items: { sequence: number; action: string; times: { acknowledgedAt: string | null } }[];
    };
    expect(enforced.items).toHaveLength(1);
    expect(enforced.items[0]?.times.acknowledgedAt).not.toBeNull();
  });
});
