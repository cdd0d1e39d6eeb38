import type { KnownToken } from './token-store.ts';

/** So long a deleted token may still work in another process, and a request costs no query. */
const FRESH_MS = 5_000;
const MAX_ENTRIES = 10_000;

interface Entry {
  readonly loadedAtMs: number;
  readonly token: Promise<KnownToken | null>;
}

/** What the store said of a hash a moment ago; concurrent requests with one token share one question. */
export class TokenCache {
  readonly #entries = new Map<string, Entry>();

  /** The entry of this hash, loaded anew once it is 5 s old; a failed load is not remembered. */
  get(hash: Buffer, nowMs: number, load: () => Promise<KnownToken | null>): Promise<KnownToken | null> {
    const key = hash.toString('base64');
    const known = this.#entries.get(key);
    if (known !== undefined && nowMs - known.loadedAtMs < FRESH_MS) return known.token;
    // Guessed tokens must not fill the memory.
    if (this.#entries.size >= MAX_ENTRIES) this.#entries.clear();
    const entry: Entry = { loadedAtMs: nowMs, token: load() };
    this.#entries.set(key, entry);
    entry.token.catch(() => {
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
    });
    return entry.token;
  }

  forget(hash: Buffer): void {
    this.#entries.delete(hash.toString('base64'));
  }
}
