import type { Session } from 'chdb';

const MAX_IDLE = 16;

/**
 * Engine sessions, one statement at a time each. A session keeps whatever was SET on it, so it is used again only by
 * statements that set exactly the same names, and these overwrite every one of them: nothing of one statement can
 * reach the next.
 */
export class SessionPool {
  readonly #open: () => Session;
  /** By signature; the least recently used comes first. */
  readonly #idle: { readonly signature: string; readonly session: Session }[] = [];

  constructor(open: () => Session) {
    this.#open = open;
  }

  take(signature: string): Session {
    const index = this.#idle.findLastIndex((entry) => entry.signature === signature);
    const [entry] = index < 0 ? [] : this.#idle.splice(index, 1);
    return entry?.session ?? this.#open();
  }

  /** For a session whose statement has ended, well or badly. */
  giveBack(signature: string, session: Session): void {
    this.#idle.push({ signature, session });
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
