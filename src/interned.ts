/** Values remembered; beyond them all are forgotten, and the next ones are kept anew. */
const MOST = 100_000;

/** Values that many others hold and that never change: of each there is one in memory. */
export class Interned<T> {
  readonly #known = new Map<string, T>();

  /** The first value that was given by this name. */
  of(name: string, value: T): T {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    if (this.#known.size >= MOST) this.#known.clear();
    this.#known.set(name, value);
    return value;
  }
}
