/** Names the columns of a SELECT by what they hold, so that what several metrics ask is asked once. */
export class Names {
  readonly #prefix: string;
  readonly #columns = new Map<string, { readonly name: string; readonly sql: string }>();

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  of(key: string, sql: () => string): string {
    const known = this.#columns.get(key);
    if (known !== undefined) return known.name;
    const name = `${this.#prefix}${this.#columns.size}`;
    this.#columns.set(key, { name, sql: sql() });
    return name;
  }

  columns(): string {
    return [...this.#columns.values()].map(({ name, sql }) => `${sql} AS ${name}`).join(', ');
  }
}
