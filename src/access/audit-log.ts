import { AppError } from '../errors.ts';
import type { Postgres, PostgresRunner } from '../stores/postgres/index.ts';
import { loadSql } from '../stores/sql-file.ts';
import type { Actor } from './actor.ts';
import type { AuditEvent, AuditQuery } from './audit-event.ts';
import { type Page, positionOf, toPage } from './page.ts';

const recordSql = loadSql(new URL('./record-audit-event.sql', import.meta.url));
const listSql = loadSql(new URL('./list-audit-events.sql', import.meta.url));
const LIST = 'audit-events';

/** A change to be remembered; `before` and `after` are what the API shows of the resource. */
export interface AuditEntry {
  readonly at: Date;
  readonly actor: Actor;
  readonly action: string;
  readonly resource: string;
  readonly before: unknown;
  readonly after: unknown;
  readonly why: string | null;
}

interface Row {
  readonly id: string;
  readonly at: Date;
  readonly actor: string;
  readonly actor_name: string;
  readonly action: string;
  readonly resource: string;
  readonly before: AuditEvent['before'];
  readonly after: AuditEvent['after'];
  readonly why: string | null;
}

const toEvent = ({ at, actor, actor_name, ...row }: Row): AuditEvent => ({
  id: row.id,
  at: at.toISOString(),
  actor: { id: actor, name: actor_name },
  action: row.action,
  resource: row.resource,
  before: row.before,
  after: row.after,
  why: row.why,
});

const json = (value: unknown): string | null =>
  value === null || value === undefined ? null : JSON.stringify(value);

/** Who changed what, when, and why: written with the change, never changed itself (the store refuses it). */
export class AuditLog {
  readonly #postgres: Postgres;

  constructor(postgres: Postgres) {
    this.#postgres = postgres;
  }

  /** Takes the transaction of the change, so that neither can be there without the other. */
  async record(transaction: PostgresRunner, entry: AuditEntry): Promise<void> {
    await transaction.query(recordSql, [
      entry.at,
      entry.actor.id,
      entry.actor.name,
      entry.action,
      entry.resource,
      json(entry.before),
      json(entry.after),
      entry.why,
    ]);
  }

  /** Newest first. */
  async list(query: AuditQuery): Promise<Page<AuditEvent>> {
    const position = positionOf(LIST, query);
    if (position !== null && !/^\d{1,18}$/.test(position))
      throw new AppError('bad-request', 'This cursor is not one of this list; begin again without it.');
    const rows = await this.#postgres.query<Row>(listSql, [
      position,
      query.resource ?? null,
      query.actor ?? null,
      query.limit + 1,
    ]);
    return toPage(LIST, query, rows.map(toEvent), (event) => event.id);
  }
}
