import type { Session } from 'chdb';

const MAX_IDLE = 16;

// An engine session keeps some 0.3 kB of every statement until it is closed.
const MAX_USES = 500;

/** An engine session, and how often it has been used. */
export interface PooledSession {
  readonly session: Session;
  readonly signature: string;
  uses: number;
}

/**
 * Engine sessions, one statement at a time each. A session keeps whatever was SET on it, so it is used again only by
 * statements that set exactly the same names, and these overwrite every one of them: nothing of one statement can
 * reach the next.
 */
export class SessionPool {
  readonly #open: () => Session;
  /** The least recently used comes first. */
  readonly #idle: PooledSession[] = [];

  constructor(open: () => Session) {
    this.#open = open;
  }

  take(signature: string): PooledSession {
    const index = this.#idle.findLastIndex((pooled) => pooled.signature === signature);
    const [found] = index < 0 ? [] : this.#idle.splice(index, 1);
    const pooled = found ?? { session: this.#open(), signature, uses: 0 };
    pooled.uses += 1;
    return pooled;
  }

  /** For a session whose statement has ended, well or badly. */
  giveBack(pooled: PooledSession): void {
    if (pooled.uses >= MAX_USES) {
      pooled.session.close();
      return;
    }
    this.#idle.push(pooled);
    if (this.#idle.length > MAX_IDLE) this.#idle.shift()?.session.close();
  }

  /** A session for a statement that may leave more behind than the names it sets; close it afterwards. */
  fresh(): Session {
    return this.#open();
  }

  close(): void {
    for (const { session } of this.#idle.splice(0)) session.close();
  }
}
