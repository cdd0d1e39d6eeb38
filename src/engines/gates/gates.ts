import { createHash, timingSafeEqual } from 'node:crypto';
import {
  type Actor,
  type AuditLog,
  type Page,
  type PageQuery,
  positionOf,
  toPage,
} from '../../access/index.ts';
import { AppError } from '../../errors.ts';
import type { Postgres } from '../../stores/postgres/index.ts';
import { loadSql } from '../../stores/sql-file.ts';
import type { Gate, OpenedGate, OpenGate } from './gate.ts';
import { Rate } from './rate.ts';

const sql = {
  insert: loadSql(new URL('./insert-gate.sql', import.meta.url)),
  find: loadSql(new URL('./find-gate.sql', import.meta.url)),
  list: loadSql(new URL('./list-gates.sql', import.meta.url)),
  revoke: loadSql(new URL('./revoke-gate.sql', import.meta.url)),
};
const LIST = 'gates';
/** 256 random bits: nobody guesses one, and its hash needs no salt. */
const TOKEN = /^[A-Za-z0-9_-]{43}$/;
/** Of one gate a second; Spinnaker asks once a second. */
const PER_GATE = 20;

interface GateRow {
  readonly id: string;
  readonly hash: string;
  readonly name: string;
  readonly environment: string;
  readonly flag: string;
  readonly treatment: string;
  readonly created_by: string;
  readonly created_at: Date;
}

export interface GatesDeps {
  readonly postgres: Postgres;
  readonly audit: AuditLog;
  readonly clock: () => Date;
  readonly randomBytes: (count: number) => Uint8Array;
}

/** Unguessable addresses for engines that cannot send a token in a header: each is for one treatment of one flag. */
export class Gates {
  readonly #deps: GatesDeps;
  readonly #perGate = new Rate(PER_GATE);

  constructor(deps: GatesDeps) {
    this.#deps = deps;
  }

  async open(actor: Actor, request: OpenGate, why: string | null): Promise<OpenedGate> {
    const { postgres, audit, clock, randomBytes } = this.#deps;
    const token = Buffer.from(randomBytes(32)).toString('base64url');
    const id = `gat_${Buffer.from(randomBytes(9)).toString('base64url').replaceAll(/[-_]/g, '0')}`;
    const at = clock();
    const { name, environment, flag, treatment } = request;
    const gate: Gate = {
      id,
      name,
      environment,
      flag,
      treatment,
      createdBy: actor.id,
      createdAt: at.toISOString(),
    };
    await postgres.transaction(async (transaction) => {
      await transaction.query(sql.insert, [
        ...[id, hashOf(token).toString('hex'), name, environment, flag, treatment, actor.id, at],
      ]);
      await audit.record(transaction, {
        ...{ at, actor, action: 'open', resource: `gates/${id}`, before: null, after: gate, why },
      });
    });
    return {
      ...gate,
      token,
      addresses: {
        flaggerGate: `/flagger/${token}/gate`,
        flaggerRollback: `/flagger/${token}/rollback`,
        kayenta: `/kayenta/${token}`,
      },
    };
  }

  /** Those that are open. */
  async list(query: PageQuery): Promise<Page<Gate>> {
    const rows = await this.#deps.postgres.query<GateRow>(sql.list, [
      positionOf(LIST, query),
      query.limit + 1,
    ]);
    return toPage(LIST, query, rows.map(toGate), ({ id }) => id);
  }

  /** Takes effect at once. @throws AppError `not-found`. */
  async close(actor: Actor, id: string, why: string | null): Promise<void> {
    const { postgres, audit, clock } = this.#deps;
    await postgres.transaction(async (transaction) => {
      const at = clock();
      const [row] = await transaction.query<GateRow>(sql.revoke, [id, at]);
      if (row === undefined)
        throw new AppError(
          'not-found',
          `There is no open gate "${id}"; GET /api/v1/gates lists those there are.`,
        );
      const before = toGate(row);
      await audit.record(transaction, {
        ...{ at, actor, action: 'close', resource: `gates/${id}`, before, after: null, why },
      });
    });
  }

  /** The gate of a token. @throws AppError `not-found` for any that is not open, `too-many-requests`. */
  async find(token: string): Promise<Gate> {
    const hash = hashOf(token);
    const [row] = TOKEN.test(token)
      ? await this.#deps.postgres.query<GateRow>(sql.find, [hash.toString('hex')])
      : [];
    if (row === undefined || !timingSafeEqual(Buffer.from(row.hash, 'hex'), hash))
      throw new AppError('not-found', 'There is no such gate, or it was closed; open another.');
    if (!this.#perGate.take(row.id, this.#deps.clock().getTime()))
      throw new AppError('too-many-requests', 'Too many requests to this address; ask again in a second.', {
        retryAfterSeconds: 1,
      });
    return toGate(row);
  }
}

const hashOf = (token: string): Buffer => createHash('sha256').update(token, 'utf8').digest();

const toGate = (row: GateRow): Gate => ({
  id: row.id,
  name: row.name,
  environment: row.environment,
  flag: row.flag,
  treatment: row.treatment,
  createdBy: row.created_by,
  createdAt: row.created_at.toISOString(),
});
