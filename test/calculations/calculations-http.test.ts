import { Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AccessModule, AuditLog, type Scope, systemActor, Tokens } from '../../src/access/index.ts';
import { CalculationsModule } from '../../src/calculations/calculations.module.ts';
import { calculations, computeOutcome } from '../../src/calculations/index.ts';
import { createHttpApp, createOpenApiDocument, Problem } from '../../src/http/index.ts';
import { openTestStore, TestClock, type TestStore } from '../access/fixture.ts';

const ROOT = '/api/v1/calculations';
const WELCH = {
  control: { n: 3407, sum: 1396.87, sumSquares: 52377.9767 },
  treatment: { n: 3461, sum: 2422.7, sumSquares: 134698.29 },
};

let store: TestStore;
let app: NestFastifyApplication;
let token: (...scopes: [Scope, ...Scope[]]) => Promise<string>;

beforeAll(async () => {
  store = await openTestStore();
  const tokens = new Tokens({ postgres: store.postgres, clock: new TestClock('2026-01-01T00:00:00Z').now });
  @Module({
    imports: [
      AccessModule.forRoot({ tokens, audit: new AuditLog(store.postgres) }),
      CalculationsModule.forRoot(),
    ],
  })
  class TestModule {}
  app = await createHttpApp(TestModule, { logger: pino({ level: 'silent' }) });
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  token = async (...scopes) =>
    (await tokens.mint(systemActor('test'), { name: 'test', scopes, expiresInDays: 1 })).token;
});
afterAll(async () => {
  await app.close();
  await store.close();
});

async function post(method: string, payload: string, scope: Scope = 'results:read') {
  return app.inject({
    method: 'POST',
    url: `${ROOT}/${method}`,
    payload,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${await token(scope)}` },
  });
}

describe('a calculation over HTTP', () => {
  it('is what the library computes', async () => {
    const answer = await post('welch-absolute', JSON.stringify(WELCH));
    expect(answer.statusCode).toBe(200);
    const [method] = calculations.filter(({ name }) => name === 'welch-absolute');
    expect(method && answer.json()).toEqual(method && computeOutcome(method, WELCH));
    expect(answer.json().p).toBeCloseTo(0.02016, 5);
  });

  it('is an answer too where the data give none', async () => {
    const answer = await post('welch-absolute', JSON.stringify({ ...WELCH, control: { values: [] } }));
    expect([answer.statusCode, answer.json()]).toEqual([200, { kind: 'unknown', reason: 'no-units' }]);
  });

  it('points at the fields that the schema refuses', async () => {
    const answer = await post('welch-absolute', '{"control":{"values":[1,"x"]},"beta":1}');
    expect(answer.statusCode).toBe(422);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    const problem = Problem.parse(answer.json());
    expect(problem.errors?.map(({ pointer }) => pointer).sort()).toEqual([
      '/beta',
      '/control/values/1',
      '/treatment',
    ]);
    expect(problem.detail).toContain('control.values[1]');
  });

  it('points at the field that the method refuses', async () => {
    const answer = await post('sample-ratio-chi-square', '{"units":[1,2],"weights":[1]}');
    expect(answer.statusCode).toBe(422);
    expect(Problem.parse(answer.json()).errors).toEqual([
      { pointer: '/weights', detail: expect.stringContaining('of length 2') },
    ]);
  });

  it('needs a body of the server’s size', async () => {
    expect((await post('welch-absolute', '')).statusCode).toBe(422);
    expect((await post('welch-absolute', 'null')).statusCode).toBe(422);
    const values = `[${'1,'.repeat(600_000)}1]`;
    const large = await post('welch-absolute', `{"control":{"values":${values}},"treatment":{"values":[1]}}`);
    expect([large.statusCode, Problem.parse(large.json()).type]).toEqual([
      413,
      'urn:assay:problem:too-large',
    ]);
  });

  it('does not exist by another name', async () => {
    for (const name of ['welch-absolut', 'constructor', '__proto__']) {
      const answer = await post(name, '{}');
      expect([answer.statusCode, Problem.parse(answer.json()).status]).toEqual([404, 404]);
    }
    expect((await post('welch-absolut', '{}')).json().detail).toContain('did you mean welch-absolute?');
  });

  it('needs the scope to read results', async () => {
    expect((await post('welch-absolute', JSON.stringify(WELCH), 'events:write')).statusCode).toBe(403);
    const answer = await app.inject({ method: 'POST', url: `${ROOT}/welch-absolute`, payload: WELCH });
    expect(answer.statusCode).toBe(401);
    expect((await app.inject(ROOT)).statusCode).toBe(401);
  });
});

describe('the list of calculations', () => {
  it('has every method, with a schema that its example fits', async () => {
    const headers = { authorization: `Bearer ${await token('results:read')}` };
    const answer = await app.inject({ url: ROOT, headers });
    const { items } = answer.json();
    expect(items.map(({ name }: { name: string }) => name)).toEqual(calculations.map(({ name }) => name));
    const ajv = new Ajv2020({ strict: false, formats: { date: true, 'date-time': true } });
    for (const { name, about, input, example } of items) {
      expect(about, name).not.toBe('');
      expect(ajv.validate(input, example), `${name}: ${ajv.errorsText()}`).toBe(true);
    }
  });

  it('is documented with the names there are', () => {
    const { paths } = createOpenApiDocument(app, '1.2.3');
    const text = JSON.stringify(paths[`${ROOT}/{method}`]?.post);
    expect(text).toContain('"welch-absolute"');
    expect(text).toContain('#/components/schemas/CalculationInput');
    expect(text).toContain('#/components/schemas/Outcome');
  });
});
