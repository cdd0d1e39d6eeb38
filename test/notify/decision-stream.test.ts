import type { AddressInfo } from 'node:net';
import { createConnection } from 'node:net';
import { type DynamicModule, Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AccessModule, AuditLog, type Scope, systemActor, Tokens } from '../../src/access/index.ts';
import { beat, type Decision, DecisionFeed, DecisionLog, type Heartbeat } from '../../src/decide/index.ts';
import { createHttpApp } from '../../src/http/index.ts';
import { NotifyModule, PermittedAddresses, Sender, Webhooks } from '../../src/notify/index.ts';
import { DecisionStreams, type DecisionStreamsOptions } from '../../src/notify/sse/decision-streams.ts';
import { openTestStore, type TestStore } from '../access/fixture.ts';
import { Consumer } from './consumer.ts';
import { append, decisionOn } from './decisions.ts';
import { EventReader } from './event-reader.ts';

@Module({})
class TestModule {
  static of(imports: DynamicModule[]): DynamicModule {
    return { module: TestModule, imports };
  }
}

const logger = pino({ level: 'silent' });
const now = () => new Date();
let store: TestStore;
let tokens: Tokens;
let log: DecisionLog;
let feed: DecisionFeed;
let streams: DecisionStreams;
let app: NestFastifyApplication;
let address = '';
const readers: EventReader[] = [];

beforeAll(async () => {
  store = await openTestStore();
  tokens = new Tokens({ postgres: store.postgres, clock: now });
});
afterAll(() => store.close());
beforeEach(async () => {
  for (const table of ['decisions', 'decision_sequences', 'decision_heartbeats', 'current_decisions'])
    await store.postgres.query(`DELETE FROM ${table}`);
  log = new DecisionLog(store.postgres);
  feed = new DecisionFeed(log, () => undefined);
});
afterEach(async () => {
  for (const reader of readers.splice(0)) reader.cut();
  await streams.close();
  await app.close();
});

/** The module has the routes of both; these tests ask for none of theirs. */
function unusedWebhooks(): Webhooks {
  const permitted = new PermittedAddresses({ allowHttp: false, networks: [] });
  const sender = new Sender({ permitted, secretsDirectory: null, clock: now });
  const { postgres } = store;
  return new Webhooks({
    ...{ postgres, audit: new AuditLog(postgres), log, permitted, sender, clock: now },
    ...{ secretsDirectory: null, look: () => undefined },
  });
}

async function serve(options: Partial<DecisionStreamsOptions> = {}): Promise<void> {
  streams = new DecisionStreams({ log, feed, logger, ...options });
  app = await createHttpApp(
    TestModule.of([
      AccessModule.forRoot({ tokens, audit: new AuditLog(store.postgres) }),
      NotifyModule.forRoot({ streams, webhooks: unusedWebhooks() }),
    ]),
    { logger },
  );
  await app.init();
  await app.getHttpAdapter().getInstance().listen({ port: 0, host: '127.0.0.1' });
  address = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}/api/v1/decisions/stream`;
}

async function bearer(scope: Scope = 'decisions:read'): Promise<Record<string, string>> {
  const { token } = await tokens.mint(systemActor('test'), {
    name: scope,
    scopes: [scope],
    expiresInDays: 1,
  });
  return { authorization: `Bearer ${token}` };
}

async function connect(lastEventId?: number | string, query = '?environment=production') {
  const reader = await EventReader.open(`${address}${query}`, {
    ...(await bearer()),
    ...(lastEventId === undefined ? {} : { 'last-event-id': String(lastEventId) }),
  });
  readers.push(reader);
  return reader;
}

/** Decides, and tells whoever waits in this process, as the service does. */
async function decide(...decisions: ReturnType<typeof decisionOn>[]) {
  const kept = await append(log, ...decisions);
  for (const { environment, sequence } of kept) feed.announce(environment, sequence);
  return kept;
}

const sequences = (events: readonly { readonly data: { readonly sequence: number } }[]) =>
  events.map(({ data }) => data.sequence);

describe('the stream of decisions', () => {
  it('begins with how each treatment stands, and goes on with what is decided', async () => {
    await serve();
    await decide(
      decisionOn({ flag: 'a' }),
      decisionOn({ flag: 'b' }),
      decisionOn({ flag: 'a' }, 'breach'),
      decisionOn({ environment: 'staging', flag: 'a' }, 'pass'),
    );
    const reader = await connect();
    expect(reader.response.statusCode).toBe(200);
    expect(reader.response.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    const [b, a, current] = [await reader.next(), await reader.next(), await reader.next()];
    expect([b?.id, b?.data['flag'], b?.data['verdict']]).toEqual(['2', 'b', 'inconclusive']);
    expect([a?.id, a?.data['flag'], a?.data['verdict']]).toEqual(['3', 'a', 'breach']);
    expect(current).toEqual({
      id: null,
      event: 'current',
      data: { environment: 'production', sequence: 3 },
    });
    const [fourth] = await decide(decisionOn({ flag: 'b' }, 'pass'));
    expect(await reader.next()).toEqual({ id: '4', event: 'decision', data: fourth });
  });

  it('says so where nothing was decided yet, and tells the first decision', async () => {
    await serve();
    const reader = await connect();
    expect(await reader.next()).toMatchObject({ event: 'current', data: { sequence: 0 } });
    await decide(decisionOn({}, 'breach'));
    expect(await reader.next()).toMatchObject({ id: '1', data: { verdict: 'breach' } });
  });

  it('resumes after Last-Event-ID with nothing left out or repeated, however often it is cut', async () => {
    await serve();
    let appended = 0;
    const total = 450;
    const writing = (async () => {
      while (appended < total) {
        const few = Array.from({ length: 1 + (appended % 7) }, (_, i) =>
          decisionOn({ flag: `flag-${(appended + i) % 5}` }),
        );
        appended += (await decide(...few)).length;
      }
    })();
    const seen: number[] = [];
    let last: number | undefined = 0;
    for (let cut = 0; (last ?? 0) < total; cut += 1) {
      const reader = await connect(last);
      for (let n = 0; n < 1 + ((cut * 37) % 90) && (last ?? 0) < total; n += 1) {
        const event = await reader.next();
        if (event === null) break;
        seen.push(event.data.sequence);
        last = event.data.sequence;
      }
      reader.cut();
    }
    await writing;
    expect(seen.slice(0, total)).toEqual(Array.from({ length: total }, (_, i) => i + 1));
  }, 60_000);

  it('begins anew for an id beyond the log’s end, and refuses one that is no sequence', async () => {
    await serve();
    await decide(decisionOn({ flag: 'a' }), decisionOn({ flag: 'a' }, 'pass'));
    const reader = await connect(99);
    expect(sequences(await reader.through(2))).toEqual([2]);
    expect((await reader.next())?.event).toBe('current');
    expect((await connect('4e1')).response.statusCode).toBe(400);
    expect((await connect(undefined, '')).response.statusCode).toBe(400);
  });

  it('gives all readers at one place one page of the log', async () => {
    await serve();
    let asked = 0;
    const since = log.since.bind(log);
    log.since = (...question) => {
      asked += 1;
      return since(...question);
    };
    const all = await Promise.all(Array.from({ length: 20 }, () => connect()));
    await Promise.all(all.map((reader) => reader.next()));
    asked = 0;
    await decide(decisionOn({}, 'breach'));
    const events = await Promise.all(all.map((reader) => reader.next()));
    expect(sequences(events.flatMap((event) => event ?? []))).toEqual(Array(20).fill(1));
    expect(asked).toBeLessThanOrEqual(3);
  });

  it('misses nothing that is decided in the moment in which it has looked', async () => {
    await serve();
    const since = log.since.bind(log);
    let before = true;
    log.since = async (...question) => {
      const found = await since(...question);
      if (before) {
        before = false;
        await decide(decisionOn({}, 'breach'));
      }
      return found;
    };
    const reader = await connect();
    expect(sequences(await reader.through(1))).toEqual([1]);
  });

  it('gives signs of life', async () => {
    await serve({ heartbeatMs: 20 });
    const reader = await connect();
    expect([await reader.comment(), await reader.comment()]).toEqual(['alive', 'alive']);
  });

  it('renews decisions by heartbeats, each after everything that it speaks of', async () => {
    await serve({ heartbeatMs: 20 });
    const consumer = new Consumer();
    await decide(decisionOn({ flag: 'a' }, 'pass'), decisionOn({ flag: 'b' }, 'pass'));
    const reader = await connect();
    for (const event of await reader.through(2)) consumer.decision(event.data as unknown as Decision);
    const at = new Date('2026-03-01T10:04:00.000Z');
    expect(consumer.validUntil('a')).toBe('2026-03-01T10:05:00.000Z');
    await beat(store.postgres, [{ environment: 'production', excepted: ['b'], shortest: 2 }], {
      at,
      dataThrough: at,
    });
    // One that is not in the log of this process yet: the heartbeat waits for it.
    const [third] = await append(log, decisionOn({ flag: 'c' }, 'pass'));
    await beat(store.postgres, [{ environment: 'production', excepted: ['b'], shortest: 2 }], {
      at,
      dataThrough: at,
    });
    // While its page is read the heartbeat that speaks of it is not to be told, however often that is looked at.
    const since = log.since.bind(log);
    const gate = Promise.withResolvers<void>();
    log.since = async (...question) => {
      await gate.promise;
      return since(...question);
    };
    await feed.look();
    for (let n = 0; n < 5; n += 1) await reader.comment();
    gate.resolve();
    const seen: string[] = [];
    for (;;) {
      const event = await reader.next();
      seen.push(`${event?.event} ${event?.id}`);
      if (event?.event === 'decision') consumer.decision(event.data as unknown as Decision);
      if (event?.event !== 'heartbeat') continue;
      expect(event.data).toEqual({
        ...{ environment: 'production', sequence: 3, at: at.toISOString() },
        ...{ dataThrough: at.toISOString(), except: ['b'] },
      });
      consumer.heartbeat(event.data as unknown as Heartbeat);
      break;
    }
    // Without an id: who resumes does so after the last decision.
    expect(seen).toEqual(['current null', `decision ${third?.sequence}`, 'heartbeat null']);
    const current = await log.currentSince('production', 0, 10);
    expect(current.map(({ flag, validUntil }) => [flag, validUntil])).toEqual([
      ['a', '2026-03-01T10:09:00.000Z'],
      ['b', '2026-03-01T10:05:00.000Z'],
      ['c', '2026-03-01T10:09:00.000Z'],
    ]);
    for (const { flag, validUntil } of current) expect(consumer.validUntil(flag)).toBe(validUntil);
  });

  it('cuts a reader off that takes nothing, keeps nobody else waiting, and lets it resume', async () => {
    await serve({ patienceMs: 300 });
    // More than the system’s own buffers take.
    const reasons = ['x'.repeat(400_000)];
    const quick = await connect();
    const { authorization } = await bearer();
    const { port } = new URL(address);
    const slow = createConnection(Number(port), '127.0.0.1');
    const cut = new Promise<void>((resolve) => slow.once('close', () => resolve()));
    slow.on('error', () => undefined);
    slow.write(
      `GET /api/v1/decisions/stream?environment=production HTTP/1.1\r\nhost: x\r\nauthorization: ${authorization}\r\nlast-event-id: 0\r\n\r\n`,
    );
    slow.pause();
    const total = 150;
    for (let n = 0; n < total; n += 1) await decide(decisionOn({}, 'inconclusive', { reasons }));
    expect(sequences(await quick.through(total)).at(-1)).toBe(total);
    while (streams.counts().slow === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(streams.counts().slow).toBe(1);
    let taken = '';
    slow.on('data', (chunk) => {
      taken += chunk.toString('latin1');
    });
    slow.resume();
    await cut;
    const whole = [...taken.matchAll(/id: (\d+)\nevent: decision\ndata: [^\n]*\n\n/g)].map(([, id]) =>
      Number(id),
    );
    expect(whole.length).toBeGreaterThan(0);
    expect(whole.length).toBeLessThan(total);
    const resumed = await connect(whole.at(-1));
    expect([...whole, ...sequences(await resumed.through(total))]).toEqual(
      Array.from({ length: total }, (_, i) => i + 1),
    );
  }, 60_000);

  it('opens no more than so many, and another once one has gone', async () => {
    await serve({ mostStreams: 2 });
    const [first] = await Promise.all([connect(), connect()]);
    const third = await connect();
    expect(third.response.statusCode).toBe(429);
    expect(third.response.headers['retry-after']).toBe('5');
    first?.cut();
    while (streams.counts().open === 2) await new Promise((resolve) => setImmediate(resolve));
    expect((await connect()).response.statusCode).toBe(200);
  });

  it('is ended after its lifetime, and at once when the service stops', async () => {
    await serve({ lifetimeMs: 50 });
    const reader = await connect();
    expect((await reader.next())?.event).toBe('current');
    expect(await reader.next()).toBeNull();
    expect(reader.response.complete).toBe(true);
    await app.close();
    await serve();
    const open = await connect();
    expect((await open.next())?.event).toBe('current');
    await streams.close();
    expect(await open.next()).toBeNull();
    expect((await connect()).response.statusCode).toBe(503);
    expect(streams.counts().open).toBe(0);
  });

  it('needs decisions:read', async () => {
    await serve();
    const url = `${address}?environment=production`;
    for (const scope of ['results:read', 'admin', 'decisions:override'] as const) {
      const reader = await EventReader.open(url, await bearer(scope));
      expect(reader.response.statusCode, scope).toBe(403);
      reader.cut();
    }
    expect((await EventReader.open(url)).response.statusCode).toBe(401);
  });
});
