import { randomUUID } from 'node:crypto';
import type { DynamicModule } from '@nestjs/common';
import type { Logger } from 'pino';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { AuditLog } from './access/index.ts';
import type { Role } from './config.ts';
import type { DecisionFeed, DecisionLog } from './decide/index.ts';
import type { Jobs } from './jobs/index.ts';
import {
  Courier,
  DecisionPublisher,
  DecisionStreams,
  Dispatcher,
  NotifyModule,
  Outbox,
  observeDecisions,
  type PermittedAddresses,
  PublishLoop,
  Sender,
  WebhookMetrics,
  Webhooks,
} from './notify/index.ts';
import type { Stores } from './open-stores.ts';
import type { Stream } from './stream/index.ts';

/** The parts of a process that pass decisions on. */
export interface OpenNotify {
  /** Its routes; null without the role `serve`. */
  readonly module: DynamicModule | null;
  /** Begins to pass on, with the role `work`. */
  start(): Promise<void>;
  /** Ends the streams: before the HTTP server, which waits for them. */
  closeStreams(): Promise<void>;
  /** Passes no more on; before the jobs and the stream are closed. */
  stop(): Promise<void>;
}

export interface OpenNotifyOptions {
  readonly roles: readonly Role[];
  /** Where webhooks may go. */
  readonly permitted: PermittedAddresses;
  /** Of the files with their secrets. */
  readonly secretsDirectory: string | null;
  /** Where decisions are published; null: nowhere. */
  readonly topic: { readonly stream: Stream; readonly name: string } | null;
  readonly log: DecisionLog;
  readonly feed: DecisionFeed;
  readonly jobs: Jobs;
  readonly stores: Stores;
  readonly audit: AuditLog;
  readonly logger: Logger;
  readonly registry: Registry;
  readonly clock: () => Date;
}

/** Attempts that are due are looked for so often; a new decision is looked for at once. */
const LOOK_EVERY_MS = 1_000;

/** Builds what passes decisions on, on open stores. */
export function openNotify(options: OpenNotifyOptions): OpenNotify {
  const { roles, log, feed, logger, registry, clock, stores, audit } = options;
  const { postgres, sole } = stores;
  const { permitted, secretsDirectory } = options;
  const sender = new Sender({ permitted, secretsDirectory, clock });
  const streams = new DecisionStreams({ log, feed, logger });
  observeDecisions(registry, { log, clock, logger });
  observeStreams(registry, streams);
  const metrics = new WebhookMetrics(registry, { postgres, logger });
  const dispatcher = new Dispatcher({
    outbox: new Outbox({ log, postgres, clock }),
    courier: new Courier({
      ...{ log, postgres, sender, clock, logger },
      attempted: (attempt, decision) => metrics.attempted(attempt, decision),
    }),
    queue: options.jobs.keyed('webhooks'),
    ...{ feed, postgres, clock, logger },
  });
  const works = roles.includes('work');
  const webhooks = new Webhooks({
    ...{ postgres, audit, log, permitted, sender, secretsDirectory, clock },
    look: () => (works ? void dispatcher.look() : undefined),
  });
  const publishing = options.topic === null || !works ? null : publishLoop(options.topic, options, sole);
  return {
    module: roles.includes('serve') ? NotifyModule.forRoot({ streams, webhooks }) : null,
    async start() {
      if (!works) return;
      publishing?.start();
      await dispatcher.start(LOOK_EVERY_MS);
    },
    closeStreams: () => streams.close(),
    async stop() {
      await Promise.all([dispatcher.stop(), publishing?.stop()]);
    },
  };
}

function publishLoop(
  { stream, name }: NonNullable<OpenNotifyOptions['topic']>,
  { log, feed, stores: { postgres }, logger, registry }: OpenNotifyOptions,
  sole: boolean,
): PublishLoop {
  const published = new Counter({
    name: 'assay_decisions_published_total',
    help: 'Decisions that the topic of decisions has taken',
    registers: [registry],
  });
  const holder = randomUUID();
  const publisher = new DecisionPublisher({ log, stream, postgres, topic: name, holder, sole, published });
  return new PublishLoop(publisher, feed, logger);
}

function observeStreams(registry: Registry, streams: DecisionStreams): void {
  const registers = [registry];
  new Gauge({
    name: 'assay_decision_streams',
    help: 'Streams of decisions that are open here',
    registers,
    collect() {
      this.set(streams.counts().open);
    },
  });
  new Gauge({
    name: 'assay_decision_streams_slow',
    help: 'Streams of decisions that were cut off here because their reader was too slow, since the start',
    registers,
    collect() {
      this.set(streams.counts().slow);
    },
  });
}
