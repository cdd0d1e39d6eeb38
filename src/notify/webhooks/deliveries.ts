import type { Decision } from '../../decide/index.ts';
import type { PostgresRunner } from '../../stores/postgres/index.ts';
import { loadSql } from '../../stores/sql-file.ts';
import type { Attempt } from './post-message.ts';
import type { WebhookDelivery } from './webhook.ts';

const sql = (name: string) => loadSql(new URL(`./${name}.sql`, import.meta.url));
const INSERT = sql('insert-deliveries');
const SUPERSEDE = sql('supersede-deliveries');
const NEXT = sql('next-delivery');
const FINISH_SUPERSEDED = sql('finish-superseded');
const RECORD = sql('record-attempt');
const INSERT_TEST = sql('insert-test');
const READ = sql('read-deliveries');
const FORGET = sql('forget-deliveries');

/** Deliveries of an endpoint that are remembered, what waits not counted. */
const KEPT = 1000;

interface Row {
  readonly id: string;
  readonly webhook: string;
  readonly kind: WebhookDelivery['kind'];
  readonly message: string;
  readonly environment: string | null;
  readonly flag: string | null;
  readonly treatment: string | null;
  readonly sequence: string | null;
  readonly verdict: WebhookDelivery['verdict'];
  readonly status: WebhookDelivery['status'];
  readonly attempts: number;
  readonly created_at: Date;
  readonly first_attempt_at: Date | null;
  readonly last_attempt_at: Date | null;
  readonly finished_at: Date | null;
  readonly latency_ms: number | null;
  readonly response_status: number | null;
  readonly response_body: string | null;
  readonly error: string | null;
}

/** A decision that an endpoint is to be told of. */
export interface NewDelivery {
  readonly webhook: string;
  readonly decision: Decision;
}

/** What an endpoint gets next. */
export interface NextDelivery {
  readonly id: string;
  readonly environment: string;
  readonly flag: string;
  readonly treatment: string;
  readonly sequence: number;
  /** The endpoint did not want it before. */
  readonly refused: boolean;
  /** Among all that wait. */
  readonly breachWaits: boolean;
}

export interface TimedAttempt extends Attempt {
  readonly startedAt: Date;
  readonly endedAt: Date;
}

/** What is asked of the table of deliveries. */
export class Deliveries {
  readonly #runner: PostgresRunner;

  constructor(runner: PostgresRunner) {
    this.#runner = runner;
  }

  /** Keeps them in their order; of one treatment the latest alone is still to be delivered. Gives the ids. */
  async add(deliveries: readonly NewDelivery[], at: Date): Promise<string[]> {
    if (deliveries.length === 0) return [];
    const rows = deliveries.map(({ webhook, decision }) => {
      const { id: message, environment, flag, treatment, sequence, verdict } = decision;
      return { webhook, message, environment, flag, treatment, sequence, verdict };
    });
    const made = await this.#runner.query<{ id: string }>(INSERT, [JSON.stringify(rows), at]);
    const webhooks = new Set(deliveries.map(({ webhook }) => webhook));
    await this.#runner.query(SUPERSEDE, [webhooks.size === 1 ? [...webhooks][0] : null, at]);
    return made.map(({ id }) => String(id));
  }

  async next(webhook: string): Promise<NextDelivery | null> {
    const [row] = await this.#runner.query<{
      readonly id: string;
      readonly environment: string;
      readonly flag: string;
      readonly treatment: string;
      readonly sequence: string;
      readonly breach_waits: boolean;
      readonly refused: boolean;
    }>(NEXT, [webhook]);
    if (row === undefined) return null;
    const { environment, flag, treatment } = row;
    return {
      ...{ environment, flag, treatment, id: String(row.id), sequence: Number(row.sequence) },
      ...{ refused: row.refused, breachWaits: row.breach_waits },
    };
  }

  async supersede(id: string, at: Date): Promise<void> {
    await this.#runner.query(FINISH_SUPERSEDED, [id, at]);
  }

  async record(id: string, attempt: TimedAttempt): Promise<void> {
    const refused = attempt.outcome === 'refused';
    await this.#runner.query(RECORD, [id, isDelivered(attempt), refused, ...figuresOf(attempt)]);
  }

  async recordTest(webhook: string, message: string, attempt: TimedAttempt): Promise<WebhookDelivery> {
    const params = [webhook, message, isDelivered(attempt), ...figuresOf(attempt)];
    const rows = await this.#runner.query<Row>(INSERT_TEST, params);
    return rows.map(toView)[0] as WebhookDelivery;
  }

  /** The newest first. */
  async list(
    webhook: string,
    { before, status, limit }: { before: string | null; status: string | null; limit: number },
  ): Promise<WebhookDelivery[]> {
    return (await this.#runner.query<Row>(READ, [webhook, null, before, status, limit])).map(toView);
  }

  async find(webhook: string, id: string): Promise<WebhookDelivery | null> {
    const [row] = await this.#runner.query<Row>(READ, [webhook, id, null, null, 1]);
    return row === undefined ? null : toView(row);
  }

  async forget(webhook: string): Promise<void> {
    await this.#runner.query(FORGET, [webhook, KEPT]);
  }
}

const isDelivered = ({ outcome }: Attempt): boolean => outcome === 'delivered';

function figuresOf({ startedAt, endedAt, latencyMs, response, error }: TimedAttempt): unknown[] {
  return [startedAt, endedAt, latencyMs, response?.status ?? null, response?.body ?? null, error];
}

function toView(row: Row): WebhookDelivery {
  const { webhook, kind, message, environment, flag, treatment, verdict, status, attempts, error } = row;
  return {
    ...{ id: String(row.id), webhook, kind, message, environment, flag, treatment },
    sequence: row.sequence === null ? null : Number(row.sequence),
    ...{ verdict, status, attempts },
    createdAt: row.created_at.toISOString(),
    firstAttemptAt: row.first_attempt_at?.toISOString() ?? null,
    lastAttemptAt: row.last_attempt_at?.toISOString() ?? null,
    finishedAt: row.finished_at?.toISOString() ?? null,
    latencyMs: row.latency_ms,
    response:
      row.response_status === null ? null : { status: row.response_status, body: row.response_body ?? '' },
    error,
  };
}
