import { type DynamicModule, Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AccessModule, AuditLog, type Scope, systemActor, Tokens } from '../../src/access/index.ts';
import { createHttpApp } from '../../src/http/index.ts';
import { DecisionStreams, NotifyModule } from '../../src/notify/index.ts';
import { append, decisionOn } from './decisions.ts';
import { Receiver } from './receiver.ts';
import { WebhookWorld } from './webhook-world.ts';

@Module({})
class TestModule {
  static of(imports: DynamicModule[]): DynamicModule {
    return { module: TestModule, imports };
  }
}

let world: WebhookWorld;
let app: NestFastifyApplication;
let tokens: Tokens;
let audit: AuditLog;
let receiver: Receiver;

beforeAll(async () => {
  world = await WebhookWorld.open();
  const { log, feed, logger, webhooks, clock, store } = world;
  tokens = new Tokens({ postgres: store.postgres, clock: clock.now });
  audit = new AuditLog(store.postgres);
  const streams = new DecisionStreams({ log, feed, logger });
  app = await createHttpApp(
    TestModule.of([AccessModule.forRoot({ tokens, audit }), NotifyModule.forRoot({ streams, webhooks })]),
    { logger },
  );
  await app.init();
});
afterAll(async () => {
  await app.close();
  await world.store.close();
});
beforeEach(async () => {
  await world.clear();
  receiver = await Receiver.open();
});
afterEach(() => receiver.close());

async function call(
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  path: string,
  {
    body,
    scope = 'admin',
    headers = {},
  }: { body?: object; scope?: Scope; headers?: Record<string, string> } = {},
) {
  const request = { name: scope, scopes: [scope], expiresInDays: 1 };
  const { token } = await tokens.mint(systemActor('test'), request);
  const answer = await app.inject({
    method,
    url: `/api/v1/${path}`,
    headers: { authorization: `Bearer ${token}`, ...headers },
    ...(body === undefined ? {} : { payload: body }),
  });
  return {
    status: answer.statusCode,
    headers: answer.headers,
    text: answer.body,
    body: answer.body === '' ? null : answer.json(),
  };
}

const create = async (body: object = {}) =>
  (await call('POST', 'webhooks', { body: { url: receiver.url, ...body } })).body;

describe('webhooks', () => {
  it('are made with a secret that is shown once, changed, listed and deleted, and each change is audited', async () => {
    const made = await call('POST', 'webhooks', {
      body: { url: receiver.url, description: 'rolls back', why: 'ticket 7' },
    });
    expect(made.status).toBe(201);
    expect(made.headers).toMatchObject({ etag: '"1"', 'cache-control': 'no-store' });
    const { secret, ...view } = made.body;
    expect(made.headers['location']).toBe(`/api/v1/webhooks/${view.id}`);
    expect(view).toEqual({
      ...{ url: receiver.url, description: 'rolls back', environments: null, flags: null, verdicts: null },
      ...{ heartbeats: true, heartbeatAt: null },
      ...{ enabled: true, secretFile: null, id: expect.stringMatching(/^whk_\w{16}$/), revision: 1 },
      ...{ createdAt: world.clock.now().toISOString(), updatedAt: world.clock.now().toISOString() },
      ...{ waiting: 0, failing: null },
    });
    const path = `webhooks/${view.id}`;
    const read = await call('GET', path);
    expect([read.body, read.headers['etag']]).toEqual([view, '"1"']);
    const patched = await call('PATCH', path, {
      body: { verdicts: ['breach'], description: null },
      headers: { 'if-match': '"1"' },
    });
    expect(patched.body).toMatchObject({ revision: 2, verdicts: ['breach'], description: '' });
    expect((await call('PATCH', path, { body: {}, headers: { 'if-match': '"1"' } })).status).toBe(412);
    expect((await call('PATCH', path, { body: {} })).status).toBe(428);
    const rotated = await call('POST', `${path}:rotateSecret`, { body: { overlapSeconds: 60 } });
    expect([rotated.status, rotated.body.revision]).toEqual([200, 3]);
    expect((await call('GET', 'webhooks')).body).toEqual({
      items: [expect.objectContaining({ id: view.id, revision: 3 })],
      nextCursor: null,
    });
    const deleted = await call('DELETE', path, { headers: { 'assay-why': 'done' } });
    expect(deleted.status).toBe(204);
    expect((await call('GET', path)).status).toBe(404);
    const { items } = await audit.list({ limit: 10, resource: path });
    expect(items.map(({ action, why }) => [action, why])).toEqual([
      ['delete', 'done'],
      ['rotateSecret', null],
      ['update', null],
      ['create', 'ticket 7'],
    ]);
    for (const told of [read.text, patched.text, JSON.stringify(items), world.logged.join('')])
      for (const text of [secret, rotated.body.secret]) expect(told).not.toContain(text.slice(6));
  });

  it.each([
    [{ url: 'http://10.0.0.1/' }, '/url'],
    [{ url: 'https://169.254.169.254/latest/meta-data' }, '/url'],
    [{ url: 'https://user:pass@example.org/' }, '/url'],
    [{ url: 'javascript:alert(1)' }, '/url'],
    [{ verdicts: [] }, '/verdicts'],
    [{ verdicts: ['fine'] }, '/verdicts/0'],
    [{ environments: ['a b'] }, '/environments/0'],
    [{ secret: 'whsec_mine' }, ''],
  ])('are refused as %j', async (body, pointer) => {
    const answer = await call('POST', 'webhooks', { body: { url: receiver.url, ...body } });
    expect([answer.status, answer.body.errors?.[0].pointer]).toEqual([expect.toBeOneOf([400, 422]), pointer]);
    expect((await call('GET', 'webhooks')).body.items).toEqual([]);
  });

  it('cannot be changed into what is refused', async () => {
    const { id } = await create();
    const headers = { 'if-match': '*' };
    for (const body of [{ url: 'https://[::1]/' }, { url: null }, { secretFile: 'a' }, { more: 1 }])
      expect((await call('PATCH', `webhooks/${id}`, { body, headers })).status, JSON.stringify(body)).toBe(
        422,
      );
    expect((await call('GET', `webhooks/${id}`)).body.revision).toBe(1);
  });

  it('are tried out, whatever they answer, without a retry', async () => {
    const { id } = await create({ enabled: false });
    const good = await call('POST', `webhooks/${id}:test`);
    expect(good.body).toMatchObject({
      ...{ kind: 'test', status: 'delivered', attempts: 1, response: { status: 204, body: '' } },
      ...{ environment: null, sequence: null, message: expect.stringMatching(/^test_\w{16}$/) },
    });
    expect(receiver.received[0]?.event).toMatchObject({
      id: good.body.message,
      type: 'assay.webhook.test.v1',
      data: { webhook: id },
    });
    receiver.answers = [(response) => response.writeHead(418).end('teapot')];
    expect((await call('POST', `webhooks/${id}:test`)).body).toMatchObject({
      ...{ status: 'failed', error: 'It answered 418.', response: { status: 418, body: 'teapot' } },
    });
    expect((await call('GET', `webhooks/${id}/deliveries`)).body.items).toHaveLength(2);
    const again = await call('POST', `webhooks/${id}/deliveries/${good.body.id}:redeliver`);
    expect(again.status).toBe(409);
  });

  it('show their deliveries page by page, and are told again how things stand', async () => {
    const webhook = await create();
    await append(world.log, decisionOn({ flag: 'a' }), decisionOn({ flag: 'b' }, 'breach'));
    await world.pass(webhook);
    const path = `webhooks/${webhook.id}/deliveries`;
    const first = await call('GET', `${path}?limit=1`);
    expect(first.body.items).toMatchObject([{ flag: 'b', verdict: 'breach', status: 'delivered' }]);
    const second = await call('GET', `${path}?limit=1&cursor=${first.body.nextCursor}`);
    expect(second.body).toMatchObject({ items: [{ flag: 'a' }], nextCursor: null });
    expect((await call('GET', `${path}?status=waiting`)).body.items).toEqual([]);
    const delivery = second.body.items[0];
    const { looks } = world;
    const again = await call('POST', `${path}/${delivery.id}:redeliver`, {
      body: { why: 'it was restored' },
    });
    expect([again.status, again.body.status, again.body.message]).toEqual([202, 'waiting', delivery.message]);
    expect(world.looks).toBe(looks + 1);
    await append(world.log, decisionOn({ flag: 'b' }, 'pass'));
    await world.pass(webhook);
    const old = first.body.items[0];
    expect((await call('POST', `${path}/${old.id}:redeliver`)).body).toMatchObject({
      sequence: 3,
      verdict: 'pass',
    });
    await world.pass(webhook);
    expect(receiver.told).toEqual([
      '1 a inconclusive',
      '2 b breach',
      '1 a inconclusive',
      '3 b pass',
      '3 b pass',
    ]);
    for (const missing of ['999999', '0']) {
      const answer = await call('POST', `${path}/${missing}:redeliver`);
      expect(answer.status).toBe(404);
    }
    expect((await call('GET', 'webhooks/whk_none/deliveries')).status).toBe(404);
  });

  it('need admin', async () => {
    const { id } = await create();
    for (const scope of [
      'decisions:read',
      'experiments:write',
      'results:read',
      'decisions:override',
    ] as const) {
      expect((await call('GET', 'webhooks', { scope })).status, scope).toBe(403);
      expect((await call('POST', `webhooks/${id}:test`, { scope })).status, scope).toBe(403);
      expect((await call('DELETE', `webhooks/${id}`, { scope })).status, scope).toBe(403);
    }
    expect(receiver.received).toEqual([]);
  });

  it('are at most a hundred', async () => {
    for (let n = 0; n < 100; n += 1) await create();
    const answer = await call('POST', 'webhooks', { body: { url: receiver.url } });
    expect([answer.status, answer.body.detail]).toEqual([
      409,
      'There are 100 webhooks already; delete one first.',
    ]);
  });
});
