import { Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { pino } from 'pino';
import { AccessModule, AuditLog, type Scope, systemActor, Tokens } from '../../src/access/index.ts';
import { Catalogue, CatalogueModule, type Change, type Experiment } from '../../src/catalogue/index.ts';
import { AppError } from '../../src/errors.ts';
import { createHttpApp } from '../../src/http/index.ts';
import { openTestStore, TestClock } from '../access/fixture.ts';

export const START = '2026-03-01T00:00:00.000Z';
export const HOUR = 3_600_000;
export const by: Change = { actor: systemActor('test') };

export interface CatalogueFixture {
  readonly catalogue: Catalogue;
  readonly audit: AuditLog;
  readonly clock: TestClock;
  readonly query: <Row>(sql: string) => Promise<Row[]>;
  /** What the hook was told. */
  readonly told: Experiment[];
  /** An address below /api/v1, as one who may read and write experiments, or with other scopes. */
  call(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    options?: CallOptions,
  ): Promise<Answer>;
  readonly app: NestFastifyApplication;
  close(): Promise<void>;
}

export interface CallOptions {
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  readonly scopes?: readonly Scope[];
}

export interface Answer {
  readonly status: number;
  readonly headers: { readonly etag?: unknown; readonly location?: unknown };
  // biome-ignore lint/suspicious/noExplicitAny: the body of any route, looked into by each test.
  readonly body: any;
}

/** The catalogue over a Postgres (embedded, unless told otherwise), behind its routes; flag `flag`, metrics `visit` and `spend`, segment `germany`. */
export async function openCatalogue(openStore = openTestStore): Promise<CatalogueFixture> {
  const store = await openStore();
  const clock = new TestClock(START);
  const { postgres } = store;
  const audit = new AuditLog(postgres);
  const told: Experiment[] = [];
  const catalogue = new Catalogue({
    postgres,
    audit,
    clock: clock.now,
    logger: pino({ level: 'silent' }),
    hooks: { onExperimentChanged: (experiment) => void told.push(experiment) },
  });
  const tokens = new Tokens({ postgres, clock: clock.now });
  @Module({ imports: [AccessModule.forRoot({ tokens, audit }), CatalogueModule.forRoot({ catalogue })] })
  class TestModule {}
  const app = await createHttpApp(TestModule, { logger: pino({ level: 'silent' }) });
  await app.init();
  const minted = new Map<string, Promise<string>>();
  const tokenOf = (scopes: readonly Scope[]): Promise<string> => {
    const name = scopes.join();
    const known = minted.get(name);
    if (known !== undefined) return known;
    const request = { name, scopes: [...scopes], expiresInDays: 365 };
    const token = tokens.mint(systemActor('test'), request).then((made) => made.token);
    minted.set(name, token);
    return token;
  };
  await makeBasics(catalogue);
  return {
    catalogue,
    audit,
    clock,
    told,
    app,
    query: (sql) => postgres.query(sql),
    call: async (method, path, options = {}) => {
      const token = await tokenOf(options.scopes ?? ['results:read', 'experiments:write', 'audit:read']);
      const answer = await app.inject({
        method,
        url: `/api/v1${path}`,
        headers: { authorization: `Bearer ${token}`, ...options.headers },
        ...(options.body === undefined ? {} : { body: options.body as object }),
      });
      const body = answer.body === '' ? null : answer.json();
      return { status: answer.statusCode, headers: answer.headers, body };
    },
    close: async () => {
      await app.close();
      await store.close();
    },
  };
}

async function makeBasics(catalogue: Catalogue): Promise<void> {
  await makeFlag(catalogue, 'flag');
  await catalogue.metrics.create(by, { type: 'proportion', key: 'visit', source: { event: 'visit' } });
  await catalogue.metrics.create(by, {
    type: 'mean',
    key: 'spend',
    source: { event: 'order', aggregation: 'sum' },
    prePeriodHours: 24 * 365,
  });
  await catalogue.segments.create(by, {
    key: 'germany',
    filters: [{ attribute: 'country', op: 'eq', value: 'DE' }],
  });
}

/** A flag with the variants `control` and `treatment`. */
export function makeFlag(catalogue: Catalogue, key: string): Promise<unknown> {
  return catalogue.flags.create(by, { key, variants: [{ key: 'control' }, { key: 'treatment' }] });
}

/** A valid definition on a flag of its own name, for `create`. */
export function definition(key: string, flag = 'flag') {
  return {
    key,
    flag,
    control: 'control',
    arms: [
      { variant: 'control', weight: 1 },
      { variant: 'treatment', weight: 1 },
    ],
    metrics: { goal: ['spend'], secondary: ['visit'] },
  };
}

/** A running experiment on a flag of its own. */
export async function makeRunning(catalogue: Catalogue, key: string): Promise<Experiment> {
  await makeFlag(catalogue, key);
  await catalogue.experiments.create(by, definition(key, key));
  return catalogue.start(by, key);
}

/** What a promise is refused with: code, pointers, sentence; fails if it is not refused. */
export async function refusal(
  promise: Promise<unknown>,
): Promise<[code: string, pointers: string[], message: string]> {
  try {
    await promise;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return [error.code, error.fields.map(({ pointer }) => pointer), error.message];
  }
  throw new Error('expected it to be refused');
}
