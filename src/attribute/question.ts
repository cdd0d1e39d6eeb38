import { AppError } from '../errors.ts';
import type { ParameterValue } from '../stores/clickhouse/index.ts';

/** The values that one statement binds. Generated SQL holds only identifiers made from indexes and what `bind` gives. */
export class Bindings {
  readonly #params: Record<string, ParameterValue>;
  #count = 0;

  constructor(named: Readonly<Record<string, ParameterValue>> = {}) {
    this.#params = { ...named };
  }

  /** A placeholder for the value; `type` is ClickHouse's. */
  bind(type: string, value: ParameterValue): string {
    const name = `p${this.#count}`;
    this.#count += 1;
    this.#params[name] = value;
    return `{${name}:${type}}`;
  }

  get params(): Readonly<Record<string, ParameterValue>> {
    return this.#params;
  }
}

/** The text of a question with each of its marks, a name between comment signs, replaced; a mark left over is an error. */
export function fill(sql: string, marks: Readonly<Record<string, string>>): string {
  return sql.replace(/\/\*([a-z_]+)\*\//g, (_, name: string) => {
    const text = marks[name];
    if (text === undefined)
      throw new AppError('internal', `A question has no text for its mark "${name}"; report this as a bug.`);
    return text;
  });
}
