import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Logger, pino } from 'pino';
import { Registry } from 'prom-client';
import { AuditLog, systemActor } from '../../src/access/index.ts';
import type { Decision, NewDecision } from '../../src/decide/index.ts';
import { DecisionLog } from '../../src/decide/index.ts';
import { EngineConnection } from '../../src/engines/connections/index.ts';
import type { Enforcement, ImpressionsSeen } from '../../src/engines/enforcement/index.ts';
import { type GuardedFetch, openEngines } from '../../src/engines/index.ts';
import type { ClickHouse } from '../../src/stores/clickhouse/index.ts';
import type { Postgres } from '../../src/stores/postgres/index.ts';
import { openTestStore, TestClock } from '../access/fixture.ts';
import { fetchAnywhere } from './permitted.ts';

export type Opened = Awaited<ReturnType<typeof openForTest>>;

export const ACTOR = systemActor('test');
export const START = '2026-03-02T09:30:00.000Z';

/** Another process's engines over the same stores: what a test opens more than one of. */
export function enginesOn(
  world: {
    postgres: Postgres;
    clock: TestClock;
    credentials: string;
    logger: Logger;
    seen: () => Promise<ImpressionsSeen>;
    fetch?: GuardedFetch;
  },
  registry = new Registry(),
) {
  const { postgres, clock, credentials, logger } = world;
  const log = new DecisionLog(postgres);
  return openEngines({
    ...{ postgres, credentials, logger, log, clock: clock.now },
    // Nothing here asks it: the impressions are given.
    clickhouse: {} as ClickHouse,
    audit: new AuditLog(postgres),
    readDecision: (environment, flag, treatment) => log.current(environment, flag, treatment),
    fetch: world.fetch ?? fetchAnywhere,
    registry,
    impressionsSince: world.seen,
  });
}

/** Engines over an embedded Postgres, a clock that stands, and impressions as the test says. */
export async function openForTest() {
  const store = await openTestStore();
  const credentials = mkdtempSync(join(tmpdir(), 'assay-credentials-'));
  const clock = new TestClock(START);
  const logged: string[] = [];
  const logger = pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) });
  const registry = new Registry();
  const world = {
    ...{ postgres: store.postgres, clock, credentials, logger },
    seen: async (): Promise<ImpressionsSeen> => opened.impressions,
  };
  const engines = enginesOn(world, registry);
  const log = new DecisionLog(store.postgres);
  const opened = {
    ...{ store, engines, log, clock, logged, registry, world },
    impressions: { last: null, heard: null, units: 0 } as ImpressionsSeen,

    credential(name: string, text: string): void {
      writeFileSync(join(credentials, name), `${text}\n`);
    },
    connect(connection: unknown): Promise<EngineConnection> {
      return engines.connections.create({ actor: ACTOR }, EngineConnection.parse(connection));
    },
    /** Decides now. */
    async decide(decision: NewDecision): Promise<Decision> {
      const decidedAt = clock.now().toISOString();
      const [kept] = await log.append(decision.document.environment, [
        { ...decision, document: { ...decision.document, decidedAt } },
      ]);
      if (kept === undefined) throw new Error('nothing was appended');
      return kept;
    },
    /** One look, to the end of all that it begins. */
    async look(): Promise<void> {
      await engines.loop.look();
      await engines.loop.stop();
    },
    /** Time passes, with a look after each stretch. */
    async pass(seconds: number, times = 1): Promise<void> {
      for (let time = 0; time < times; time += 1) {
        clock.advance(seconds * 1000);
        await opened.look();
      }
    },
    async all(environment = 'production'): Promise<Enforcement[]> {
      return (await engines.enforcements.list({ environment, limit: 100 })).items;
    },
    async close(): Promise<void> {
      await engines.loop.stop();
      await store.close();
      rmSync(credentials, { recursive: true });
    },
  };
  return opened;
}
