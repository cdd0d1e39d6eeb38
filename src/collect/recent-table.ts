/** Words of an entry: 4 of identity, 4 of content, 1 for the block. */
const WORDS = 9;
const EMPTY = 0;
const FORGOTTEN = 0xffff_ffff;

/** Two SHA-256 hashes cut to 128 bits, four 32-bit words each, and the number of a block (from 1). */
export type RecentEntry = Uint32Array;

/** An entry to look up or to put; reused, so that a look-up allocates nothing. */
export function newEntry(): RecentEntry {
  return new Uint32Array(WORDS);
}

/**
 * A fixed amount of identities with their content in open addressing, in one typed array: a Map of as many strings
 * would take three times the memory and have the garbage collector walk it.
 */
export class RecentTable {
  readonly #words: Uint32Array;
  readonly #mask: number;
  readonly #capacity: number;
  #size = 0;

  /** `slots` is a power of two; up to six tenths of them are used. */
  constructor(slots: number) {
    this.#words = new Uint32Array(slots * WORDS);
    this.#mask = slots - 1;
    this.#capacity = Math.floor(slots * 0.6);
  }

  get isFull(): boolean {
    return this.#size >= this.#capacity;
  }

  /** Forgets everything. */
  clear(): void {
    this.#words.fill(EMPTY);
    this.#size = 0;
  }

  /** Copies content and block of the entry's identity into `found`; false where it is not known. */
  find(entry: RecentEntry, found: RecentEntry): boolean {
    const at = this.#slot(entry);
    const block = this.#words[at + 8];
    if (block === EMPTY || block === FORGOTTEN) return false;
    for (let i = 0; i < WORDS; i++) found[i] = this.#words[at + i] ?? 0;
    return true;
  }

  /** Adds the entry or replaces the one of the same identity. */
  put(entry: RecentEntry): void {
    const at = this.#slot(entry);
    if (this.#words[at + 8] === EMPTY) this.#size += 1;
    this.#words.set(entry, at);
  }

  /** Forgets the entries of a block; their slots stay taken, so that others remain findable. */
  forgetBlock(block: number): void {
    for (let at = 8; at < this.#words.length; at += WORDS) {
      if (this.#words[at] === block) this.#words[at] = FORGOTTEN;
    }
  }

  /** Where the entry's identity is, or would be put. */
  #slot(entry: RecentEntry): number {
    const words = this.#words;
    for (let i = (entry[0] ?? 0) & this.#mask; ; i = (i + 1) & this.#mask) {
      const at = i * WORDS;
      if (words[at + 8] === EMPTY) return at;
      if (
        words[at] === entry[0] &&
        words[at + 1] === entry[1] &&
        words[at + 2] === entry[2] &&
        words[at + 3] === entry[3]
      ) {
        return at;
      }
    }
  }
}
