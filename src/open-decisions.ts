import type { DynamicModule } from '@nestjs/common';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { type AuditLog, admit, type Tokens } from './access/index.ts';
import type { LiveMoments, MomentsAhead, Recomputation } from './attribute/index.ts';
import type { Catalogue } from './catalogue/index.ts';
import type { Config } from './config.ts';
import { DecideModule } from './decide/decide.module.ts';
import {
  AssignmentOverlaps,
  beat,
  DecideLoop,
  Decider,
  DecisionFeed,
  DecisionLog,
  DecisionPort,
  DecisionReader,
  EvaluationMetrics,
  OverlapWatch,
  readAbsence,
  type Subject,
  unwatched,
  wordsThatEnded,
} from './decide/index.ts';
import { EnginesModule, guardedFetch, openEngines } from './engines/index.ts';
import { FlagWideLoop } from './flag-wide/index.ts';
import { inTurn } from './in-turn.ts';
import type { Jobs } from './jobs/index.ts';
import { PermittedAddresses } from './notify/index.ts';
import { type OpenNotifyOptions, openNotify } from './open-notify.ts';
import type { Stores } from './open-stores.ts';
import { TimesModule } from './times/index.ts';
import { version } from './version.ts';

/** How often it is looked whether another process has decided something. */
const DECISIONS_EVERY_MS = 250;

/** The parts of a process that decide, tell of decisions and see that they are carried out. */
export interface OpenDecisions {
  readonly modules: readonly DynamicModule[];
  /** The moments or the definition of these experiments have changed. */
  touched(experiments: readonly string[]): void;
  /** Looks which flags are not assigned independently of each other; every few minutes, in one of the processes. */
  lookAtOverlaps(): Promise<void>;
  /** What everything received up to here touches was told before; null: another process attributes. */
  reached(through: Date | null): void;
  /** The port of reads of decisions, where there is one. @throws AppError `start-refused` where it cannot be listened on. */
  start(): Promise<number | null>;
  /** Ends the streams and the port: before the HTTP server, which waits for them. */
  closeStreams(): Promise<void>;
  /** Decides and passes on no more; before the jobs and the stream are closed. */
  stop(): Promise<void>;
}

export interface OpenDecisionsOptions {
  readonly config: Config;
  readonly stores: Stores;
  readonly catalogue: Catalogue;
  readonly live: LiveMoments;
  /** What decisions are made by. */
  readonly ahead: MomentsAhead;
  readonly recomputation: Recomputation;
  readonly jobs: Jobs;
  readonly audit: AuditLog;
  readonly logger: Logger;
  readonly registry: Registry;
  readonly now: () => Date;
  readonly topic: OpenNotifyOptions['topic'];
  readonly tokens: Tokens;
}

/** @throws AppError `start-refused` where a network that may be reached is none. */
export function openDecisions(options: OpenDecisionsOptions): OpenDecisions {
  const { config, stores, catalogue, live, recomputation, jobs, audit, logger, registry, now } = options;
  const { clickhouse, postgres } = stores;
  const { roles, outbound } = config;
  const works = roles.includes('work');
  const log = new DecisionLog(postgres);
  const feed = new DecisionFeed(log, (error) =>
    logger.warn({ err: error }, 'how far decisions have come could not be read; looked for again'),
  );
  const evaluations = new EvaluationMetrics(registry);
  const overlaps = new AssignmentOverlaps({ postgres, logger, now });
  const decider = new Decider({
    ...{ postgres, catalogue, live: options.ahead, overlaps, log, feed, audit, now, engineVersion: version },
    stopped: (stop) => evaluations.stopped(stop),
  });
  const deciding = new DecideLoop({
    ...{ decider, logger, now, guarded: () => catalogue.guardedExperiments() },
    unwatched: (watched, most) => unwatched(postgres, watched, most),
    endedWords: (most) => wordsThatEnded(postgres, now(), most),
    progress: () => feed.progress(),
    beat: (beats, held) => beat(postgres, beats, held),
    evaluated: (outcome) => evaluations.evaluated(outcome),
  });
  const overlapWatch = new OverlapWatch({
    ...{ live, overlaps, now },
    guarded: async () => (await catalogue.guardedExperiments()).map(({ key }) => key),
    plans: (at, keys) => catalogue.runningPlans(at, keys),
    shown(experiments) {
      logger.warn({ experiments }, 'flags are not assigned independently of each other; see their decisions');
      deciding.touched(experiments);
    },
  });
  const flagWide = new FlagWideLoop({ catalogue, clickhouse, logger, now });
  const permitted = new PermittedAddresses(outbound);
  const notify = openNotify({
    ...{ roles, permitted, secretsDirectory: outbound.secretsDirectory, topic: options.topic },
    ...{ log, feed, jobs, stores, audit, logger, registry, clock: now },
  });
  const absence = (subject: Subject) => readAbsence(postgres, subject);
  const reader = new DecisionReader({ log, feed, absence, now });
  const port =
    config.decisionsPort === null || !roles.includes('serve')
      ? null
      : new DecisionPort({
          ...{ port: config.decisionsPort, host: config.host, log, feed, absence, logger },
          admit: async (authorization) => {
            await admit(options.tokens, authorization, 'decisions:read');
            return null;
          },
        });
  const engines = openEngines({
    ...{ clickhouse, postgres, audit, registry, logger, clock: now, log },
    readDecision: (environment, flag, treatment) => reader.read({ environment, flag, treatment }),
    fetch: guardedFetch(permitted),
    credentials: config.engineCredentials,
  });
  const served = [
    DecideModule.forRoot({
      ...{
        postgres,
        catalogue,
        log,
        feed,
        reader,
        decider,
        audit,
        live,
        recomputation,
        engineVersion: version,
        now,
      },
    }),
    EnginesModule.forRoot(engines),
    TimesModule.forRoot({ postgres }),
  ];
  return {
    modules: [...(roles.includes('serve') ? served : []), ...(notify.module === null ? [] : [notify.module])],
    touched: (experiments) => deciding.touched(experiments),
    lookAtOverlaps: () => overlapWatch.look(),
    reached: (through) => deciding.reached(through),
    async start() {
      if (works) {
        engines.start(feed);
        deciding.start();
        flagWide.start();
      }
      feed.start(DECISIONS_EVERY_MS);
      await notify.start();
      // Before anybody asks it how far decisions have come.
      await feed.look();
      return port === null ? null : await port.start();
    },
    closeStreams: async () => {
      await notify.closeStreams();
      await port?.close();
    },
    stop: () =>
      inTurn([
        () => flagWide.stop(),
        () => deciding.stop(),
        () => notify.stop(),
        () => engines.loop.stop(),
        () => feed.stop(),
      ]),
  };
}
