import { hash } from 'node:crypto';
import { newEntry, RecentTable } from './recent-table.ts';

/** What is known of a row: never seen, seen just so, or seen with another content. `block` is the one that has it. */
export interface Sighting {
  readonly known: 'new' | 'same' | 'changed';
  readonly block: number;
}

/**
 * The identities of the latest rows and what they contained, so that a producer's repeat is answered as one and not
 * stored again. It may forget (attribution counts an identity once, whatever is stored), but it never takes a row for
 * another: it compares 128 bits of SHA-256 of each. Two generations: when one is full the older one goes.
 */
export class RecentEvents {
  #young: RecentTable;
  #old: RecentTable;
  readonly #entry = newEntry();
  readonly #found = newEntry();

  /** Remembers between 0.6 and 1.2 × `slots` (a power of two) rows in 72 bytes × `slots`. */
  constructor(slots: number) {
    this.#young = new RecentTable(slots);
    this.#old = new RecentTable(slots);
  }

  /** Looks a row up and, unless it is known just so, remembers it as one of `block` (a number from 1). */
  sight(identity: string, content: string, block: number): Sighting {
    const [entry, found] = [this.#entry, this.#found];
    this.#fill(0, identity);
    this.#fill(4, content);
    entry[8] = block;
    const known = this.#young.find(entry, found) || this.#old.find(entry, found);
    if (known && sameContent(entry, found)) return { known: 'same', block: found[8] ?? 0 };
    if (this.#young.isFull) {
      [this.#young, this.#old] = [this.#old, this.#young];
      this.#young.clear();
    }
    this.#young.put(entry);
    return { known: known ? 'changed' : 'new', block };
  }

  /** Forgets all rows of a block that could not be stored. */
  forgetBlock(block: number): void {
    this.#young.forgetBlock(block);
    this.#old.forgetBlock(block);
  }

  #fill(at: number, text: string): void {
    const digest = hash('sha256', text, 'binary');
    for (let i = 0; i < 4; i++) {
      const c = i * 4;
      this.#entry[at + i] =
        (digest.charCodeAt(c) << 24) |
        (digest.charCodeAt(c + 1) << 16) |
        (digest.charCodeAt(c + 2) << 8) |
        digest.charCodeAt(c + 3);
    }
  }
}

function sameContent(a: Uint32Array, b: Uint32Array): boolean {
  return a[4] === b[4] && a[5] === b[5] && a[6] === b[6] && a[7] === b[7];
}
