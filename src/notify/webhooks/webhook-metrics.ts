import type { Logger } from 'pino';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Decision } from '../../decide/index.ts';
import type { Postgres } from '../../stores/postgres/index.ts';
import { loadSql } from '../../stores/sql-file.ts';
import type { TimedAttempt } from './deliveries.ts';

const FIGURES = loadSql(new URL('./figures-of-webhooks.sql', import.meta.url));

interface Figures {
  readonly id: string;
  readonly waiting: number;
  readonly oldest_seconds: number | null;
  readonly failing_seconds: number | null;
}

/** What /metrics says of webhooks: what this process has sent, and how all endpoints are. */
export class WebhookMetrics {
  readonly #attempts: Counter<'outcome'>;
  readonly #seconds: Histogram;
  readonly #delays: Histogram;

  constructor(
    registry: Registry,
    { postgres, logger }: { readonly postgres: Postgres; readonly logger: Logger },
  ) {
    const registers = [registry];
    this.#attempts = new Counter({
      name: 'assay_webhook_attempts_total',
      help: 'Messages sent to webhooks: delivered, refused (4xx), or failed',
      labelNames: ['outcome'],
      registers,
    });
    this.#seconds = new Histogram({
      name: 'assay_webhook_answer_seconds',
      help: 'Until a webhook answered, or was given up',
      buckets: [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10],
      registers,
    });
    this.#delays = new Histogram({
      name: 'assay_webhook_delay_seconds',
      help: 'From a decision to its acknowledgement by a webhook',
      buckets: [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300, 3600],
      registers,
    });
    const gauge = (name: string, help: string) =>
      new Gauge({ name, help, labelNames: ['webhook'] as const, registers, collect: () => read() });
    const gauges = {
      waiting: gauge('assay_webhook_waiting', 'Decisions that are to be delivered to a webhook'),
      oldest: gauge('assay_webhook_oldest_seconds', 'How long the oldest of them waits'),
      failing: gauge(
        'assay_webhook_failing_seconds',
        'How long a webhook has failed; 0: its latest attempt succeeded',
      ),
    };
    // One question for all gauges, which are asked for at once; absent where it is not answered.
    let reading: Promise<void> | null = null;
    const read = (): Promise<void> => {
      reading ??= postgres
        .query<Figures>(FIGURES)
        .catch((error: unknown): Figures[] => {
          logger.warn({ err: error }, 'the state of the webhooks could not be read');
          return [];
        })
        .then((figures) => {
          reading = null;
          for (const each of Object.values(gauges)) each.reset();
          for (const { id: webhook, waiting, oldest_seconds, failing_seconds } of figures) {
            gauges.waiting.set({ webhook }, waiting);
            gauges.oldest.set({ webhook }, oldest_seconds ?? 0);
            gauges.failing.set({ webhook }, failing_seconds ?? 0);
          }
        });
      return reading;
    };
  }

  attempted({ outcome, latencyMs, endedAt }: TimedAttempt, { decidedAt }: Decision): void {
    this.#attempts.inc({ outcome });
    this.#seconds.observe(latencyMs / 1000);
    if (outcome === 'delivered' && decidedAt !== null)
      this.#delays.observe(Math.max(0, (endedAt.getTime() - new Date(decidedAt).getTime()) / 1000));
  }
}
