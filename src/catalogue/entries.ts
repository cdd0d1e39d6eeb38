import type { z } from 'zod';
import { type Page, type PageQuery, positionOf, toPage } from '../access/index.ts';
import { sameJson } from '../canonical-json.ts';
import { AppError } from '../errors.ts';
import type { Postgres, PostgresRunner } from '../stores/postgres/index.ts';
import { loadSql } from '../stores/sql-file.ts';
import type { Change, Changes, Changing } from './changes.ts';
import { invalid, parseDocument } from './field-errors.ts';
import { parsePatched } from './merge-patch.ts';
import { type Precondition, requireCurrent } from './precondition.ts';
import { type StoredFields, type StoredRow, storedFieldsOf } from './stored.ts';

const sql = {
  insert: loadSql(new URL('./insert-entry.sql', import.meta.url)),
  read: loadSql(new URL('./read-entry.sql', import.meta.url)),
  lock: loadSql(new URL('./lock-entry.sql', import.meta.url)),
  list: loadSql(new URL('./list-entries.sql', import.meta.url)),
  update: loadSql(new URL('./update-entry.sql', import.meta.url)),
};

/** A sort of entry that has one current document: environments, flags, segments. */
export interface EntryKind<S extends z.ZodType> {
  readonly kind: 'environments' | 'flags' | 'segments';
  readonly schema: S;
  /** The fields that its address is made of; they never change. */
  readonly idFields: readonly (keyof z.output<S> & string)[];
  /** Refuses what refers to something that is not there. */
  check?(transaction: PostgresRunner, document: z.output<S>): Promise<void>;
  /** Refuses a change that something else relies on. */
  checkChange?(transaction: PostgresRunner, before: z.output<S>, after: z.output<S>): Promise<void>;
  /** Takes a change on to the experiments that follow it; gives their keys. */
  follow?(changing: Changing, after: z.output<S>): Promise<readonly string[]>;
}

export interface EntriesDeps {
  readonly postgres: Postgres;
  readonly changes: Changes;
  /** Called of experiments that followed, after the change is kept. */
  readonly announce: (experiment: string) => Promise<void>;
}

/** Create, read, list and change one sort of entry. */
export class Entries<S extends z.ZodType> {
  readonly #kind: EntryKind<S>;
  readonly #postgres: Postgres;
  readonly #changes: Changes;
  readonly #announce: (experiment: string) => Promise<void>;

  constructor(kind: EntryKind<S>, deps: EntriesDeps) {
    this.#kind = kind;
    this.#postgres = deps.postgres;
    this.#changes = deps.changes;
    this.#announce = deps.announce;
  }

  /** @throws AppError `conflict` if there is one, `unprocessable` if the document is not valid. */
  async create(change: Change, document: z.input<S>): Promise<z.output<S> & StoredFields> {
    const definition = parseDocument(this.#kind.schema, document);
    const id = this.#idOf(definition);
    return this.#changes.make(change, async ({ transaction, now, record }) => {
      await this.#kind.check?.(transaction, definition);
      const made = await transaction.query(sql.insert, [
        this.#kind.kind,
        id,
        JSON.stringify(definition),
        now,
      ]);
      if (made.length === 0)
        throw new AppError('conflict', `There is already one at ${this.#resource(id)}; PATCH it instead.`);
      const after = await this.read(id, transaction);
      await record({ action: 'create', resource: this.#resource(id), before: null, after });
      return after;
    });
  }

  async find(
    id: string,
    from: PostgresRunner = this.#postgres,
  ): Promise<(z.output<S> & StoredFields) | null> {
    const [row] = await from.query<StoredRow>(sql.read, [this.#kind.kind, id]);
    return row === undefined ? null : this.#toView(row);
  }

  /** @throws AppError `not-found`. */
  async read(id: string, from?: PostgresRunner): Promise<z.output<S> & StoredFields> {
    const found = await this.find(id, from);
    if (found === null)
      throw new AppError(
        'not-found',
        `There is nothing at ${this.#resource(id)}; GET /api/v1/${this.#kind.kind} lists those there are.`,
      );
    return found;
  }

  /** In the order of their addresses; `environment` narrows flags to one. */
  async list(query: PageQuery, environment: string | null = null): Promise<Page<z.output<S> & StoredFields>> {
    const rows = await this.#postgres.query<StoredRow>(sql.list, [
      this.#kind.kind,
      positionOf(this.#kind.kind, query),
      environment,
      query.limit + 1,
    ]);
    return toPage(
      this.#kind.kind,
      query,
      rows.map((row) => this.#toView(row)),
      (entry) => this.#idOf(entry),
    );
  }

  /** Applies a merge patch; one that changes nothing makes no revision. @throws AppError `precondition-failed`, `unprocessable`, `conflict`. */
  async patch(
    change: Change,
    id: string,
    precondition: Precondition,
    patch: unknown,
  ): Promise<z.output<S> & StoredFields> {
    const followed: string[] = [];
    const patched = await this.#changes.make(change, async (changing) => {
      const { transaction, now, record } = changing;
      await transaction.query(sql.lock, [this.#kind.kind, id]);
      const before = await this.read(id, transaction);
      requireCurrent(precondition, before.revision, this.#resource(id));
      const { revision: _, createdAt: __, updatedAt: ___, ...old } = before;
      const definition = parsePatched(this.#kind.schema, old, patch);
      if (sameJson(old, definition)) return before;
      this.#requireSameId(before, definition);
      await this.#kind.check?.(transaction, definition);
      await this.#kind.checkChange?.(transaction, before, definition);
      await transaction.query(sql.update, [this.#kind.kind, id, JSON.stringify(definition), now]);
      const after = await this.read(id, transaction);
      await record({ action: 'update', resource: this.#resource(id), before, after });
      followed.push(...((await this.#kind.follow?.(changing, after)) ?? []));
      return after;
    });
    for (const experiment of followed) await this.#announce(experiment);
    return patched;
  }

  #toView(row: StoredRow): z.output<S> & StoredFields {
    return { ...(this.#kind.schema.parse(row.definition) as object), ...storedFieldsOf(row) } as z.output<S> &
      StoredFields;
  }

  #idOf(document: z.output<S>): string {
    return this.#kind.idFields.map((field) => String(document[field])).join('/');
  }

  #requireSameId(before: z.output<S>, after: z.output<S>): void {
    const changed = this.#kind.idFields.filter((field) => before[field] !== after[field]);
    if (changed.length > 0)
      throw invalid(
        changed.map((field) => ({
          pointer: `/${field}`,
          detail: 'is part of the address and never changes',
        })),
      );
  }

  #resource(id: string): string {
    return `${this.#kind.kind}/${id}`;
  }
}
