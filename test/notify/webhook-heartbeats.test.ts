import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { beat } from '../../src/decide/index.ts';
import { Consumer } from './consumer.ts';
import { append, decisionOn } from './decisions.ts';
import { Receiver } from './receiver.ts';
import { change, WebhookWorld } from './webhook-world.ts';

let world: WebhookWorld;
let receiver: Receiver;
let consumer: Consumer;
let taken = 0;
beforeAll(async () => {
  world = await WebhookWorld.open();
});
afterAll(() => world.store.close());
beforeEach(async () => {
  await world.clear();
  receiver = await Receiver.open();
  consumer = new Consumer();
  taken = 0;
});
afterEach(() => receiver.close());

const START = '2026-03-01T10:00:00.000Z';
const minutes = (count: number) => new Date(Date.parse(START) + count * 60_000);

/** The decisions hold by now, by all data. */
async function hold({
  excepted = [] as string[],
  shortest = 30,
  environment = 'production',
} = {}): Promise<void> {
  const at = world.clock.now();
  await beat(world.store.postgres, [{ environment, excepted, shortest }], { at, dataThrough: at });
}

/** What a dispatcher has done by then; the consumer is told what was taken. */
async function pass(webhook: { readonly id: string }): Promise<void> {
  await world.pass(webhook);
  for (const { event } of receiver.came.slice(taken)) {
    if (event.type === 'assay.decision.v1') consumer.decision(event.data);
    else consumer.heartbeat(event.data as never);
  }
  taken = receiver.came.length;
}

const patch = (id: string, document: object) => world.webhooks.patch(change, id, 'any', document);

describe('a consumer that hears of decisions by a webhook alone', () => {
  it('tells a decision that lives from one that has expired', async () => {
    const webhook = await world.create(receiver.url);
    await append(world.log, decisionOn({ flag: 'a' }, 'pass'), decisionOn({ flag: 'b' }, 'pass'));
    await pass(webhook);
    for (let minute = 1; minute <= 20; minute += 1) {
      world.clock.advance(60_000);
      await hold({ excepted: minute > 10 ? ['b'] : [] });
      await pass(webhook);
      expect(consumer.says('a', world.clock.now())).toBe('pass');
      expect(consumer.says('b', world.clock.now())).toBe(minute < 15 ? 'pass' : 'expired');
      for (const { flag, validUntil } of await world.log.currentSince('production', 0, 10))
        expect(consumer.validUntil(flag)).toBe(validUntil);
    }
    expect(receiver.heartbeats).toHaveLength(20);
    expect((await world.webhooks.read(webhook.id)).heartbeatAt).toBe(minutes(20).toISOString());
    // Nobody vouches any more.
    world.clock.advance(5 * 60_000);
    await pass(webhook);
    expect(consumer.says('a', world.clock.now())).toBe('expired');
  });

  it('is not told that something holds in whose place something newer was not delivered', async () => {
    const webhook = await world.create(receiver.url);
    await append(world.log, decisionOn({ flag: 'a' }, 'pass'));
    await pass(webhook);
    await append(world.log, decisionOn({ flag: 'a' }, 'inconclusive'));
    receiver.answers = [400];
    for (let minute = 1; minute <= 6; minute += 1) {
      world.clock.advance(60_000);
      await hold();
      await world.pass(webhook);
    }
    expect(receiver.heartbeats).toEqual([]);
    expect(consumer.says('a', world.clock.now())).toBe('expired');
    receiver.answers = [204];
    world.clock.advance(300_000);
    await hold();
    taken = receiver.came.length;
    await pass(webhook);
    expect(consumer.says('a', world.clock.now())).toBe('inconclusive');
    expect(receiver.heartbeats).toHaveLength(1);
  });

  it('is not told so where a decision comes in the moment before', async () => {
    const webhook = await world.create(receiver.url);
    await append(world.log, decisionOn({ flag: 'a' }, 'pass'));
    await pass(webhook);
    await hold();
    const { postgres } = world.store;
    const late = world.courier({
      ...{ pool: postgres.pool, ping: () => postgres.ping(), close: () => postgres.close() },
      transaction: (work) => postgres.transaction(work),
      query: async (sql, params) => {
        if (sql.includes('JOIN notify_cursors')) {
          await append(world.log, decisionOn({ flag: 'a' }, 'breach'));
          await world.outbox().drain();
          await hold();
        }
        return postgres.query(sql, params);
      },
    });
    await late.deliver(webhook.id);
    expect(receiver.heartbeats).toEqual([]);
    await pass(webhook);
    expect(consumer.says('a', world.clock.now())).toBe('breach');
  });

  it('is not told so before the decision is made into a delivery', async () => {
    const webhook = await world.create(receiver.url);
    await append(world.log, decisionOn({ flag: 'a' }, 'pass'));
    await pass(webhook);
    await append(world.log, decisionOn({ flag: 'a' }, 'breach'));
    await hold();
    await world.courier().deliver(webhook.id);
    expect(receiver.heartbeats).toEqual([]);
    world.clock.advance(10_000);
    await pass(webhook);
    expect(receiver.came.slice(-2).map(({ event }) => event.type)).toEqual([
      'assay.decision.v1',
      'assay.heartbeat.v1',
    ]);
  });
});

describe('heartbeats', () => {
  it('are no more often than decisions need, for whoever asks, and of the environments of the endpoint', async () => {
    const webhook = await world.create(receiver.url, { environments: ['production'] });
    await append(world.log, decisionOn({}), decisionOn({ environment: 'staging' }));
    await pass(webhook);
    await hold({ environment: 'staging' });
    await hold();
    await Promise.all([world.pass(webhook), world.courier().deliver(webhook.id)]);
    expect(receiver.heartbeats.map(({ data }) => data.environment)).toEqual(['production']);
    world.clock.advance(9_000);
    await hold();
    await pass(webhook);
    expect(receiver.heartbeats).toHaveLength(1);
    world.clock.advance(1_000);
    await pass(webhook);
    expect(receiver.heartbeats).toHaveLength(2);
    await hold({ shortest: 6 });
    world.clock.advance(2_000);
    await pass(webhook);
    expect(receiver.heartbeats).toHaveLength(3);
  });

  it('are not for one that chose verdicts or no heartbeats, nor where nothing was decided', async () => {
    const chosen = await world.create(receiver.url, { verdicts: ['breach'] });
    const without = await world.create(receiver.url, { heartbeats: false });
    const early = await world.create(receiver.url);
    await world.pass(chosen, without, early);
    await append(world.log, decisionOn({}, 'breach'));
    await hold();
    await world.pass(chosen, without);
    expect(receiver.heartbeats).toEqual([]);
  });

  it('tell when the endpoint was changed, for something may have passed it by meanwhile', async () => {
    const webhook = await world.create(receiver.url);
    await append(world.log, decisionOn({}, 'pass'));
    await hold();
    await pass(webhook);
    await patch(webhook.id, { enabled: false });
    await append(world.log, decisionOn({}, 'breach'));
    await pass(webhook);
    await patch(webhook.id, { enabled: true });
    world.clock.advance(10_000);
    await hold();
    await pass(webhook);
    expect(receiver.heartbeats.map(({ revision }) => revision)).toEqual(['1', '3']);
  });

  it('that are not taken are not sent again, and count for no failure', async () => {
    const webhook = await world.create(receiver.url);
    await append(world.log, decisionOn({}, 'pass'));
    await pass(webhook);
    receiver.answers = [500];
    await hold();
    await pass(webhook);
    const { failing, heartbeatAt } = await world.webhooks.read(webhook.id);
    expect([failing, heartbeatAt, receiver.heartbeats.length]).toEqual([null, null, 1]);
    receiver.answers = [204];
    await append(world.log, decisionOn({}, 'breach'));
    await pass(webhook);
    expect(receiver.told.at(-1)).toBe('2 checkout breach');
  });
});
