import { Controller, Get, Module, Post } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  AccessModule,
  AuditLog,
  Public,
  RequireScope,
  type Scope,
  systemActor,
  Tokens,
} from '../../src/access/index.ts';
import { createHttpApp } from '../../src/http/index.ts';
import { openTestStore, TestClock, type TestStore } from './fixture.ts';

@Controller()
class PlantedController {
  @Get('planted')
  planted(): string {
    return 'never';
  }

  @Get('open')
  @Public()
  open(): string {
    return 'open';
  }

  @Get('scoped')
  @RequireScope('results:read')
  scoped(): string {
    return 'scoped';
  }

  @Post('scoped')
  @RequireScope('results:read')
  change(): string {
    return 'changed';
  }

  @Get('either')
  @RequireScope('results:read', 'experiments:write')
  either(): string {
    return 'either';
  }
}

@Controller('whole')
@RequireScope('admin')
class WholeController {
  @Get('a')
  a(): string {
    return 'a';
  }
}

let store: TestStore;
let app: NestFastifyApplication;
let tokens: Tokens;

beforeAll(async () => {
  store = await openTestStore();
  tokens = new Tokens({ postgres: store.postgres, clock: new TestClock('2026-01-01T00:00:00Z').now });
  @Module({
    imports: [AccessModule.forRoot({ tokens, audit: new AuditLog(store.postgres) })],
    controllers: [PlantedController, WholeController],
  })
  class TestModule {}
  app = await createHttpApp(TestModule, { logger: pino({ level: 'silent' }) });
  await app.init();
});
afterAll(async () => {
  await app.close();
  await store.close();
});

const mint = async (...scopes: Scope[]) =>
  (await tokens.mint(systemActor('test'), { name: 'test', scopes, expiresInDays: 1 })).token;
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

it('refuses a route that does not say who may call it, even to one who may do everything', async () => {
  const { token } = await tokens.bootstrap();
  const answer = await app.inject({ url: '/planted', headers: bearer(token ?? '') });
  expect(answer.statusCode).toBe(403);
  expect(answer.json().detail).toMatch(/does not say who may call it/);
  expect((await app.inject({ url: '/planted' })).statusCode).toBe(401);
});

it('lets everybody in where a route is public', async () => {
  expect((await app.inject({ url: '/open' })).body).toBe('open');
});

it('asks for a token, and says how', async () => {
  for (const headers of [{}, { authorization: 'Basic YTpi' }, { authorization: 'Bearer ' }]) {
    const answer = await app.inject({ url: '/scoped', headers });
    expect(answer.statusCode).toBe(401);
    expect(answer.headers['www-authenticate']).toBe('Bearer');
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  }
  const unknown = await app.inject({ url: '/scoped', headers: bearer('who-knows-this-token') });
  expect(unknown.statusCode).toBe(401);
  expect(unknown.headers['www-authenticate']).toBe('Bearer error="invalid_token"');
});

it('names the scope that is missing', async () => {
  const token = await mint('events:write');
  const answer = await app.inject({ url: '/scoped', headers: bearer(token) });
  expect(answer.statusCode).toBe(403);
  expect(answer.json().detail).toMatch(/results:read/);
  expect(answer.headers['www-authenticate']).toMatch(/insufficient_scope/);
  expect((await app.inject({ url: '/whole/a', headers: bearer(token) })).statusCode).toBe(403);
});

it('takes any of several scopes where a route says so', async () => {
  for (const scope of ['results:read', 'experiments:write'] as const)
    expect((await app.inject({ url: '/either', headers: bearer(await mint(scope)) })).body).toBe('either');
  expect((await app.inject({ url: '/either', headers: bearer(await mint('admin')) })).statusCode).toBe(403);
});

it('takes a token from the address of a GET, whose answer is then neither kept nor followed', async () => {
  const token = await mint('results:read');
  const answer = await app.inject({ url: `/scoped?token=${token}` });
  expect(answer.body).toBe('scoped');
  expect(answer.headers['cache-control']).toBe('no-store');
  expect(answer.headers['referrer-policy']).toBe('no-referrer');
  expect((await app.inject({ method: 'POST', url: `/scoped?token=${token}` })).statusCode).toBe(401);
  const both = await app.inject({ url: `/scoped?token=${token}`, headers: bearer('another-token-entirely') });
  expect(both.statusCode, 'the header counts where both are given').toBe(401);
});

it('serves tokens to admins only, and their text once', async () => {
  const admin = await mint('admin', 'audit:read', 'results:read');
  const headers = bearer(admin);
  const reader = bearer(await mint('results:read'));
  const body = { name: 'ci', scopes: ['results:read'] };
  expect(
    (await app.inject({ method: 'POST', url: '/api/v1/tokens', headers: reader, body })).statusCode,
  ).toBe(403);
  const minted = await app.inject({ method: 'POST', url: '/api/v1/tokens', headers, body });
  expect(minted.statusCode).toBe(201);
  expect(minted.headers['cache-control']).toBe('no-store');
  const { id, token } = minted.json();
  expect((await app.inject({ url: '/scoped', headers: bearer(token) })).body).toBe('scoped');
  const list = await app.inject({ url: '/api/v1/tokens?limit=100', headers });
  expect(list.json().items).toContainEqual(expect.objectContaining({ id, name: 'ci' }));
  expect(list.body).not.toContain(token);
  const tooLong = { ...body, expiresInDays: 366 };
  expect(
    (await app.inject({ method: 'POST', url: '/api/v1/tokens', headers, body: tooLong })).statusCode,
  ).toBe(422);
  const more = { ...body, scopes: ['events:write'] };
  expect((await app.inject({ method: 'POST', url: '/api/v1/tokens', headers, body: more })).statusCode).toBe(
    403,
  );
  const why = encodeURIComponent('nicht mehr nötig');
  const gone = await app.inject({
    method: 'DELETE',
    url: `/api/v1/tokens/${id}`,
    headers: { ...headers, 'assay-why': why },
  });
  expect(gone.statusCode).toBe(204);
  expect((await app.inject({ url: '/scoped', headers: bearer(token) })).statusCode).toBe(401);
  const events = await app.inject({ url: `/api/v1/audit-events?resource=tokens/${id}`, headers });
  expect(
    events.json().items.map((event: { action: string; why: string | null }) => [event.action, event.why]),
  ).toEqual([
    ['revoke', 'nicht mehr nötig'],
    ['mint', null],
  ]);
});
