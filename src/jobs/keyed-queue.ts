import type { Queue, Worker } from 'bullmq';
import type { Logger } from 'pino';
import type { KeyedQueue } from './jobs.ts';
import type { KeyedJob, Queueing, WorkerSettings } from './queueing.ts';
import type { Reach } from './reach.ts';

export interface BullKeyedQueueOptions {
  readonly name: string;
  readonly queueing: Queueing;
  readonly reach: Reach;
  readonly logger: Logger;
  readonly worker: Omit<WorkerSettings, 'concurrency'>;
}

/** One queue of BullMQ, where the key is the deduplication id. */
export class BullKeyedQueue implements KeyedQueue {
  readonly #options: BullKeyedQueueOptions;
  readonly #queue: Queue<KeyedJob>;
  #worker: Worker<KeyedJob> | null = null;

  constructor(options: BullKeyedQueueOptions) {
    this.#options = options;
    const { name, queueing, logger } = options;
    this.#queue = queueing.openQueue<KeyedJob>(name, {
      defaultJobOptions: { attempts: 1, removeOnComplete: true, removeOnFail: { count: 100 } },
      streams: { events: { maxLen: 100 } },
    });
    this.#queue.on('error', (error) => logger.warn({ err: error }, 'queue connection failed'));
  }

  async ask(key: string): Promise<void> {
    const deduplication = { id: key, keepLastIfActive: true };
    await this.#options.reach.ask(() => this.#queue.add('run', { key }, { deduplication }));
  }

  async work(handler: (key: string) => Promise<void>, concurrency: number): Promise<void> {
    const { name, queueing, reach, logger, worker: settings } = this.#options;
    const worker = queueing.openWorker<KeyedJob>(name, (job) => handler(job.data.key), {
      ...settings,
      concurrency,
    });
    worker.on('failed', (job, error) =>
      logger.error({ err: error, queue: name, key: job?.data.key }, 'a run failed'),
    );
    worker.on('error', (error) => logger.warn({ err: error }, 'queue connection failed'));
    this.#worker = worker;
    await reach.ask(() => worker.waitUntilReady());
  }

  async stopWork(): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    await worker?.close();
  }

  async close(): Promise<void> {
    await this.#queue.close();
  }
}
