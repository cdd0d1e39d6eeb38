import { createPostgresBackend, createRedisBackend, runMigrations, withBackend } from 'bullmq';
import type { Logger } from 'pino';
import { AppError } from '../errors.ts';
import type { PostgresPool } from '../stores/postgres/index.ts';
import { BullJobs } from './bull-jobs.ts';
import type { Jobs } from './jobs.ts';
import type { Queueing } from './queueing.ts';

export interface JobsOptions {
  readonly logger: Logger;
  /** The store's pool in the schema `bullmq`. Exactly one of this and `queueUrl`. */
  readonly pool?: PostgresPool;
  /** `redis://…`; needs the package `ioredis`, which is not installed by default. */
  readonly queueUrl?: string;
  /** Experiments computed at the same time in this process. Default 4. */
  readonly concurrency?: number;
  /** After so long without a sign of life a run's process is taken for dead and the run is taken again. Default 10 000. */
  readonly lockMs?: number;
  /** Wait before the second attempt of a failed run; doubles for the third. Default 1 000. */
  readonly retryDelayMs?: number;
  /** How many finished runs, and as many failed ones, are remembered. Default 1 000. */
  readonly keptRuns?: number;
  /** How often the sweep is made. Default 60 000. */
  readonly sweepEveryMs?: number;
  /** How often it is looked for flags that are not assigned independently. Default 300 000. */
  readonly overlapsEveryMs?: number;
  /** When the night's work is done, as cron writes it; UTC. Default at three. */
  readonly nightly?: string;
}

/**
 * Opens the queues (BullMQ), creating or updating their tables first. On Redis nothing is created.
 * @throws AppError `start-refused` when the options name no queue that can be opened.
 */
export async function openJobs(options: JobsOptions): Promise<Jobs> {
  const queueing = await openQueueing(options);
  return new BullJobs(queueing, {
    logger: options.logger,
    concurrency: options.concurrency ?? 4,
    lockMs: options.lockMs ?? 10_000,
    retryDelayMs: options.retryDelayMs ?? 1_000,
    keptRuns: options.keptRuns ?? 1_000,
    sweepEveryMs: options.sweepEveryMs ?? 60_000,
    overlapsEveryMs: options.overlapsEveryMs ?? 300_000,
    nightly: options.nightly ?? '0 3 * * *',
  });
}

async function openQueueing(options: JobsOptions): Promise<Queueing> {
  if (options.pool !== undefined) return onPostgres(options.pool);
  if (options.queueUrl !== undefined) return onRedis(options.queueUrl);
  throw new AppError('start-refused', 'No queue is configured: give a Postgres pool or a redis:// URL.');
}

async function onPostgres(pool: PostgresPool): Promise<Queueing> {
  const client = await pool.connect();
  try {
    await runMigrations(client as never, 'bullmq');
  } catch (cause) {
    throw new AppError(
      'start-refused',
      "The queues' tables cannot be created: check Postgres and its rights.",
      {
        cause,
      },
    );
  } finally {
    client.release();
  }
  const { Queue, Worker } = withBackend(createPostgresBackend);
  const connection = pool as never;
  return {
    openQueue: (name, opts) => new Queue(name, { ...opts, connection }) as never,
    openWorker: (name, processor, opts) => new Worker(name, processor, { ...opts, connection }) as never,
    close: async () => undefined,
  };
}

/** What is used of ioredis, whose types are not here because the package is optional. */
interface RedisModule {
  readonly Redis: new (url: string, options: object) => { quit(): Promise<unknown> };
}

async function onRedis(url: string): Promise<Queueing> {
  if (!/^rediss?:\/\//.test(url)) {
    throw new AppError(
      'start-refused',
      'The queue URL must begin with redis://: correct it and start again.',
    );
  }
  const optionalPackage = 'ioredis';
  const { Redis } = await import(optionalPackage).then(
    (module: RedisModule) => module,
    (cause: unknown) => {
      throw new AppError(
        'start-refused',
        'Queues on Redis need the package ioredis: run npm install ioredis.',
        {
          cause,
        },
      );
    },
  );
  // BullMQ's blocking reads wait longer than a retry limit allows.
  const redis = new Redis(url, { maxRetriesPerRequest: null });
  const { Queue, Worker } = withBackend(createRedisBackend);
  const connection = redis as never;
  return {
    openQueue: (name, opts) => new Queue(name, { ...opts, connection }) as never,
    openWorker: (name, processor, opts) => new Worker(name, processor, { ...opts, connection }) as never,
    close: async () => {
      await redis.quit();
    },
  };
}
