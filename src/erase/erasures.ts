import { createHash, randomUUID } from 'node:crypto';
import type { Actor, AuditLog } from '../access/index.ts';
import { AppError } from '../errors.ts';
import type { Postgres, PostgresRunner } from '../stores/postgres/index.ts';
import { loadSql } from '../stores/sql-file.ts';
import type { Erasure } from './erasure.ts';

const INSERT = loadSql(new URL('./insert-erasure.sql', import.meta.url));
const READ = loadSql(new URL('./read-erasure.sql', import.meta.url));

interface Row {
  readonly id: string;
  readonly unit_type: string;
  readonly unit_hash: string;
  readonly asked_at: Date;
  readonly cycle: string | number | null;
  readonly through: string | number | null;
  readonly done_at: Date | null;
}

export interface ErasuresOptions {
  readonly postgres: Postgres;
  readonly audit: AuditLog;
  readonly clock: () => Date;
  readonly newId?: () => string;
}

/** Asks for units to be erased; whoever attributes does it. The audit log knows them by their hash. */
export class Erasures {
  readonly #postgres: Postgres;
  readonly #audit: AuditLog;
  readonly #clock: () => Date;
  readonly #newId: () => string;

  constructor(options: ErasuresOptions) {
    this.#postgres = options.postgres;
    this.#audit = options.audit;
    this.#clock = options.clock;
    this.#newId = options.newId ?? randomUUID;
  }

  /** The erasure of a unit: the one that waits, else a new one. */
  async ask(actor: Actor, unit: { type: string; id: string }, why: string | null): Promise<Erasure> {
    const hash = createHash('sha256').update(`${unit.type}\0${unit.id}`).digest('hex');
    for (;;) {
      const erasure = await this.#postgres.transaction(async (transaction) => {
        const at = this.#clock();
        const id = this.#newId();
        const made = await transaction.query(INSERT, [id, unit.type, unit.id, hash, at]);
        if (made.length === 0) return find(transaction, null, hash);
        const after = await find(transaction, id, null);
        const resource = `erasures/${id}`;
        await this.#audit.record(transaction, {
          ...{ at, actor, action: 'erase', resource, before: null, after, why },
        });
        return after;
      });
      // The one that waited is under way by now, and takes away nothing that comes later.
      if (erasure !== null) return erasure;
    }
  }

  /** @throws AppError `not-found`. */
  async read(id: string): Promise<Erasure> {
    const erasure = await find(this.#postgres, id, null);
    if (erasure === null) throw new AppError('not-found', `There is no erasure "${id}".`);
    return erasure;
  }
}

async function find(runner: PostgresRunner, id: string | null, hash: string | null): Promise<Erasure | null> {
  const [row] = await runner.query<Row>(READ, [id, hash]);
  if (row === undefined) return null;
  return {
    id: row.id,
    status: row.done_at !== null ? 'done' : row.cycle === null ? 'waiting' : 'underWay',
    unitType: row.unit_type,
    unitHash: row.unit_hash,
    askedAt: row.asked_at.toISOString(),
    receivedThrough: row.through === null ? null : new Date(Number(row.through)).toISOString(),
    doneAt: row.done_at?.toISOString() ?? null,
  };
}
