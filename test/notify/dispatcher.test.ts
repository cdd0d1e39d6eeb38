import { Registry } from 'prom-client';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Jobs, openJobs } from '../../src/jobs/index.ts';
import { Courier, Dispatcher, Outbox, WebhookMetrics } from '../../src/notify/index.ts';
import { append, decisionOn } from './decisions.ts';
import { Receiver } from './receiver.ts';
import { WebhookWorld } from './webhook-world.ts';

let world: WebhookWorld;
let receiver: Receiver;
let registry: Registry;
const stops: (() => Promise<void>)[] = [];

beforeAll(async () => {
  world = await WebhookWorld.open();
});
afterAll(() => world.store.close());
beforeEach(async () => {
  await world.clear();
  receiver = await Receiver.open();
  registry = new Registry();
});
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
  receiver.close();
});

/** A process that delivers, with queues of its own over the shared store. */
async function startProcess(everyMs: number): Promise<void> {
  const { log, feed, store, sender, logger } = world;
  const { postgres } = store;
  const clock = () => new Date();
  const jobs: Jobs = await openJobs({ pool: postgres.pool, logger });
  const metrics = new WebhookMetrics(registry, { postgres, logger });
  const dispatcher = new Dispatcher({
    outbox: new Outbox({ log, postgres, clock }),
    courier: new Courier({
      ...{ log, postgres, sender, clock, logger },
      attempted: (attempt, decision) => metrics.attempted(attempt, decision),
    }),
    queue: jobs.keyed('webhooks'),
    ...{ feed, postgres, clock, logger },
  });
  await dispatcher.start(everyMs);
  stops.push(async () => {
    await dispatcher.stop();
    await jobs.close();
  });
}

async function decide(...decisions: Parameters<typeof decisionOn>[]) {
  for (const { environment, sequence } of await append(
    world.log,
    ...decisions.map((each) => decisionOn(...each)),
  ))
    world.feed.announce(environment, sequence);
}

describe('decisions', () => {
  it('reach an endpoint at once when they are made, and an hour’s look is not waited for', async () => {
    await startProcess(3_600_000);
    await world.create(receiver.url);
    for (let n = 1; n <= 20; n += 1) {
      await decide([{ flag: `flag-${n}` }, 'breach']);
      await receiver.until(() => receiver.received.length === n);
    }
    expect(receiver.received.map(({ event }) => event.data.sequence)).toEqual(
      Array.from({ length: 20 }, (_, i) => i + 1),
    );
  });

  it('reach it when it is back, and several processes send each of them once and in order', async () => {
    receiver.answers = [503, 204];
    for (let n = 0; n < 3; n += 1) {
      registry = new Registry();
      await startProcess(50);
    }
    const webhook = await world.create(receiver.url);
    await decide([{ flag: 'a' }, 'breach']);
    await receiver.until(() => receiver.received.length === 2);
    for (let n = 0; n < 30; n += 1) await decide([{ flag: `flag-${n}` }]);
    await receiver.until(() => receiver.received.length === 32);
    expect(receiver.received.slice(1).map(({ event }) => event.data.sequence)).toEqual(
      Array.from({ length: 31 }, (_, i) => i + 1),
    );
    await stopped();
    expect((await world.webhooks.read(webhook.id)).waiting).toBe(0);
  });

  it('that wait for an endpoint, and how long it fails, are on /metrics', async () => {
    await startProcess(3_600_000);
    const webhook = await world.create(receiver.url);
    receiver.answers = [204, 500];
    await decide([{ flag: 'a' }]);
    await receiver.until(() => receiver.received.length === 1);
    await decide([{ flag: 'b' }, 'breach']);
    await receiver.until(() => receiver.received.length === 2);
    await stopped();
    const text = await registry.metrics();
    expect(text).toContain('assay_webhook_attempts_total{outcome="delivered"} 1');
    expect(text).toContain('assay_webhook_attempts_total{outcome="failed"} 1');
    expect(text).toContain(`assay_webhook_waiting{webhook="${webhook.id}"} 1`);
    expect(text).toMatch(new RegExp(`assay_webhook_oldest_seconds\\{webhook="${webhook.id}"\\} \\d`));
    expect(text).toMatch(new RegExp(`assay_webhook_failing_seconds\\{webhook="${webhook.id}"\\} \\d`));
    expect(text).toContain('assay_webhook_delay_seconds_count 1');
    expect(text).not.toContain(receiver.url);
  });
});

async function stopped(): Promise<void> {
  for (const stop of stops.splice(0)) await stop();
}
