import { createHash } from 'node:crypto';
import { type DynamicModule, Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AccessModule, AuditLog, type Scope, systemActor, Tokens } from '../../src/access/index.ts';
import { EraseModule, type Erasure, Erasures } from '../../src/erase/index.ts';
import { createHttpApp } from '../../src/http/index.ts';
import { openTestStore, TestClock, type TestStore } from '../access/fixture.ts';

@Module({})
class TestModule {
  static of(imports: DynamicModule[]): DynamicModule {
    return { module: TestModule, imports };
  }
}

let store: TestStore;
let app: NestFastifyApplication;
let audit: AuditLog;
const clock = new TestClock('2026-03-02T09:30:00.000Z');
const logged: string[] = [];
const tokens = new Map<string, string>();
let tokenStore: Tokens;

beforeAll(async () => {
  store = await openTestStore();
  const { postgres } = store;
  audit = new AuditLog(postgres);
  tokenStore = new Tokens({ postgres, clock: clock.now });
  const modules = [
    AccessModule.forRoot({ tokens: tokenStore, audit }),
    EraseModule.forRoot({ erasures: new Erasures({ postgres, audit, clock: clock.now }) }),
  ];
  const logger = pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) });
  app = await createHttpApp(TestModule.of(modules), { logger });
  await app.init();
});
afterAll(async () => {
  await app.close();
  await store.close();
});
beforeEach(async () => {
  await store.postgres.query('DELETE FROM erasures');
  logged.length = 0;
});

async function call(
  method: 'DELETE' | 'GET',
  path: string,
  { scope = 'admin', headers = {} }: { scope?: Scope | null; headers?: Record<string, string> } = {},
) {
  if (scope !== null && !tokens.has(scope)) {
    const request = { name: scope, scopes: [scope], expiresInDays: 1 };
    tokens.set(scope, (await tokenStore.mint(systemActor('test'), request)).token);
  }
  const authorization = scope === null ? {} : { authorization: `Bearer ${tokens.get(scope)}` };
  const answer = await app.inject({
    method,
    url: `/api/v1/${path}`,
    headers: { ...authorization, ...headers },
  });
  return { status: answer.statusCode, headers: answer.headers, body: answer.json() as Erasure };
}

const hashOf = (type: string, id: string) => createHash('sha256').update(`${type}\0${id}`).digest('hex');
const taken = (cycle: number) =>
  store.postgres.query('UPDATE erasures SET cycle = $1, through = 1772443806120 WHERE cycle IS NULL', [
    cycle,
  ]);

describe('DELETE /units/{type}/{id}', () => {
  it('asks for a unit to be erased, and shows how that is going', async () => {
    const asked = await call('DELETE', 'units/user/u1');
    expect(asked.status).toBe(202);
    expect(asked.headers['location']).toBe(`/api/v1/erasures/${asked.body.id}`);
    expect(asked.headers['cache-control']).toBe('no-store');
    expect(asked.body).toEqual({
      id: expect.any(String),
      status: 'waiting',
      unitType: 'user',
      unitHash: hashOf('user', 'u1'),
      askedAt: clock.now().toISOString(),
      receivedThrough: null,
      doneAt: null,
    });
    const path = `erasures/${asked.body.id}`;
    expect((await call('GET', path)).body).toEqual(asked.body);
    await taken(7);
    const receivedThrough = '2026-03-02T09:30:06.120Z';
    expect((await call('GET', path)).body).toEqual({ ...asked.body, status: 'underWay', receivedThrough });
    await store.postgres.query('UPDATE erasures SET unit_id = NULL, done_at = $1', [clock.now()]);
    const doneAt = clock.now().toISOString();
    expect((await call('GET', path)).body).toEqual({
      ...asked.body,
      status: 'done',
      receivedThrough,
      doneAt,
    });
  });

  it('answers the same erasure while the unit waits, and a new one once it is under way', async () => {
    const { body: first } = await call('DELETE', 'units/user/u1');
    clock.advance(1000);
    expect((await call('DELETE', 'units/user/u1')).body).toEqual(first);
    const together = await Promise.all([1, 2, 3].map(() => call('DELETE', 'units/user/u2')));
    expect(new Set(together.map(({ body }) => body.id)).size).toBe(1);
    expect((await call('DELETE', 'units/device/u1')).body.id).not.toBe(first.id);
    await taken(8);
    const { body: second } = await call('DELETE', 'units/user/u1');
    expect(second.id).not.toBe(first.id);
    expect(second).toMatchObject({ status: 'waiting', unitHash: first.unitHash });
  });

  it.each(['a/b', '%2F', 'ann@example.org?x=1#y', `"\\'\n;--`, '√ 🙂 ', '€'.repeat(500), '..a'])(
    'takes the id %j as it is',
    async (id) => {
      const { status, body } = await call('DELETE', `units/user/${encodeURIComponent(id)}`);
      expect([status, body.unitHash]).toEqual([202, hashOf('user', id)]);
      const rows = await store.postgres.query('SELECT unit_type, unit_id FROM erasures');
      expect(rows).toEqual([{ unit_type: 'user', unit_id: id }]);
    },
  );

  it.each([
    ['units/user/a%00b', 400],
    [`units/user/${'x'.repeat(501)}`, 414],
    [`units/${'x'.repeat(51)}/a`, 400],
    ['units/user/', 404],
    ['erasures/nonsense', 400],
  ])('refuses %s', async (path, status) => {
    const method = path.startsWith('units') ? 'DELETE' : 'GET';
    expect((await call(method, path)).status).toBe(status);
    expect(await store.postgres.query('SELECT id FROM erasures')).toEqual([]);
  });

  it('says that there is no such erasure', async () => {
    const { status } = await call('GET', 'erasures/0b8f4b58-3c52-4c0e-9d1f-6a2d1a0c7e11');
    expect(status).toBe(404);
  });

  it('needs the scope admin; who may read the audit log may see how it is going', async () => {
    for (const scope of ['experiments:write', 'events:write', 'results:read', 'audit:read'] as const)
      expect((await call('DELETE', 'units/user/u1', { scope })).status, scope).toBe(403);
    expect((await call('DELETE', 'units/user/u1', { scope: null })).status).toBe(401);
    expect(await store.postgres.query('SELECT id FROM erasures')).toEqual([]);
    const { body } = await call('DELETE', 'units/user/u1');
    expect((await call('GET', `erasures/${body.id}`, { scope: 'audit:read' })).status).toBe(200);
    expect((await call('GET', `erasures/${body.id}`, { scope: 'results:read' })).status).toBe(403);
  });

  it('is audited once, by who asked and the unit’s hash; the id is in no log', async () => {
    const id = 'ann.secret@example.org';
    const headers = { 'assay-why': 'ticket 7' };
    const { body } = await call('DELETE', `units/user/${encodeURIComponent(id)}`, { headers });
    await call('DELETE', `units/user/${id}`);
    await call('DELETE', `%75nits/user/${id}`);
    await call('DELETE', `units/user/${id}/more`);
    await call('DELETE', `units/user/%E0%A4%A${id}`);
    await call('DELETE', `units/user/${id.repeat(50)}`);
    await call('DELETE', `units/user/${id}`, { scope: 'results:read' });
    const { items } = await audit.list({ limit: 100, resource: `erasures/${body.id}` });
    expect(items).toEqual([
      {
        ...{ id: expect.any(String), at: clock.now().toISOString(), action: 'erase' },
        ...{ actor: { id: expect.stringMatching(/^token:/), name: 'admin' }, why: 'ticket 7' },
        ...{ resource: `erasures/${body.id}`, before: null, after: body },
      },
    ]);
    const all = await audit.list({ limit: 100 });
    expect(JSON.stringify(all)).not.toContain('ann');
    expect(logged.length).toBeGreaterThan(5);
    expect(logged.filter((line) => /ann|example/.test(line))).toEqual([]);
    expect(logged.join('')).toContain('/api/v1/units/…');
  });
});
