import type { Postgres, PostgresRunner } from '../stores/postgres/index.ts';
import { loadSql } from '../stores/sql-file.ts';
import type { Scope } from './scope.ts';
import type { TokenInfo } from './token.ts';

const sql = {
  insert: loadSql(new URL('./insert-token.sql', import.meta.url)),
  find: loadSql(new URL('./find-token.sql', import.meta.url)),
  touch: loadSql(new URL('./touch-token.sql', import.meta.url)),
  list: loadSql(new URL('./list-tokens.sql', import.meta.url)),
  revoke: loadSql(new URL('./revoke-token.sql', import.meta.url)),
  listBootstrap: loadSql(new URL('./list-bootstrap-tokens.sql', import.meta.url)),
  renew: loadSql(new URL('./renew-token.sql', import.meta.url)),
  markShown: loadSql(new URL('./mark-bootstrap-shown.sql', import.meta.url)),
};

/** `minted` through the API, `bootstrap` at the first start, `configured` by whoever runs the service. */
export type TokenKind = 'minted' | 'bootstrap' | 'configured';

export interface NewToken {
  readonly id: string;
  readonly kind: TokenKind;
  readonly name: string;
  readonly hash: Buffer;
  readonly scopes: readonly Scope[];
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly shownAt: Date | null;
}

export interface KnownToken {
  readonly id: string;
  readonly name: string;
  readonly hash: Buffer;
  readonly scopes: readonly Scope[];
  readonly expiresAt: Date;
}

export interface BootstrapToken {
  readonly id: string;
  readonly kind: 'bootstrap' | 'configured';
  readonly hash: Buffer;
  readonly expiresAt: Date;
  readonly shownAt: Date | null;
}

interface InfoRow {
  readonly id: string;
  readonly name: string;
  readonly scopes: Scope[];
  readonly created_by: string;
  readonly created_at: Date;
  readonly expires_at: Date;
  readonly last_used_at: Date | null;
}

const toInfo = (row: InfoRow): TokenInfo => ({
  id: row.id,
  name: row.name,
  scopes: row.scopes,
  createdBy: row.created_by,
  createdAt: row.created_at.toISOString(),
  expiresAt: row.expires_at.toISOString(),
  lastUsedAt: row.last_used_at?.toISOString() ?? null,
});

/** What is asked of the table of tokens. */
export class TokenStore {
  readonly #runner: PostgresRunner;

  constructor(runner: Postgres | PostgresRunner) {
    this.#runner = runner;
  }

  async insert(token: NewToken): Promise<void> {
    await this.#runner.query(sql.insert, [
      token.id,
      token.kind,
      token.name,
      token.hash.toString('hex'),
      JSON.stringify(token.scopes),
      token.createdBy,
      token.createdAt,
      token.expiresAt,
      token.shownAt,
    ]);
  }

  /** The token with this hash, expired or not, unless it was revoked. */
  async find(hash: Buffer): Promise<KnownToken | null> {
    const [row] = await this.#runner.query<{
      id: string;
      name: string;
      hash: string;
      scopes: Scope[];
      expires_at: Date;
    }>(sql.find, [hash.toString('hex')]);
    if (row === undefined) return null;
    return {
      id: row.id,
      name: row.name,
      hash: Buffer.from(row.hash, 'hex'),
      scopes: row.scopes,
      expiresAt: row.expires_at,
    };
  }

  async touch(id: string, now: Date): Promise<void> {
    await this.#runner.query(sql.touch, [id, now]);
  }

  async list(after: string | null, limit: number, only: string | null = null): Promise<TokenInfo[]> {
    return (await this.#runner.query<InfoRow>(sql.list, [after, limit, only])).map(toInfo);
  }

  /** Its hash, or null if nothing that still counted has this id. */
  async revoke(id: string, now: Date): Promise<Buffer | null> {
    const [row] = await this.#runner.query<{ hash: string }>(sql.revoke, [id, now]);
    return row === undefined ? null : Buffer.from(row.hash, 'hex');
  }

  async listBootstrap(): Promise<BootstrapToken[]> {
    const rows = await this.#runner.query<{
      id: string;
      kind: 'bootstrap' | 'configured';
      hash: string;
      expires_at: Date;
      shown_at: Date | null;
    }>(sql.listBootstrap);
    return rows.map((row) => ({
      id: row.id,
      kind: row.kind,
      hash: Buffer.from(row.hash, 'hex'),
      expiresAt: row.expires_at,
      shownAt: row.shown_at,
    }));
  }

  async renew(id: string, expiresAt: Date): Promise<void> {
    await this.#runner.query(sql.renew, [id, expiresAt]);
  }

  async markShown(now: Date): Promise<void> {
    await this.#runner.query(sql.markShown, [now]);
  }
}
