import { randomBytes, timingSafeEqual } from 'node:crypto';
import { AppError } from '../errors.ts';
import type { Postgres } from '../stores/postgres/index.ts';
import type { Actor } from './actor.ts';
import { AuditLog } from './audit-log.ts';
import { type BootstrapOutcome, bootstrap } from './bootstrap.ts';
import { type Page, type PageQuery, positionOf, toPage } from './page.ts';
import type { MintedToken, MintToken, TokenInfo } from './token.ts';
import { TokenCache } from './token-cache.ts';
import { TokenStore } from './token-store.ts';
import { hashToken, judgeTokenText, newTokenText } from './token-text.ts';

const LIST = 'tokens';
const DAY_MS = 86_400_000;

export interface TokensDeps {
  readonly postgres: Postgres;
  readonly clock: () => Date;
  readonly randomBytes?: (count: number) => Uint8Array;
}

/** The tokens of the service: minted, verified, listed and revoked; stored as hashes only. */
export class Tokens {
  readonly #postgres: Postgres;
  readonly #store: TokenStore;
  readonly #audit: AuditLog;
  readonly #clock: () => Date;
  readonly #randomBytes: (count: number) => Uint8Array;
  readonly #cache = new TokenCache();

  constructor(deps: TokensDeps) {
    this.#postgres = deps.postgres;
    this.#store = new TokenStore(deps.postgres);
    this.#audit = new AuditLog(deps.postgres);
    this.#clock = deps.clock;
    this.#randomBytes = deps.randomBytes ?? randomBytes;
  }

  /** Makes sure that somebody can get in; see `bootstrap`. Call once, at start, after the migrations. */
  bootstrap(options: { configured?: string | undefined } = {}): Promise<BootstrapOutcome> {
    return bootstrap(
      {
        postgres: this.#postgres,
        audit: this.#audit,
        clock: this.#clock,
        newId: () => this.#newId(),
        newText: () => newTokenText(this.#randomBytes),
      },
      options.configured,
    );
  }

  /** Says that the bootstrap token has been printed: later starts keep it instead of minting another. */
  async markBootstrapShown(): Promise<void> {
    await this.#store.markShown(this.#clock());
  }

  /**
   * Who bears this token. Asks the store at most once in 5 s for each token; deleting one takes effect within that.
   * @throws AppError `unauthorized`, saying whether it is unknown, expired, or mistyped.
   */
  async verify(text: string): Promise<Actor> {
    if (judgeTokenText(text) === 'mistyped')
      throw new AppError(
        'unauthorized',
        'This token is mistyped or cut off (its checksum does not fit); copy it again.',
      );
    const hash = hashToken(text);
    const now = this.#clock();
    const token = await this.#cache.get(hash, now.getTime(), async () => {
      const found = await this.#store.find(hash);
      if (found !== null) await this.#store.touch(found.id, now);
      return found;
    });
    if (token === null || !timingSafeEqual(token.hash, hash))
      throw new AppError('unauthorized', 'This token is not known here, or was deleted; mint another.');
    if (token.expiresAt <= now)
      throw new AppError(
        'unauthorized',
        `This token expired at ${token.expiresAt.toISOString()}; mint another.`,
      );
    return { id: `token:${token.id}`, name: token.name, scopes: token.scopes };
  }

  /** A new token, told this once. @throws AppError `forbidden` for scopes that its creator lacks. */
  async mint(creator: Actor, request: MintToken): Promise<MintedToken> {
    const missing = request.scopes.filter((scope) => !creator.scopes.includes(scope));
    if (missing.length > 0)
      throw new AppError(
        'forbidden',
        `Your token lacks ${missing.join(', ')}, so that it cannot mint one that has it.`,
      );
    const text = newTokenText(this.#randomBytes);
    const createdAt = this.#clock();
    const info: TokenInfo = {
      id: this.#newId(),
      name: request.name,
      scopes: [...new Set(request.scopes)],
      createdBy: creator.id,
      createdAt: createdAt.toISOString(),
      expiresAt: new Date(createdAt.getTime() + request.expiresInDays * DAY_MS).toISOString(),
      lastUsedAt: null,
    };
    await this.#postgres.transaction(async (transaction) => {
      await new TokenStore(transaction).insert({
        ...info,
        kind: 'minted',
        hash: hashToken(text),
        createdAt,
        expiresAt: new Date(info.expiresAt),
        shownAt: createdAt,
      });
      await this.#audit.record(transaction, {
        at: createdAt,
        actor: creator,
        action: 'mint',
        resource: `tokens/${info.id}`,
        before: null,
        after: info,
        why: request.why ?? null,
      });
    });
    return { ...info, token: text };
  }

  /** Those that were not revoked, expired ones too. */
  async list(query: PageQuery): Promise<Page<TokenInfo>> {
    const rows = await this.#store.list(positionOf(LIST, query), query.limit + 1);
    return toPage(LIST, query, rows, (token) => token.id);
  }

  /** Takes effect at once in this process, within 5 s in others. @throws AppError `not-found`. */
  async revoke(actor: Actor, id: string, why: string | null): Promise<void> {
    const at = this.#clock();
    const hash = await this.#postgres.transaction(async (transaction) => {
      const store = new TokenStore(transaction);
      const [before] = await store.list(null, 1, id);
      const revoked = await store.revoke(id, at);
      if (before === undefined || revoked === null)
        throw new AppError(
          'not-found',
          `There is no token "${id}"; GET /api/v1/tokens lists those there are.`,
        );
      await this.#audit.record(transaction, {
        at,
        actor,
        action: 'revoke',
        resource: `tokens/${id}`,
        before,
        after: null,
        why,
      });
      return revoked;
    });
    this.#cache.forget(hash);
  }

  #newId(): string {
    return `tok_${Buffer.from(this.#randomBytes(9)).toString('base64url').replaceAll(/[-_]/g, '0')}`;
  }
}
