import type { z } from 'zod';
import { type AuditLog, type Page, type PageQuery, positionOf, toPage } from '../../access/index.ts';
import {
  type Change,
  Changes,
  type Precondition,
  requireCurrent,
  type StoredRow,
  storedFields,
  storedFieldsOf,
} from '../../catalogue/index.ts';
import { AppError } from '../../errors.ts';
import type { Postgres, PostgresRunner } from '../../stores/postgres/index.ts';
import { loadSql } from '../../stores/sql-file.ts';
import { connectionWith, EngineConnection } from './connection.ts';

const sql = {
  insert: loadSql(new URL('./insert-connection.sql', import.meta.url)),
  read: loadSql(new URL('./read-connection.sql', import.meta.url)),
  list: loadSql(new URL('./list-connections.sql', import.meta.url)),
  update: loadSql(new URL('./update-connection.sql', import.meta.url)),
  delete: loadSql(new URL('./delete-connection.sql', import.meta.url)),
};
const LIST = 'engines';
/** Of one environment; more could not be followed within a second. */
const MOST_CONNECTIONS = 50;

export const EngineConnectionView = connectionWith(storedFields).meta({ id: 'EngineConnectionView' });
export type EngineConnectionView = z.infer<typeof EngineConnectionView>;

export interface ConnectionsDeps {
  readonly postgres: Postgres;
  readonly audit: AuditLog;
  readonly clock: () => Date;
  /** Called in the transaction of a change, with the connection as it will be. */
  readonly adopt: (transaction: PostgresRunner, connection: EngineConnection) => Promise<void>;
}

/** The rollout engines that follow decisions; every change is audited. */
export class Connections {
  readonly #deps: ConnectionsDeps;
  readonly #changes: Changes;

  constructor(deps: ConnectionsDeps) {
    this.#deps = deps;
    this.#changes = new Changes(deps);
  }

  /** @throws AppError `conflict` if there is one, or if there are too many. */
  async create(change: Change, connection: EngineConnection): Promise<EngineConnectionView> {
    const { key, environment } = connection;
    return this.#changes.make(change, async ({ transaction, now, record }) => {
      const made = await transaction.query(sql.insert, [key, environment, JSON.stringify(connection), now]);
      if (made.length === 0)
        throw new AppError('conflict', `There is already one at ${resource(key)}; PUT it instead.`);
      await this.#requireFew(transaction, environment);
      const after = await this.#read(transaction, key);
      await record({ action: 'create', resource: resource(key), before: null, after });
      await this.#deps.adopt(transaction, connection);
      return after;
    });
  }

  /** The whole definition anew. @throws AppError `not-found`, `precondition-failed`, `unprocessable`. */
  async replace(
    change: Change,
    key: string,
    precondition: Precondition,
    connection: EngineConnection,
  ): Promise<EngineConnectionView> {
    if (connection.key !== key)
      throw new AppError('unprocessable', `The key in the body must be "${key}", as in the address.`, {
        fields: [{ pointer: '/key', detail: 'never changes' }],
      });
    return this.#changes.make(change, async ({ transaction, now, record }) => {
      const before = await this.#read(transaction, key);
      requireCurrent(precondition, before.revision, resource(key));
      await transaction.query(sql.update, [key, connection.environment, JSON.stringify(connection), now]);
      await this.#requireFew(transaction, connection.environment);
      const after = await this.#read(transaction, key);
      await record({ action: 'update', resource: resource(key), before, after });
      await this.#deps.adopt(transaction, connection);
      return after;
    });
  }

  /** @throws AppError `not-found`. */
  async remove(change: Change, key: string): Promise<void> {
    await this.#changes.make(change, async ({ transaction, record }) => {
      const before = await this.#read(transaction, key);
      await transaction.query(sql.delete, [key]);
      await record({ action: 'delete', resource: resource(key), before, after: null });
    });
  }

  /** @throws AppError `not-found`. */
  read(key: string): Promise<EngineConnectionView> {
    return this.#read(this.#deps.postgres, key);
  }

  async find(key: string): Promise<EngineConnection | null> {
    const [row] = await this.#deps.postgres.query<StoredRow>(sql.read, [key]);
    return row === undefined ? null : EngineConnection.parse(row.definition);
  }

  async list(query: PageQuery, environment: string | null): Promise<Page<EngineConnectionView>> {
    const rows = await this.#deps.postgres.query<StoredRow>(sql.list, [
      positionOf(LIST, query),
      environment,
      query.limit + 1,
    ]);
    return toPage(LIST, query, rows.map(toView), ({ key }) => key);
  }

  /** Those of an environment. */
  async all(environment: string, runner: PostgresRunner = this.#deps.postgres): Promise<EngineConnection[]> {
    const rows = await runner.query<StoredRow>(sql.list, [null, environment, MOST_CONNECTIONS]);
    return rows.map(({ definition }) => EngineConnection.parse(definition));
  }

  async #read(runner: PostgresRunner, key: string): Promise<EngineConnectionView> {
    const [row] = await runner.query<StoredRow>(sql.read, [key]);
    if (row === undefined)
      throw new AppError(
        'not-found',
        `There is nothing at ${resource(key)}; GET /api/v1/engines lists those there are.`,
      );
    return toView(row);
  }

  async #requireFew(transaction: PostgresRunner, environment: string): Promise<void> {
    const rows = await transaction.query(sql.list, [null, environment, MOST_CONNECTIONS + 1]);
    if (rows.length > MOST_CONNECTIONS)
      throw new AppError(
        'conflict',
        `"${environment}" has ${MOST_CONNECTIONS} engine connections, which is the most; put more flags into one.`,
      );
  }
}

const resource = (key: string) => `engines/${key}`;

const toView = (row: StoredRow): EngineConnectionView => ({
  ...EngineConnection.parse(row.definition),
  ...storedFieldsOf(row),
});
