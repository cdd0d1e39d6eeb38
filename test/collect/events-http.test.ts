import { fileURLToPath } from 'node:url';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { type DynamicModule, Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AccessModule, AuditLog, Tokens } from '../../src/access/index.ts';
import { CollectModule, Collector, RejectedEvents } from '../../src/collect/index.ts';
import { AppError } from '../../src/errors.ts';
import { createHttpApp, createOpenApiDocument } from '../../src/http/index.ts';
import { Ingest } from '../../src/ingest/index.ts';
import type { ClickHouse } from '../../src/stores/clickhouse/index.ts';
import { migratePostgres } from '../../src/stores/migrations/index.ts';
import { openEmbeddedPostgres, type Postgres } from '../../src/stores/postgres/index.ts';
import { conversion, impression } from '../events/samples.ts';
import { openClickHouse, removeDirectory, temporaryDirectory } from '../ingest/open-stores.ts';

const TOKEN = 'a-token-of-the-tests';
const MIGRATIONS = fileURLToPath(new URL('../../migrations/postgres', import.meta.url));

@Module({})
class AppModule {
  static of(imports: DynamicModule[]): DynamicModule {
    return { module: AppModule, imports };
  }
}

describe('the events routes', () => {
  const directory = temporaryDirectory();
  let clickhouse: ClickHouse;
  let postgres: Postgres;
  let ingest: Ingest;
  let app: NestFastifyApplication;
  let fail: AppError | null = null;

  beforeAll(async () => {
    [clickhouse, postgres] = await Promise.all([
      openClickHouse(directory),
      openEmbeddedPostgres({ directory: `${directory}/postgres` }),
    ]);
    await migratePostgres(postgres, MIGRATIONS);
    const logger = pino({ level: 'silent' });
    const registry = new Registry();
    ingest = await Ingest.open({ clickhouse, postgres, logger, registry, source: 'direct:http', sole: true });
    const collector = new Collector({
      write: (rows) => (fail === null ? ingest.write(rows) : Promise.reject(fail)),
      registry,
    });
    const tokens = new Tokens({ postgres, clock: () => new Date() });
    await tokens.bootstrap({ configured: TOKEN });
    const modules = [
      AccessModule.forRoot({ tokens, audit: new AuditLog(postgres) }),
      CollectModule.forRoot({ collector, rejected: new RejectedEvents(clickhouse) }),
    ];
    app = await createHttpApp(AppModule.of(modules), { logger });
    await app.init();
  });
  afterAll(async () => {
    await app.close();
    await ingest.close();
    await Promise.all([clickhouse.close(), postgres.close()]);
    removeDirectory(directory);
  });

  const post = async (body: unknown, headers: Record<string, string> = {}, path = '/api/v1/events') => {
    const answer = await app.inject({
      method: 'POST',
      url: path,
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json', ...headers },
      payload: Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body)),
    });
    return { status: answer.statusCode, headers: answer.headers, json: answer.json() };
  };
  const rejected = async (query: string) => {
    const answer = await app.inject({
      url: `/api/v1/events/rejected${query}`,
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    return { status: answer.statusCode, json: answer.json() };
  };

  it('answer 202 with verdicts, however the body comes', async () => {
    const json = Buffer.from(JSON.stringify([impression({ id: 'a' }), conversion({ id: 'a', value: 'x' })]));
    const expected = { accepted: 1, duplicates: 0, rejected: [{ index: 1, code: 'invalid-value' }] };
    expect(await post(json)).toMatchObject({ status: 202, json: expected });
    const again = { ...expected, accepted: 0, duplicates: 1 };
    expect(await post(gzipSync(json), { 'content-encoding': 'gzip' })).toMatchObject({
      status: 202,
      json: again,
    });
    expect(await post(zstdCompressSync(json), { 'content-encoding': 'zstd' })).toMatchObject({
      status: 202,
      json: again,
    });
    const lines = Buffer.from(`${JSON.stringify(impression({ id: 'b' }))}\n{`);
    expect(await post(lines, { 'content-type': 'application/x-ndjson' })).toMatchObject({
      status: 202,
      json: { accepted: 1, rejected: [{ index: 1, code: 'not-json' }] },
    });
  });

  it('try events without storing them', async () => {
    const count = async () =>
      (
        await clickhouse.query({
          sql: 'SELECT count() FROM raw_impressions',
          limits: { maxSeconds: 5, maxMemoryBytes: 1e8 },
        })
      )[0];
    const before = await count();
    const answer = await post([impression({ id: 'trial' }), 5], {}, '/api/v1/events:validate');
    expect(answer).toMatchObject({
      status: 200,
      json: { accepted: 1, rejected: [{ index: 1, code: 'not-an-object' }] },
    });
    expect(await count()).toEqual(before);
  });

  it('refuse what they cannot take with a problem document', async () => {
    const cases = [
      [await post({}), 400],
      [await post(Buffer.from('[{"cut')), 400],
      [await post(Buffer.alloc(0)), 400],
      [await post(Array.from({ length: 1001 }, () => 1)), 413],
      [await post(Buffer.alloc(1_048_577, 0x20)), 413],
      [await post(Buffer.alloc(3_000_000, 0x20)), 413],
      [await post(gzipSync(Buffer.alloc(50_000_000, 0x20)), { 'content-encoding': 'gzip' }), 413],
      [await post([], { 'content-type': 'text/plain' }), 415],
      [await post([], { 'content-encoding': 'br' }), 415],
      [await post([], { authorization: '' }), 401],
      [await post([], {}, '/api/v1/events:nothing'), 404],
    ] as const;
    for (const [answer, status] of cases) {
      expect(answer.status).toBe(status);
      expect(answer.headers['content-type']).toContain('application/problem+json');
      expect(answer.json).toMatchObject({ status, type: expect.stringMatching(/^urn:assay:problem:/) });
    }
  });

  it('say when to come back', async () => {
    fail = new AppError('unavailable', 'The store is down.', { retryAfterSeconds: 2 });
    const down = await post([conversion({ id: 'later' })]);
    fail = null;
    expect(down).toMatchObject({ status: 503, headers: { 'retry-after': '2' } });
    expect(await post([conversion({ id: 'later' })])).toMatchObject({
      status: 202,
      json: { accepted: 1, duplicates: 0 },
    });
  });

  it('show what was not taken, newest first, page by page', async () => {
    await clickhouse.command({
      sql: 'TRUNCATE TABLE dead_letters',
      limits: { maxSeconds: 5, maxMemoryBytes: 1e8 },
    });
    for (const batch of [1, 2, 3])
      await post([`${batch}a`, conversion({ id: `b${batch}`, name: '' }), `${batch}c`]);
    await post(Buffer.from([0x22, 0xff, 0x22]), { 'content-type': 'application/x-ndjson' });
    await post(Buffer.from(`"${'é'.repeat(3000)}"`), { 'content-type': 'application/x-ndjson' });
    const pages: { index: number; raw: string | null }[][] = [];
    let cursor = '';
    do {
      const { json } = await rejected(`?limit=4${cursor === '' ? '' : `&cursor=${cursor}`}`);
      pages.push(json.items);
      cursor = json.nextCursor;
    } while (cursor !== null);
    expect(pages.map((page) => page.length)).toEqual([4, 4, 3]);
    const all = pages.flat();
    expect(all[0]).toMatchObject({ raw: `"${'é'.repeat(2047)}`, rawBase64: null, rawBytes: 6002 });
    expect(all[1]).toMatchObject({
      code: 'not-utf8',
      raw: null,
      rawBase64: Buffer.from([0x22, 0xff, 0x22]).toString('base64'),
      rawBytes: 3,
      sender: expect.stringMatching(/^token:/),
    });
    expect(all.slice(2).map(({ index, raw }) => `${index} ${raw}`.slice(0, 6))).toEqual([
      ...['2 "3c"', '1 {"id', '0 "3a"'],
      ...['2 "2c"', '1 {"id', '0 "2a"'],
      ...['2 "1c"', '1 {"id', '0 "1a"'],
    ]);
    expect((await rejected('?code=invalid-name')).json.items).toHaveLength(3);
    expect((await rejected('?sender=token:nobody')).json.items).toEqual([]);
    expect((await rejected('?until=2026-01-01T00:00:00Z')).json.items).toEqual([]);
    expect((await rejected('?since=2026-01-01T00:00:00Z&limit=100')).json.items).toHaveLength(11);
    expect((await rejected('?cursor=nonsense')).status).toBe(400);
    const forged = Buffer.from(JSON.stringify(['rejected-events', '["x"]'])).toString('base64url');
    expect((await rejected(`?cursor=${forged}`)).status).toBe(400);
    expect((await rejected('?code=nonsense')).status).toBe(400);
    expect((await rejected('?code=unreadable-row')).json.items).toEqual([]);
  });

  it('show each of many that are alike, and those of one block that came in many requests', async () => {
    await clickhouse.command({
      sql: 'TRUNCATE TABLE dead_letters',
      limits: { maxSeconds: 5, maxMemoryBytes: 1e8 },
    });
    // Of those that come while a block is being written, all go into the next one.
    const bodies = Array.from({ length: 24 }, (_, i) => (i < 12 ? ['alike'] : [`other ${i}`]));
    await Promise.all(bodies.map((body) => post(body)));
    const raws: string[] = [];
    for (let cursor = ''; ; ) {
      const { status, json } = await rejected(`?limit=5${cursor === '' ? '' : `&cursor=${cursor}`}`);
      expect(status, JSON.stringify(json)).toBe(200);
      raws.push(...json.items.map((item: { raw: string }) => item.raw));
      if (json.nextCursor === null) break;
      cursor = json.nextCursor;
    }
    expect(raws.sort()).toEqual(bodies.map(([event]) => JSON.stringify(event)).sort());
  });

  it('show one by its id, or by where it came from', async () => {
    await post(['one', 'two', 'three']);
    const { json } = await rejected('?limit=3');
    const [three, two] = json.items;
    expect(two).toMatchObject({ raw: '"two"', index: 1, source: 'direct:http', partition: 0 });
    expect(two.id).not.toBe(three.id);
    expect((await rejected(`?id=${two.id}`)).json).toEqual({ items: [two], nextCursor: null });
    expect((await rejected(`?id=${two.id}&code=not-json`)).json.items).toEqual([]);
    expect((await rejected(`?id=0-${'0'.repeat(16)}`)).json.items).toEqual([]);
    expect((await rejected('?id=everything')).status).toBe(400);
    const ofBlock = await rejected(`?partition=0&offset=${two.offset}`);
    expect(ofBlock.json.items.map(({ raw }: { raw: string }) => raw)).toEqual(['"three"', '"two"', '"one"']);
    expect((await rejected(`?partition=1&offset=${two.offset}`)).json.items).toEqual([]);
  });

  it('name each with sixteen digits, also where the first are zeros', async () => {
    // One hash of 256 begins with two zeros: among so many there is none in one run of two thousand.
    for (let i = 0; i < 20; i++) await post(Array.from({ length: 100 }, (_, j) => `numbered ${i} ${j}`));
    const ids: string[] = [];
    for (let cursor = ''; ids.length < 2_000; ) {
      const { status, json } = await rejected(`?limit=100${cursor === '' ? '' : `&cursor=${cursor}`}`);
      expect(status, JSON.stringify(json)).toBe(200);
      ids.push(...json.items.map((item: { id: string }) => item.id));
      cursor = json.nextCursor;
    }
    expect(ids.filter((id) => !/^[0-9a-z]+-[0-9a-f]{16}$/.test(id))).toEqual([]);
    const zeros = ids.filter((id) => id.includes('-00')).slice(0, 3);
    expect(zeros).not.toEqual([]);
    for (const id of zeros) expect((await rejected(`?id=${id}`)).json.items).toMatchObject([{ id }]);
  });

  it('are documented under the addresses that people write', () => {
    const document = createOpenApiDocument(app, '1');
    const paths = Object.keys(document.paths).filter((path) => path.includes('events'));
    expect(paths).toEqual(
      expect.arrayContaining(['/api/v1/events', '/api/v1/events/rejected', '/api/v1/events:validate']),
    );
    const { post: operation } = document.paths['/api/v1/events'] ?? {};
    const body = operation?.requestBody as { content: Record<string, { schema: { items?: unknown } }> };
    expect(Object.keys(body.content)).toEqual(['application/json', 'application/x-ndjson']);
    expect(JSON.stringify(body.content['application/json']?.schema)).toContain('flagVersion');
    expect(Object.keys(operation?.responses ?? {})).toEqual(
      expect.arrayContaining(['202', '400', '413', '415', '429', '503']),
    );
    expect(operation?.responses['202']).toMatchObject({
      content: { 'application/json': { schema: { $ref: '#/components/schemas/EventVerdicts' } } },
    });
  });
});
