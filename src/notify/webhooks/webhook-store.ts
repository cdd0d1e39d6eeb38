import type { PostgresRunner } from '../../stores/postgres/index.ts';
import { loadSql } from '../../stores/sql-file.ts';
import type { Secret } from './secrets.ts';
import { WebhookDefinition, type WebhookView } from './webhook.ts';

const sql = (name: string) => loadSql(new URL(`./${name}.sql`, import.meta.url));
const INSERT = sql('insert-webhook');
const READ = sql('read-webhooks');
const LOCK = sql('lock-webhook');
const UPDATE = sql('update-webhook');
const DELETE = sql('delete-webhook');
const ENABLED = sql('enabled-webhooks');
const DUE = sql('due-webhooks');
const SUCCESS = sql('record-success');
const FAILURE = sql('record-failure');
const HURRY = sql('hurry-webhooks');

/** There are no more endpoints than this. */
export const MOST_WEBHOOKS = 100;

interface Row {
  readonly id: string;
  readonly definition: unknown;
  readonly secrets: Secret[];
  readonly revision: number;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly failures: number;
  readonly failing_since: Date | null;
  readonly retry_at: Date | null;
  readonly last_failure: string | null;
  readonly waiting: number;
  readonly heartbeat_at: Date | null;
}

/** An endpoint with what is not shown of it. */
export interface StoredWebhook {
  readonly view: WebhookView;
  readonly secrets: readonly Secret[];
  readonly failures: number;
  readonly failingSince: Date | null;
  readonly retryAt: Date | null;
}

/** What is asked of the table of endpoints. */
export class WebhookStore {
  readonly #runner: PostgresRunner;

  constructor(runner: PostgresRunner) {
    this.#runner = runner;
  }

  /** False where there are too many. */
  async insert(
    id: string,
    definition: WebhookDefinition,
    secrets: readonly Secret[],
    at: Date,
  ): Promise<boolean> {
    const params = [id, JSON.stringify(definition), JSON.stringify(secrets), at, MOST_WEBHOOKS];
    return (await this.#runner.query(INSERT, params)).length > 0;
  }

  async find(id: string): Promise<StoredWebhook | null> {
    const [row] = await this.#runner.query<Row>(READ, [id, null, 1]);
    return row === undefined ? null : toStored(row);
  }

  async list(after: string | null, limit: number): Promise<WebhookView[]> {
    return (await this.#runner.query<Row>(READ, [null, after, limit])).map((row) => toStored(row).view);
  }

  /** As `find`; nobody else changes it until the transaction ends. */
  async lock(id: string): Promise<StoredWebhook | null> {
    const [row] = await this.#runner.query(LOCK, [id]);
    return row === undefined ? null : this.find(id);
  }

  async update(
    id: string,
    definition: WebhookDefinition,
    secrets: readonly Secret[],
    at: Date,
  ): Promise<void> {
    await this.#runner.query(UPDATE, [id, JSON.stringify(definition), JSON.stringify(secrets), at]);
  }

  async delete(id: string): Promise<void> {
    await this.#runner.query(DELETE, [id]);
  }

  async enabled(): Promise<{ readonly id: string; readonly definition: WebhookDefinition }[]> {
    const rows = await this.#runner.query<Pick<Row, 'id' | 'definition'>>(ENABLED, [MOST_WEBHOOKS]);
    return rows.map(({ id, definition }) => ({ id, definition: WebhookDefinition.parse(definition) }));
  }

  /** Those to whom something is to be delivered now. */
  async due(now: Date): Promise<string[]> {
    return (await this.#runner.query<{ id: string }>(DUE, [now])).map(({ id }) => id);
  }

  async succeeded(id: string): Promise<void> {
    await this.#runner.query(SUCCESS, [id]);
  }

  /** `retryAt` null: it is tried again at once. */
  async failed(id: string, at: Date, retryAt: Date | null, why: string): Promise<void> {
    await this.#runner.query(FAILURE, [id, at, retryAt, why]);
  }

  async hurry(ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.#runner.query(HURRY, [JSON.stringify(ids)]);
  }
}

function toStored(row: Row): StoredWebhook {
  const { id, revision, secrets, failures, waiting } = row;
  return {
    view: {
      ...WebhookDefinition.parse(row.definition),
      ...{ id, revision, waiting },
      createdAt: row.created_at.toISOString(),
      updatedAt: row.updated_at.toISOString(),
      heartbeatAt: row.heartbeat_at?.toISOString() ?? null,
      failing:
        row.failing_since === null
          ? null
          : {
              since: row.failing_since.toISOString(),
              failures,
              retryAt: row.retry_at?.toISOString() ?? null,
              reason: row.last_failure ?? '',
            },
    },
    ...{ secrets, failures, failingSince: row.failing_since, retryAt: row.retry_at },
  };
}
