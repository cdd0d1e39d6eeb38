import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import type { DynamicModule } from '@nestjs/common';
import type { Logger } from 'pino';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { AccessModule, AuditLog, Tokens } from './access/index.ts';
import { ScorecardMetrics, ScorecardRun, Scorecards, Sweep } from './analyse/index.ts';
import { AppModule } from './app.module.ts';
import {
  AttributionLoop,
  AttributionMetrics,
  Attributions,
  Attributor,
  LiveMoments,
  MomentsAhead,
  Recomputation,
  Upkeep,
} from './attribute/index.ts';
import { CalculationsModule } from './calculations/calculations.module.ts';

import { Catalogue, CatalogueModule } from './catalogue/index.ts';
import { CollectModule, Collector, RejectedEvents } from './collect/index.ts';
import type { Config, Role } from './config.ts';
import { OVERLAPS_EVERY_MS } from './decide/index.ts';
import { EraseModule, Erasures } from './erase/index.ts';
import { AppError } from './errors.ts';
import { createHttpApp, createOpenApiDocument } from './http/index.ts';
import { inTurn } from './in-turn.ts';
import { Ingest } from './ingest/index.ts';
import { type Jobs, openJobs } from './jobs/index.ts';
import { type OpenDecisions, openDecisions } from './open-decisions.ts';
import type { Stores } from './open-stores.ts';
import { openStream } from './open-stream.ts';
import { type OpenApiHolder, OperationsModule } from './operations/index.ts';
import { ServeModule } from './serve/index.ts';
import { version } from './version.ts';
import { watermarkOfOthers } from './watermark-of-others.ts';

export interface Service {
  readonly tokens: Tokens;
  /** The random admin token, if it has not been shown yet; see Tokens.bootstrap. */
  readonly bootstrap: Awaited<ReturnType<Tokens['bootstrap']>>;
  /** Everything received up to it is in the raw tables. @throws AppError `unavailable` where it is not known. */
  dataThrough(): Promise<Date>;
  /** Begins to listen and to take jobs; gives the address, and that of reads of decisions where they have their own. */
  listen(): Promise<{ readonly base: string; readonly decisions: string | null }>;
  /** Ends requests and jobs under way, in an order in which none needs what is already closed. */
  close(): Promise<void>;
}

const now = (): Date => new Date();

/** Builds the whole service on open stores, with the parts that its roles need. @throws AppError 'start-refused'. */
export async function openService(config: Config, stores: Stores, logger: Logger): Promise<Service> {
  const { clickhouse, postgres, sole } = stores;
  const has = (...roles: Role[]): boolean => roles.some((role) => config.roles.includes(role));
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });

  const audit = new AuditLog(postgres);
  const tokens = new Tokens({ postgres, clock: now });
  const bootstrap = await tokens.bootstrap({ configured: config.token ?? undefined });
  const jobs = await openJobs({
    logger,
    overlapsEveryMs: OVERLAPS_EVERY_MS,
    ...(config.queueUrl === null ? { pool: postgres.pool } : { queueUrl: config.queueUrl }),
  });
  const catalogue: Catalogue = new Catalogue({
    postgres,
    audit,
    clock: now,
    logger,
    hooks: {
      onExperimentChanged: async ({ key, status }) => {
        attributor.look();
        decisions.touched([key]);
        if (status === 'running' || status === 'stopped') await jobs.runScorecardNow(key);
      },
    },
  });
  const { kafka, roles } = config;
  const stream =
    kafka !== null && has('collect', 'ingest', 'work')
      ? await openStream({ kafka, roles, stores, logger, registry })
      : null;
  // With a stream the collector's rows go there, and come into the tables from it.
  const ingest =
    has('collect') && kafka === null
      ? await Ingest.open({ clickhouse, postgres, logger, registry, sole, source: `direct:${randomUUID()}` })
      : null;
  const closing = new AbortController();
  const watermark = (): Promise<Date> =>
    ingest === null ? watermarkOfOthers(postgres, closing.signal) : ingest.watermark();
  const scorecards = new Scorecards({ clickhouse, postgres });
  const recomputation = new Recomputation({ clickhouse, postgres, logger });
  const live = new LiveMoments({ clickhouse, postgres });
  const ahead = new MomentsAhead(live);
  const attributionMetrics = new AttributionMetrics(registry, { postgres, logger });
  const attributor: Attributor = new Attributor({
    ...{ clickhouse, postgres, logger, watermark, sole, holder: randomUUID() },
    cycled: (cycle) => attributionMetrics.cycle(cycle),
    looked: (seconds) => attributionMetrics.look(seconds),
    changed: (experiments) => {
      decisions.touched(experiments);
      sweep.changed(experiments);
    },
    ahead: (found) => {
      ahead.keep(found);
      decisions.touched(found.map(({ experiment }) => experiment));
    },
    reached: (through) => decisions.reached(through),
    plans: () => catalogue.runningPlans(now()),
  });
  const upkeep = new Upkeep(postgres);
  const attributing = new AttributionLoop(attributor, logger);
  const scorecardMetrics = new ScorecardMetrics(registry);
  const run = new ScorecardRun({
    catalogue,
    watermark,
    attributions: new Attributions({ live, recomputation }),
    scorecards,
    metrics: scorecardMetrics,
    logger,
    now,
    engineVersion: version,
  });
  const sweep = new Sweep({
    ...{ live, scorecards, logger, now, metrics: scorecardMetrics, engineVersion: version },
    plans: (at, keys) => catalogue.runningPlans(at, keys),
    alone: (experiment) => jobs.runScorecardNow(experiment),
  });
  observeJobs(jobs, registry, logger);
  const decisions: OpenDecisions = openDecisions({
    ...{ config, stores, catalogue, live, ahead, recomputation, jobs, audit, logger, registry, now, tokens },
    topic: kafka === null || stream === null ? null : { stream: stream.port, name: kafka.decisionsTopic },
  });

  const openapi: OpenApiHolder = { document: null };
  const modules: DynamicModule[] = [
    AccessModule.forRoot({ tokens, audit }),
    OperationsModule.forRoot({
      registry,
      openapi,
      checks: [
        { name: 'clickhouse', check: () => clickhouse.ping() },
        { name: 'postgres', check: () => postgres.ping() },
        // Who only publishes to it can do all else without.
        ...(stream === null || !has('collect', 'ingest')
          ? []
          : [{ name: 'stream', check: () => stream.check() }]),
      ],
    }),
  ];
  const writer = stream?.writer ?? ingest;
  const collector = writer === null ? null : new Collector({ write: (rows) => writer.write(rows), registry });
  if (collector !== null)
    modules.push(CollectModule.forRoot({ collector, rejected: new RejectedEvents(clickhouse) }));
  if (has('serve'))
    modules.push(
      CalculationsModule.forRoot(),
      CatalogueModule.forRoot({ catalogue }),
      EraseModule.forRoot({ erasures: new Erasures({ postgres, audit, clock: now }) }),
      ServeModule.forRoot({
        ...{ scorecards, catalogue, recomputation, live, upkeep, jobs, engineVersion: version, now },
      }),
    );
  modules.push(...decisions.modules);
  const app = await createHttpApp(AppModule.forRoot(modules), { logger });
  await app.init();
  openapi.document = createOpenApiDocument(app, version);

  return {
    tokens,
    bootstrap,
    dataThrough: watermark,
    async listen() {
      if (has('work')) {
        attributing.start();
        await jobs.work({
          scorecard: async (experiment) => {
            await run.run(experiment);
          },
          sweep: () => sweep.look(),
          night: () => upkeep.verifyAll(),
          overlaps: () => decisions.lookAtOverlaps(),
        });
      }
      const decisionsPort = await decisions.start();
      try {
        // Not Nest's own, which would log what the sentence says.
        await app.getHttpAdapter().getInstance().listen({ port: config.port, host: config.host });
      } catch (cause) {
        throw cannotListen(config, cause);
      }
      const { port } = app.getHttpServer().address() as AddressInfo;
      const host = config.host.includes(':') ? `[${config.host}]` : config.host;
      const at = (of: number) => `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${of}`;
      return { base: at(port), decisions: decisionsPort === null ? null : at(decisionsPort) };
    },
    async close() {
      closing.abort();
      stream?.writer?.hurry();
      const stopped = stream?.stopReading() ?? Promise.resolve();
      // A failure is told in its turn.
      stopped.catch(() => undefined);
      // First what was accepted becomes durable; runs under way still need the watermark.
      await inTurn([
        () => decisions.closeStreams(),
        () => app.close(),
        async () => collector?.close(),
        () => sweep.stop(),
        () => decisions.stop(),
        () => jobs.close(),
        () => attributing.stop(),
        async () => ingest?.close(),
        () => stopped,
        async () => stream?.close(),
      ]);
    },
  };
}

function cannotListen({ host, port }: Config, cause: unknown): AppError {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  const why =
    code === 'EADDRINUSE'
      ? `Port ${port} of ${host} is in use; stop what uses it, or set PORT to another one (0 takes a free one).`
      : code === 'EACCES'
        ? `Port ${port} may not be opened by this user; set PORT to one above 1023.`
        : `The service cannot listen on ${host}:${port} (${String(code ?? cause)}); set HOST and PORT.`;
  return new AppError('start-refused', why, { cause });
}

function observeJobs(jobs: Jobs, registry: Registry, logger: Logger): void {
  new Gauge({
    name: 'assay_jobs',
    help: 'Scorecard runs that wait, run, or have failed for good',
    labelNames: ['state'],
    registers: [registry],
    async collect() {
      this.reset();
      // Absent when the queues cannot be asked: a failing gauge would take all other figures with it.
      const counts = await jobs.counts().catch((error: unknown) => {
        logger.warn({ err: error }, 'the jobs could not be counted');
        return {};
      });
      for (const [state, count] of Object.entries(counts)) this.set({ state }, count);
    },
  });
}
