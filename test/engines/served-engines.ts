import { type DynamicModule, Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AccessModule, AuditLog, type Scope, Tokens } from '../../src/access/index.ts';
import { EnginesModule } from '../../src/engines/index.ts';
import { createHttpApp } from '../../src/http/index.ts';
import { ACTOR, type Opened, openForTest } from './opened.ts';

@Module({})
class TestModule {
  static of(imports: DynamicModule[]): DynamicModule {
    return { module: TestModule, imports };
  }
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the body is.
  readonly body: any;
}

export interface Ask {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** null: without a token. */
  readonly scope?: Scope | null;
}

/** The routes of the engines over an embedded Postgres. */
export async function serveEngines(): Promise<{
  opened: Opened;
  app: NestFastifyApplication;
  ask(method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, options?: Ask): Promise<Answer>;
  close(): Promise<void>;
}> {
  const opened = await openForTest();
  const { postgres } = opened.store;
  const tokens = new Tokens({ postgres, clock: opened.clock.now });
  const app = await createHttpApp(
    TestModule.of([
      AccessModule.forRoot({ tokens, audit: new AuditLog(postgres) }),
      EnginesModule.forRoot(opened.engines),
    ]),
    { logger: opened.world.logger },
  );
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  const minted = new Map<Scope, string>();
  return {
    opened,
    app,
    async ask(method, url, { body, headers = {}, scope = 'admin' } = {}) {
      if (scope !== null && !minted.has(scope))
        minted.set(
          scope,
          (await tokens.mint(ACTOR, { name: scope, scopes: [scope], expiresInDays: 365 })).token,
        );
      const authorization = scope === null ? {} : { authorization: `Bearer ${minted.get(scope)}` };
      const answer = await app.inject({
        ...{ method, url, headers: { ...authorization, ...headers } },
        ...(body === undefined ? {} : { payload: body as object }),
      });
      const text = answer.payload;
      return {
        status: answer.statusCode,
        headers: answer.headers,
        body: text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text,
      };
    },
    async close() {
      await app.close();
      await opened.close();
    },
  };
}
