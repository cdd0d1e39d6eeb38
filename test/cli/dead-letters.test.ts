import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { type DynamicModule, Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AccessModule, AuditLog, systemActor, Tokens } from '../../src/access/index.ts';
import { CollectModule, Collector, type RejectedEvent, RejectedEvents } from '../../src/collect/index.ts';
import { AppError } from '../../src/errors.ts';
import { createHttpApp } from '../../src/http/index.ts';
import { type DeadLetterCode, encodeDeadLetter, Ingest } from '../../src/ingest/index.ts';
import type { ClickHouse } from '../../src/stores/clickhouse/index.ts';
import { migratePostgres } from '../../src/stores/migrations/index.ts';
import { openEmbeddedPostgres, type Postgres } from '../../src/stores/postgres/index.ts';
import { conversion, impression } from '../events/samples.ts';
import { openClickHouse, removeDirectory, temporaryDirectory } from '../ingest/open-stores.ts';

const ASSAY = join(import.meta.dirname, '../../bin/assay');
const MIGRATIONS = fileURLToPath(new URL('../../migrations/postgres', import.meta.url));
const TOKEN = 'a-token-of-the-tests';
const limits = { maxSeconds: 10, maxMemoryBytes: 500_000_000 };

@Module({})
class AppModule {
  static of(imports: DynamicModule[]): DynamicModule {
    return { module: AppModule, imports };
  }
}

interface Letter {
  readonly raw: unknown;
  readonly code?: DeadLetterCode;
  readonly detail?: string;
  readonly sender?: string;
  readonly index?: number;
}

describe('assay dead-letters', () => {
  const directory = temporaryDirectory();
  let clickhouse: ClickHouse;
  let postgres: Postgres;
  let ingest: Ingest;
  let app: NestFastifyApplication;
  let url: string;
  let readOnly: string;
  let failures: AppError[] = [];

  beforeAll(async () => {
    [clickhouse, postgres] = await Promise.all([
      openClickHouse(directory),
      openEmbeddedPostgres({ directory: `${directory}/postgres` }),
    ]);
    await migratePostgres(postgres, MIGRATIONS);
    const logger = pino({ level: 'silent' });
    const registry = new Registry();
    ingest = await Ingest.open({ clickhouse, postgres, logger, registry, source: 'direct:cli', sole: true });
    const collector = new Collector({
      write: (rows) => {
        const failure = failures.shift();
        return failure === undefined ? ingest.write(rows) : Promise.reject(failure);
      },
      registry,
    });
    const tokens = new Tokens({ postgres, clock: () => new Date() });
    await tokens.bootstrap({ configured: TOKEN });
    const minted = await tokens.mint(systemActor('test'), {
      name: 'reader',
      scopes: ['results:read'],
      expiresInDays: 1,
    });
    readOnly = minted.token;
    const modules = [
      AccessModule.forRoot({ tokens, audit: new AuditLog(postgres) }),
      CollectModule.forRoot({ collector, rejected: new RejectedEvents(clickhouse) }),
    ];
    app = await createHttpApp(AppModule.of(modules), { logger });
    await app.init();
    await app.getHttpAdapter().getInstance().listen({ port: 0, host: '127.0.0.1' });
    url = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    await app.close();
    await ingest.close();
    await Promise.all([clickhouse.close(), postgres.close()]);
    removeDirectory(directory);
  });
  beforeEach(async () => {
    for (const table of ['dead_letters', 'raw_conversions', 'raw_impressions'])
      await clickhouse.command({ sql: `TRUNCATE TABLE ${table}`, limits });
  });

  /** Puts events among the rejected ones; text and bytes as they are, anything else as JSON. */
  async function reject(...letters: readonly Letter[]): Promise<void> {
    await ingest.write({
      impressions: [],
      conversions: [],
      deadLetters: letters.map(({ raw, code, detail, sender, index }, i) =>
        encodeDeadLetter({
          code: code ?? 'ts-in-future',
          detail: detail ?? 'ts is more than 24 hours ahead of this service’s clock',
          raw: Buffer.isBuffer(raw) ? raw : Buffer.from(typeof raw === 'string' ? raw : JSON.stringify(raw)),
          sender: sender ?? 'token:t1',
          index: index ?? i,
        }),
      ),
    });
  }

  async function assay(
    ...args: readonly string[]
  ): Promise<{ code: number | null; stdout: string; stderr: string }> {
    const given = args.includes('--token') ? [] : ['--token', TOKEN];
    const child = spawn(ASSAY, ['dead-letters', ...args, '--url', url, ...given], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
    const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
    return { code, stdout, stderr };
  }
  const rejectedNow = async (): Promise<RejectedEvent[]> => {
    const { stdout } = await assay('list', '--json', '--limit', '10000');
    return stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as RejectedEvent);
  };
  const storedIds = async (): Promise<string[]> => {
    const sql = 'SELECT id FROM raw_conversions UNION ALL SELECT id FROM raw_impressions';
    return (await clickhouse.query<{ id: string }>({ sql, limits })).map(({ id }) => id).sort();
  };

  describe('list', () => {
    it('says when, why, from where, and how the event began', async () => {
      await reject({ raw: conversion({ id: 'old' }) });
      await reject(
        {
          raw: { name: '' },
          code: 'invalid-name',
          detail: 'name must be a string',
          sender: 'kafka:orders',
          index: 3,
        },
        { raw: Buffer.from([0xff, 0x00]), code: 'not-utf8', detail: 'the message is not UTF-8' },
      );
      const { code, stdout } = await assay('list');
      expect(code).toBe(0);
      const lines = stdout.trimEnd().split('\n');
      expect(lines).toHaveLength(9);
      expect(lines[0]).toMatch(
        /^\d{4}-\d\d-\d\dT[\d:.]{12}Z {2}invalid-name {2}kafka:orders, index 3 {2}\w+-\w{16}$/,
      );
      expect(lines.slice(1, 3)).toEqual(['  name must be a string', '  {"name":""}  (11 bytes)']);
      expect(lines[5]).toBe('  no text, in base64: /wA=  (2 bytes)');
      expect(lines[8]).toContain('"id":"old"');
    });

    it('shows so many, of one reason, and as JSON with all there is', async () => {
      await reject(...['a', 'b', 'c', 'd'].map((id) => ({ raw: conversion({ id }) })), {
        raw: '7',
        code: 'not-an-object' as const,
      });
      const { stdout } = await assay('list', '--limit', '2');
      expect(stdout).toContain('These are the newest 2; --limit shows more.');
      expect((await assay('list', '--code', 'invalid-flag')).stdout).toBe('There are none.\n');
      const ofOne = (await assay('list', '--code', 'not-an-object', '--json')).stdout;
      expect(JSON.parse(ofOne)).toMatchObject({ raw: '7', rawBytes: 1, source: 'direct:cli', index: 4 });
      const since = new Date(Date.now() + 60_000).toISOString();
      expect((await assay('list', '--since', since)).stdout).toBe('There are none.\n');
    });

    it('lets no producer write to the terminal', async () => {
      await reject({
        raw: '"\u001b[2J\u202e\u009b31m"',
        code: 'not-an-object',
        detail: 'saw \u001b]0;x\u0007',
      });
      const { stdout } = await assay('list');
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
      expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
      expect(stdout).toContain('\\u001b[2J\\u202e\\u009b31m');
    });

    it('goes through more than a page', async () => {
      await reject(...Array.from({ length: 230 }, (_, i) => ({ raw: `"${i}"` })));
      expect(new Set((await rejectedNow()).map(({ raw }) => raw)).size).toBe(230);
    });
  });

  describe('replay', () => {
    it('sends again what can be taken now, and leaves no second trace of what cannot', async () => {
      await reject(
        { raw: conversion({ id: 'a' }) },
        { raw: `\n ${JSON.stringify(impression({ id: 'b' }), null, 2)} ` },
        { raw: conversion({ id: 'c', name: '' }), code: 'invalid-name' },
        { raw: '{"id":"d"', code: 'not-json' },
        { raw: Buffer.from([0x22, 0xff, 0x22]), code: 'not-utf8' },
        { raw: conversion({ id: 'e', attributes: { text: 'x'.repeat(5000) } }), code: 'invalid-attributes' },
        { raw: '["production","n"', code: 'unreadable-row' },
      );
      const before = await rejectedNow();
      const tried = await assay('replay', '--all', '--dry-run');
      expect(tried.stdout).toMatch(/^7 events: 2 would be accepted, 1 would be rejected again, 4 left out\n/);
      expect(await storedIds()).toEqual([]);

      const { code, stdout } = await assay('replay', '--all');
      expect(code).toBe(0);
      expect(stdout).toMatch(/^7 events: 2 accepted, 0 known already, 1 rejected again, 4 left out\n/);
      expect(stdout).toMatch(/Rejected again: 1 invalid-name\n {2}\S+ {2}invalid-name: name must be/);
      expect(stdout).toMatch(/Left out: 1 a row, 1 cut, 1 no text, 1 no JSON\n/);
      expect(await storedIds()).toEqual(['a', 'b']);
      expect(await rejectedNow()).toEqual(before);

      const again = JSON.parse((await assay('replay', '--all', '--json')).stdout);
      expect(again).toMatchObject({ events: 7, accepted: 0, duplicates: 2, rejected: { count: 1 } });
      expect(await storedIds()).toEqual(['a', 'b']);
    });

    it('sends one by its id, several of a reason, or those of a message', async () => {
      await reject(...['f', 'g', 'h'].map((id) => ({ raw: conversion({ id }) })), {
        raw: conversion({ id: 'i' }),
        code: 'invalid-unit',
        sender: 'kafka:orders',
      });
      const [i, h, g] = await rejectedNow();
      expect((await assay('replay', '--id', h?.id ?? '', '--id', g?.id ?? '')).stdout).toMatch(
        /^2 events: 2 accepted/,
      );
      expect(await storedIds()).toEqual(['g', 'h']);
      const message = ['--sender', 'kafka:orders', '--partition', '0', '--offset', String(i?.offset)];
      expect((await assay('replay', ...message)).stdout).toMatch(/^1 events: 1 accepted/);
      expect((await assay('replay', '--code', 'ts-in-future')).stdout).toMatch(
        /^3 events: 1 accepted, 2 known/,
      );
      expect(await storedIds()).toEqual(['f', 'g', 'h', 'i']);
    });

    it('reads other producers’ events as ingesters would', async () => {
      const order = { orderNumber: 'o1', placedAt: '2026-03-01T09:30:00Z', customer: 'u1', total: 20 };
      await reject(
        { raw: order, code: 'invalid-type', sender: 'kafka:shop.orders' },
        {
          raw: '{"orderNumber":"o2","placedAt":"2026-03-01T09:30:00Z","customer":"u1","total":1e999}',
          sender: 'kafka:shop.orders',
        },
        { raw: order, code: 'invalid-type', sender: 'kafka:shop.returns' },
      );
      const sources = join(directory, 'sources.json');
      const fields = {
        id: 'orderNumber',
        ts: 'placedAt',
        environment: '=production',
        'unit.type': '=user',
        'unit.id': 'customer',
        name: '=purchase',
        value: 'total',
      };
      writeFileSync(sources, JSON.stringify([{ topic: 'shop.orders', type: 'conversion', fields }]));
      const { stdout } = await assay('replay', '--all', '--sources', sources);
      expect(stdout).toMatch(/^3 events: 1 accepted, 0 known already, 2 rejected again, 0 left out/);
      expect(stdout).toMatch(/Rejected again: 1 invalid-type, 1 invalid-value/);
      expect(await storedIds()).toEqual(['o1']);
    });

    it('goes through more than fits into a request, and waits where the service has too much to do', async () => {
      const letters = Array.from({ length: 1150 }, (_, i) => ({ raw: conversion({ id: `many-${i}` }) }));
      await reject(...letters.slice(0, 600));
      await reject(...letters.slice(600));
      const later = () => new AppError('unavailable', 'Later.', { retryAfterSeconds: 0 });
      failures = [later(), later()];
      expect((await assay('replay', '--all')).stdout).toMatch(/^1150 events: 1150 accepted, 0 known/);
      expect(failures).toEqual([]);
      expect(await storedIds()).toHaveLength(1150);
    });
  });

  it.each([
    [['list', '--limit', 'many'], /--limit must be a whole number/],
    [['list', '--colour'], /is not understood/],
    [['show'], /is not understood/],
    [['replay'], /Either --all, or which/],
    [['replay', '--all', '--code', 'invalid-id'], /Either --all, or which/],
    [['replay', '--all', '--sources', '/nowhere/at/all'], /--sources names a file that cannot be read/],
    [['list', '--code', 'nonsense'], /not valid|code/],
    [['list', '--token', 'wrong'], /token/],
  ])('refuses %j with one sentence', async (args, sentence) => {
    const { code, stdout, stderr } = await assay(...args);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^assay: [^\n]+\n$/);
    expect(stderr).toMatch(sentence);
  });

  it('says what a token may not do', async () => {
    await reject({ raw: conversion({ id: 'x' }) });
    expect((await assay('list', '--token', readOnly)).code).toBe(0);
    const { code, stderr } = await assay('replay', '--all', '--token', readOnly);
    expect([code, stderr]).toEqual([1, expect.stringContaining('events:write')]);
  });

  it('shows how it is used', async () => {
    const { code, stdout } = await assay('list', '--help');
    expect(code).toBe(0);
    expect(stdout).toContain('Usage: assay dead-letters list');
  });
});
