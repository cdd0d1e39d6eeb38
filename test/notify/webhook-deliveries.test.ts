import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { append, decisionOn } from './decisions.ts';
import { Receiver } from './receiver.ts';
import { change, dyingAtCommit, WebhookWorld } from './webhook-world.ts';

const directory = mkdtempSync(join(tmpdir(), 'assay-secrets-'));
let world: WebhookWorld;
let receiver: Receiver;

beforeAll(async () => {
  world = await WebhookWorld.open({ secretsDirectory: directory, timeoutMs: 400 });
});
afterAll(async () => {
  await world.store.close();
  rmSync(directory, { recursive: true });
});
beforeEach(async () => {
  await world.clear();
  receiver = await Receiver.open();
});
afterEach(() => {
  vi.useRealTimers();
  receiver.close();
});

/** What a receiver does: refuses what is not signed with its secret, or not lately. */
function verify(secret: string | null, { headers, body }: Receiver['received'][number]): unknown {
  vi.useFakeTimers({ now: world.clock.now(), toFake: ['Date'] });
  try {
    return new Webhook(secret ?? '').verify(body, headers as Record<string, string>);
  } finally {
    vi.useRealTimers();
  }
}

describe('a message', () => {
  it('is a CloudEvent that Standard Webhooks’ own library verifies', async () => {
    const webhook = await world.create(receiver.url);
    const [decision] = await append(world.log, decisionOn({}, 'breach'));
    await world.pass(webhook);
    const [received] = receiver.received;
    if (received === undefined || decision === undefined) throw new Error('nothing came');
    expect(webhook.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(verify(webhook.secret, received)).toEqual({
      specversion: '1.0',
      id: decision.id,
      source: '/api/v1/decisions/production',
      type: 'assay.decision.v1',
      subject: 'production/checkout/treatment',
      time: '2026-03-01T10:00:00.000Z',
      sequence: '1',
      datacontenttype: 'application/json',
      data: decision,
    });
    expect(received.headers).toMatchObject({
      'content-type': 'application/cloudevents+json; charset=utf-8',
      'webhook-id': decision.id,
      'webhook-timestamp': String(world.clock.now().getTime() / 1000),
    });
    expect(() =>
      verify(webhook.secret, { ...received, body: received.body.replace('rollback', 'proceed') }),
    ).toThrow(/No matching signature/);
    const other = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
    expect(() => verify(other, received)).toThrow(/No matching/);
  });

  it('is signed by the old and the new secret while they overlap, then by the new one alone', async () => {
    const webhook = await world.create(receiver.url);
    const rotated = await world.webhooks.rotateSecret(change, webhook.id, 60);
    expect(rotated.secret).not.toBe(webhook.secret);
    await append(world.log, decisionOn({}));
    await world.pass(webhook);
    const [during] = receiver.received;
    if (during === undefined) throw new Error('nothing came');
    expect(String(during.headers['webhook-signature']).split(' ')).toHaveLength(2);
    expect(verify(webhook.secret, during)).toEqual(verify(rotated.secret, during));
    world.clock.advance(60_000);
    await append(world.log, decisionOn({}));
    await world.pass(webhook);
    const after = receiver.received[1];
    if (after === undefined) throw new Error('nothing came');
    expect(verify(rotated.secret, after)).toMatchObject({ sequence: '2' });
    expect(() => verify(webhook.secret, after)).toThrow(/No matching/);
  });

  it('is signed by the secrets of a file, as they are at the time', async () => {
    const one = `whsec_${Buffer.alloc(24, 1).toString('base64')}`;
    const two = `whsec_${Buffer.alloc(64, 2).toString('base64')}`;
    writeFileSync(join(directory, 'hook.key'), `${one}\n`);
    const webhook = await world.create(receiver.url, { secretFile: 'hook.key' });
    expect(webhook.secret).toBeNull();
    await append(world.log, decisionOn({}));
    await world.pass(webhook);
    writeFileSync(join(directory, 'hook.key'), `${two}\n${one}\n`);
    await append(world.log, decisionOn({}));
    await world.pass(webhook);
    const [first, second] = receiver.received;
    if (first === undefined || second === undefined) throw new Error('too little came');
    expect(verify(one, first)).toMatchObject({ sequence: '1' });
    expect(verify(one, second)).toEqual(verify(two, second));
    writeFileSync(join(directory, 'hook.key'), 'whsec_dG9vIHNob3J0');
    await append(world.log, decisionOn({}));
    await world.pass(webhook);
    expect(receiver.received).toHaveLength(2);
    const { items } = await world.webhooks.deliveries(webhook.id, { limit: 1 });
    expect(items[0]).toMatchObject({ status: 'waiting', attempts: 1, response: null });
    expect(items[0]?.error).toBe(
      'The secret file hook.key must have whsec_ and the base64 of 24 to 64 bytes on each line.',
    );
    await expect(world.webhooks.rotateSecret(change, webhook.id, 0)).rejects.toMatchObject({
      code: 'conflict',
    });
    for (const secretFile of ['missing.key', '../hook.key', '/etc/passwd', '.'])
      await expect(world.create(receiver.url, { secretFile })).rejects.toMatchObject({
        code: 'unprocessable',
      });
  });

  it('goes to those who want it', async () => {
    const all = await world.create(receiver.url);
    const few = await world.create(receiver.url, {
      environments: ['production'],
      flags: ['a', 'b'],
      verdicts: ['breach', 'invalid'],
    });
    const off = await world.create(receiver.url, { enabled: false });
    await append(
      world.log,
      decisionOn({ flag: 'a' }, 'breach'),
      decisionOn({ flag: 'b' }, 'pass'),
      decisionOn({ flag: 'c' }, 'breach'),
      decisionOn({ flag: 'a', environment: 'staging' }, 'breach'),
    );
    await world.pass(all, few, off);
    expect(await world.statuses(all)).toHaveLength(4);
    expect(await world.statuses(few)).toEqual(['1 delivered']);
    expect(await world.statuses(off)).toEqual([]);
  });
});

describe('an endpoint that fails', () => {
  it('is tried again ever more rarely, densely for a breach, with the same id and the figures of now', async () => {
    const webhook = await world.create(receiver.url);
    receiver.answers = [500];
    const begun = world.clock.now().toISOString();
    const [decision] = await append(world.log, decisionOn({}, 'breach'));
    if (decision === undefined) throw new Error('nothing was decided');
    await world.pass(webhook);
    const waits: number[] = [];
    for (let n = 0; n < 9; n += 1) {
      const { failing } = await world.webhooks.read(webhook.id);
      const waitMs = new Date(failing?.retryAt ?? 0).getTime() - world.clock.now().getTime();
      waits.push(waitMs / 1000);
      world.clock.advance(waitMs - 1);
      await world.pass(webhook);
      expect(receiver.received).toHaveLength(n + 1);
      world.clock.advance(1);
      await world.pass(webhook);
      expect(receiver.received).toHaveLength(n + 2);
    }
    expect(waits).toEqual([1, 2, 5, 10, 20, 30, 60, 60, 60]);
    expect((await world.webhooks.read(webhook.id)).failing).toMatchObject({
      since: begun,
      failures: 10,
      reason: 'It answered 500.',
    });
    expect(world.logged.filter((line) => line.includes('was not delivered'))).toHaveLength(10);
    const fresh = { ...decision, validUntil: '2026-03-01T11:00:00.000Z' };
    await world.log.refresh([fresh]);
    receiver.answers = [(response) => response.writeHead(200).end('thank you')];
    world.clock.advance(60_000);
    await world.pass(webhook);
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id']))).toEqual(
      new Set([decision.id]),
    );
    expect(receiver.received.at(-1)?.event.data).toEqual(fresh);
    expect((await world.webhooks.read(webhook.id)).failing).toBeNull();
    const { items } = await world.webhooks.deliveries(webhook.id, { limit: 10 });
    expect(items).toMatchObject([
      {
        ...{ status: 'delivered', attempts: 11, firstAttemptAt: begun, error: null },
        finishedAt: world.clock.now().toISOString(),
        response: { status: 200, body: 'thank you' },
      },
    ]);
    expect(items[0]?.latencyMs).toBeGreaterThan(0);
  });

  it('is tried less often where no breach waits, and rarely after a day', async () => {
    const webhook = await world.create(receiver.url);
    receiver.answers = [(response) => response.writeHead(503, { 'retry-after': '40' }).end()];
    await append(world.log, decisionOn({}, 'pass'));
    await world.pass(webhook);
    const retryAt = async () =>
      (new Date((await world.webhooks.read(webhook.id)).failing?.retryAt ?? 0).getTime() -
        world.clock.now().getTime()) /
      1000;
    expect(await retryAt()).toBe(40);
    world.clock.advance(24 * 3600 * 1000 + 1);
    await world.pass(webhook);
    expect(await retryAt()).toBe(900);
  });

  it('gets the latest of each treatment and nothing else when it is back, in order', async () => {
    const webhook = await world.create(receiver.url);
    receiver.answers = [503];
    await append(world.log, decisionOn({ flag: 'a' }), decisionOn({ flag: 'b' }));
    await world.pass(webhook);
    await append(
      world.log,
      decisionOn({ flag: 'a' }, 'breach'),
      decisionOn({ flag: 'c' }),
      decisionOn({ flag: 'b' }, 'invalid'),
      decisionOn({ flag: 'b' }, 'pass'),
    );
    await world.outbox().drain();
    expect((await world.webhooks.read(webhook.id)).waiting).toBe(3);
    receiver.received.length = 0;
    receiver.answers = [204];
    world.clock.advance(60_000);
    await world.pass(webhook);
    expect(receiver.told).toEqual(['3 a breach', '4 c inconclusive', '6 b pass']);
    expect(await world.statuses(webhook)).toEqual([
      '1 superseded',
      '2 superseded',
      '3 delivered',
      '4 delivered',
      '5 superseded',
      '6 delivered',
    ]);
  });

  it('is not told of what no longer holds, even where what holds now is not for it', async () => {
    const webhook = await world.create(receiver.url, { verdicts: ['breach'] });
    receiver.answers = [503];
    await append(world.log, decisionOn({}, 'breach'));
    await world.pass(webhook);
    await append(world.log, decisionOn({}, 'pass'));
    world.clock.advance(60_000);
    receiver.answers = [204];
    await world.pass(webhook);
    expect(receiver.received).toHaveLength(1);
    expect(await world.statuses(webhook)).toEqual(['1 superseded']);
  });

  it('is tried at once when there is a new breach, even one that comes while an attempt fails', async () => {
    const webhook = await world.create(receiver.url);
    receiver.answers = [503];
    await append(world.log, decisionOn({ flag: 'a' }));
    for (let n = 0; n < 6; n += 1) {
      await world.pass(webhook);
      world.clock.advance(300_000);
    }
    await world.pass(webhook);
    const failures = async () => (await world.webhooks.read(webhook.id)).failing?.failures;
    expect(await failures()).toBe(7);
    receiver.received.length = 0;
    await append(world.log, decisionOn({ flag: 'b' }, 'breach'));
    await world.pass(webhook);
    expect([receiver.received.length, await failures()]).toEqual([1, 1]);
    for (let n = 0; n < 6; n += 1) {
      world.clock.advance(300_000);
      await world.pass(webhook);
    }
    expect(await failures()).toBe(7);
    receiver.answers = [
      async (response) => {
        // Decided and passed on while the answer is under way.
        await append(world.log, decisionOn({ flag: 'c' }, 'breach'));
        await world.outbox().drain();
        response.writeHead(503).end();
      },
      503,
    ];
    world.clock.advance(300_000);
    await world.pass(webhook);
    const { failing } = await world.webhooks.read(webhook.id);
    expect(failing?.failures).toBe(1);
    expect(new Date(failing?.retryAt ?? 0).getTime() - world.clock.now().getTime()).toBe(1000);
  });

  it('that refuses one message gets the others, and that one again and again', async () => {
    const webhook = await world.create(receiver.url);
    receiver.answers = [
      (response, { event }) => response.writeHead(event.data.flag === 'bad' ? 400 : 204).end('no'),
    ];
    await append(
      world.log,
      decisionOn({ flag: 'bad' }, 'breach'),
      decisionOn({ flag: 'a' }),
      decisionOn({ flag: 'b' }),
    );
    await world.pass(webhook);
    expect(receiver.told).toEqual(['1 bad breach', '2 a inconclusive', '3 b inconclusive', '1 bad breach']);
    expect(await world.statuses(webhook)).toEqual(['1 waiting', '2 delivered', '3 delivered']);
    world.clock.advance(1000);
    receiver.answers = [204];
    await world.pass(webhook);
    expect(await world.statuses(webhook)).toContain('1 delivered');
  });

  it.each([
    ['no answer in time', () => undefined, 'No answer within 0.4 s.', null],
    [
      'a redirect',
      (r: Response) => r.writeHead(307, { location: receiver.url }).end(),
      'It answered 307, and redirects are not followed.',
      307,
    ],
    ['a connection that is cut', (r: Response) => r.destroy(), 'socket hang up.', null],
  ] as const)('by %s says so', async (_, answer, error, status) => {
    const webhook = await world.create(receiver.url);
    receiver.answers = [answer as Receiver['answers'][number]];
    await append(world.log, decisionOn({}));
    await world.pass(webhook);
    expect(receiver.received).toHaveLength(1);
    const { items } = await world.webhooks.deliveries(webhook.id, { limit: 1 });
    expect(items[0]).toMatchObject({ status: 'waiting', attempts: 1, error });
    expect(items[0]?.response?.status ?? null).toBe(status);
  });

  it('with an endless answer is read no further than is kept', async () => {
    const webhook = await world.create(receiver.url);
    const closed = Promise.withResolvers<void>();
    receiver.answers = [
      (response) => {
        response.on('close', closed.resolve).writeHead(200);
        const more = () => {
          while (!response.destroyed && response.write('x'.repeat(10_000)));
        };
        response.on('drain', more);
        more();
      },
    ];
    await append(world.log, decisionOn({}));
    await world.pass(webhook);
    await closed.promise;
    const { items } = await world.webhooks.deliveries(webhook.id, { limit: 1 });
    expect(items[0]).toMatchObject({
      status: 'delivered',
      response: { status: 200, body: 'x'.repeat(1000) },
    });
  });
});

type Response = Parameters<Extract<Receiver['answers'][number], (...args: never[]) => unknown>>[0];

describe('whoever dies', () => {
  it('before deliveries and cursor are committed leaves neither, and each is made once', async () => {
    const webhook = await world.create(receiver.url);
    await append(world.log, decisionOn({ flag: 'a' }), decisionOn({ flag: 'b' }));
    await expect(world.outbox(dyingAtCommit(world.store.postgres)).drain()).rejects.toThrow('killed');
    expect(await world.statuses(webhook)).toEqual([]);
    await world.pass(webhook);
    await world.pass(webhook);
    expect(receiver.told).toEqual(['1 a inconclusive', '2 b inconclusive']);
  });

  it('after the endpoint has taken it sends it again, with the same id', async () => {
    const webhook = await world.create(receiver.url);
    await append(world.log, decisionOn({}));
    await world.outbox().drain();
    await expect(world.courier(dyingAtCommit(world.store.postgres)).deliver(webhook.id)).rejects.toThrow(
      'killed',
    );
    expect(await world.statuses(webhook)).toEqual(['1 waiting']);
    await world.pass(webhook);
    const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
  });

  it('of several who make deliveries at once, each is made once', async () => {
    const webhook = await world.create(receiver.url);
    for (let n = 0; n < 20; n += 1) {
      await append(world.log, decisionOn({ flag: `flag-${n}` }));
      await Promise.allSettled([world.outbox().drain(), world.outbox().drain(), world.outbox().drain()]);
    }
    await world.pass(webhook);
    expect(receiver.received.map(({ event }) => event.data.sequence)).toEqual(
      Array.from({ length: 20 }, (_, i) => i + 1),
    );
  });

  it('and whatever fails, a receiver that ignores what is older ends with how things stand', async () => {
    const webhook = await world.create(receiver.url);
    let seed = 7;
    const random = () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    const state = new Map<string, number>();
    const acknowledged: number[] = [];
    const outOfOrder: string[] = [];
    receiver.answers = [
      (response, { event: { data } }) => {
        const fate = random();
        if (fate < 0.2) return void response.destroy();
        if (fate < 0.4) return void response.writeHead(503).end();
        const known = state.get(data.flag) ?? 0;
        if (data.sequence < known) outOfOrder.push(`${data.flag} ${data.sequence} after ${known}`);
        state.set(data.flag, Math.max(known, data.sequence));
        acknowledged.push(data.sequence);
        // Taken, and the answer is lost.
        if (fate < 0.5) return void response.destroy();
        response.writeHead(204).end();
      },
    ];
    const { postgres } = world.store;
    for (let round = 0; round < 120; round += 1) {
      if (round < 80)
        await append(
          world.log,
          decisionOn({ flag: `flag-${Math.floor(random() * 6)}` }, random() < 0.3 ? 'breach' : 'pass'),
        );
      const dies = random() < 0.2 && round < 80;
      await world
        .outbox(dies ? dyingAtCommit(postgres) : postgres)
        .drain()
        .catch(() => undefined);
      const killed = random() < 0.2 && round < 80;
      await world
        .courier(killed ? dyingAtCommit(postgres) : postgres)
        .deliver(webhook.id)
        .catch(() => undefined);
      world.clock.advance(random() < 0.5 ? 500 : 120_000);
    }
    const current = await world.log.currentSince('production', 0, 100);
    expect(state).toEqual(new Map(current.map(({ flag, sequence }) => [flag, sequence])));
    expect(outOfOrder).toEqual([]);
    // Less than one in two was lost or repeated; it is not every decision that had to be sent.
    expect(acknowledged.length).toBeGreaterThan(20);
    expect((await world.webhooks.read(webhook.id)).waiting).toBe(0);
  });
});
