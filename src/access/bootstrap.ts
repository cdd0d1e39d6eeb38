import { timingSafeEqual } from 'node:crypto';
import { AppError } from '../errors.ts';
import type { Postgres, PostgresRunner } from '../stores/postgres/index.ts';
import { loadSql } from '../stores/sql-file.ts';
import { systemActor } from './actor.ts';
import type { AuditLog } from './audit-log.ts';
import { ALL_SCOPES } from './scope.ts';
import { type BootstrapToken, type TokenKind, TokenStore } from './token-store.ts';
import { hashToken, judgeTokenText } from './token-text.ts';

const LOCK = loadSql(new URL('./lock-bootstrap.sql', import.meta.url));
const YEAR_MS = 365 * 86_400_000;
const MIN_LENGTH = 16;

/** `minted`: `token` is to be shown once, then `markBootstrapShown()`; else nothing is to be shown and `token` is null. */
export interface BootstrapOutcome {
  readonly token: string | null;
  readonly source: 'configured' | 'existing' | 'minted';
}

export interface BootstrapDeps {
  readonly postgres: Postgres;
  readonly audit: AuditLog;
  readonly clock: () => Date;
  readonly newId: () => string;
  readonly newText: () => string;
}

/**
 * Makes sure that an admin token exists. A configured one counts for as long as it is configured (and a year more at
 * most); else one that an earlier start has shown; else a new one is minted, and one that was never shown, because the
 * process died before, is revoked. @throws AppError `start-refused` for a configured token that is too weak or cut off.
 */
export async function bootstrap(
  deps: BootstrapDeps,
  configured: string | undefined,
): Promise<BootstrapOutcome> {
  if (configured !== undefined) requireUsable(configured);
  return deps.postgres.transaction(async (transaction) => {
    // Several processes may start at once on one empty store: one of them makes the token, the others find it.
    await transaction.query(LOCK);
    const work = new Bootstrap(deps, transaction);
    return configured === undefined ? work.withoutConfigured() : work.withConfigured(configured);
  });
}

function requireUsable(configured: string): void {
  if (configured.length < MIN_LENGTH)
    throw new AppError(
      'start-refused',
      `ASSAY_TOKEN is shorter than ${MIN_LENGTH} characters; choose a longer one.`,
    );
  if (!/^[\x21-\x7e]+$/.test(configured))
    throw new AppError(
      'start-refused',
      'ASSAY_TOKEN has a blank or another character that no Authorization header can carry; use printable ASCII.',
    );
  if (judgeTokenText(configured) === 'mistyped')
    throw new AppError(
      'start-refused',
      'ASSAY_TOKEN looks like a token of Assay, but is mistyped or cut off (its checksum does not fit); copy it again.',
    );
}

class Bootstrap {
  readonly #deps: BootstrapDeps;
  readonly #transaction: PostgresRunner;
  readonly #store: TokenStore;
  readonly #now: Date;

  constructor(deps: BootstrapDeps, transaction: PostgresRunner) {
    this.#deps = deps;
    this.#transaction = transaction;
    this.#store = new TokenStore(transaction);
    this.#now = deps.clock();
  }

  async withConfigured(text: string): Promise<BootstrapOutcome> {
    const hash = hashToken(text);
    let known = false;
    for (const token of await this.#store.listBootstrap()) {
      if (timingSafeEqual(token.hash, hash)) {
        known = true;
        await this.#store.renew(token.id, this.#expiry());
      } else if (token.kind === 'configured') await this.#revoke(token, 'ASSAY_TOKEN was changed');
      else if (token.shownAt === null) await this.#revoke(token, 'it was never shown');
    }
    if (!known) await this.#insert('configured', 'ASSAY_TOKEN', hash, this.#now);
    return { token: null, source: 'configured' };
  }

  async withoutConfigured(): Promise<BootstrapOutcome> {
    let usable = false;
    for (const token of await this.#store.listBootstrap()) {
      if (token.kind === 'configured') await this.#revoke(token, 'ASSAY_TOKEN is no longer set');
      else if (token.shownAt === null) await this.#revoke(token, 'it was never shown');
      else usable ||= token.expiresAt > this.#now;
    }
    if (usable) return { token: null, source: 'existing' };
    const text = this.#deps.newText();
    await this.#insert('bootstrap', 'bootstrap', hashToken(text), null);
    return { token: text, source: 'minted' };
  }

  #expiry(): Date {
    return new Date(this.#now.getTime() + YEAR_MS);
  }

  async #insert(kind: TokenKind, name: string, hash: Buffer, shownAt: Date | null): Promise<void> {
    const id = this.#deps.newId();
    const actor = systemActor('start');
    await this.#store.insert({
      id,
      kind,
      name,
      hash,
      scopes: ALL_SCOPES,
      createdBy: actor.id,
      createdAt: this.#now,
      expiresAt: this.#expiry(),
      shownAt,
    });
    await this.#record('mint', id, null, { id, name, scopes: ALL_SCOPES }, null);
  }

  async #revoke(token: BootstrapToken, why: string): Promise<void> {
    await this.#store.revoke(token.id, this.#now);
    await this.#record('revoke', token.id, { id: token.id, name: token.kind }, null, why);
  }

  #record(action: string, id: string, before: unknown, after: unknown, why: string | null): Promise<void> {
    const actor = systemActor('start');
    return this.#deps.audit.record(this.#transaction, {
      at: this.#now,
      actor,
      action,
      resource: `tokens/${id}`,
      before,
      after,
      why,
    });
  }
}
