import { AppError } from '../../../errors.ts';
import type { ClickHouse, ParameterValue, StatementLimits } from '../../../stores/clickhouse/index.ts';
import { loadSql } from '../../../stores/sql-file.ts';
import { fill } from '../../question.ts';
import type { ErasedUnit } from './erasure-batches.ts';
import { mentionOf, textsOfId } from './texts-of-id.ts';

const sql = (name: string) => loadSql(new URL(`./${name}.sql`, import.meta.url));
const CREATE = sql('create-erased-units');
const HASHES = sql('hashes-of-erased-units');
const LETTERS = sql('letters-with-units');
const ERASE_LETTERS = sql('erase-letters');

/** Seven texts each at most. */
const UNITS_OF_CHUNK = 30;
/** Dead letters that are looked at together. */
const PAGE = 5000;

interface Letter {
  readonly received: string;
  readonly letter: string;
  readonly raw_base64: string;
  readonly detail: string;
}

/** The units of a batch in the engine, in a table of memory that is this attributor's own. */
export class ErasedUnits {
  readonly #clickhouse: ClickHouse;
  readonly #limits: StatementLimits;
  readonly #table: string;
  readonly #units: readonly ErasedUnit[];

  /** @param fence nobody else's: whoever comes after it takes away the table that it may have left. */
  constructor(
    { clickhouse, limits }: { readonly clickhouse: ClickHouse; readonly limits: StatementLimits },
    fence: number,
    units: readonly ErasedUnit[],
  ) {
    this.#clickhouse = clickhouse;
    this.#limits = limits;
    this.#table = `touched_units_${fence}`;
    this.#units = units;
  }

  async create(): Promise<void> {
    await this.#run(fill(CREATE, { table: this.#table }));
    const lines = this.#units.map(({ type, id }, index) =>
      JSON.stringify([Math.floor(index / UNITS_OF_CHUNK), type, id, textsOfId(id)]),
    );
    await this.#clickhouse.insert({
      ...{ table: this.#table, columns: ['chunk', 'unit_type', 'unit_id', 'needles'], token: null },
      values: Buffer.from(`${lines.join('\n')}\n`),
      limits: this.#limits,
    });
  }

  async drop(): Promise<void> {
    await this.#run(`DROP TABLE IF EXISTS ${this.#table} SYNC`);
  }

  /** As raw rows and assignments have them. */
  async hashes(): Promise<bigint[]> {
    const found = await this.#clickhouse.query<{ unit_hash: string }>({
      sql: fill(HASHES, { units: this.#table }),
      limits: this.#limits,
    });
    return found.map((row) => BigInt(row.unit_hash));
  }

  /**
   * Takes away the dead letters, received up to `through`, that have an id somewhere: they need not be JSON, so that
   * nobody can say of all of them whose they are.
   */
  async eraseLetters(through: number, permit: () => Promise<void>): Promise<void> {
    for (let chunk = 0; chunk * UNITS_OF_CHUNK < this.#units.length; chunk += 1) {
      const units = this.#units.slice(chunk * UNITS_OF_CHUNK, (chunk + 1) * UNITS_OF_CHUNK);
      const mentions = mentionOf(units.flatMap(({ id }) => textsOfId(id)));
      for (let position = { from: 0, after: 0n }; ; ) {
        const page = await this.#letters({ ...position, to: through, chunk, most: PAGE });
        const last = page.at(-1);
        if (last === undefined) break;
        const to = Number(last.received);
        const found = page.filter(({ raw_base64, detail }) =>
          [Buffer.from(raw_base64, 'base64').toString('utf8'), detail].some(mentions),
        );
        const letters = [...new Set(found.map(({ letter }) => letter))].map(BigInt);
        if (letters.length > 0) {
          await permit();
          await this.#run(ERASE_LETTERS, { letters, from: position.from, to });
        }
        if (page.length < PAGE) break;
        position = { from: to, after: BigInt(last.letter) };
      }
    }
  }

  async #letters(params: Readonly<Record<string, ParameterValue>>): Promise<Letter[]> {
    const text = fill(LETTERS, { units: this.#table });
    try {
      return await this.#clickhouse.query<Letter>({ sql: text, params, limits: this.#limits });
    } catch (error) {
      // The engine's own words may have the ids, and errors are logged.
      throw error instanceof AppError ? new AppError(error.code, error.message) : error;
    }
  }

  async #run(text: string, params: Readonly<Record<string, ParameterValue>> = {}): Promise<void> {
    await this.#clickhouse.command({ sql: text, params, limits: this.#limits });
  }
}
