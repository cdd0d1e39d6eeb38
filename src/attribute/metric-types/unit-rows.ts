import { attributeCondition } from '../attribute-condition.ts';
import { NEVER } from '../never.ts';
import type { Bindings } from '../question.ts';
import type { Cell, Source } from './metric-type.ts';
import { Names } from './names.ts';

const HOUR = 3_600_000;

/** Which rows of a unit. */
type RowFilter = Pick<Source, 'event' | 'filters'>;

/**
 * What metrics ask of each of a unit's rows (conditions), and of all of them (cells): the columns that vectors.sql is
 * filled with. What several metrics ask is asked once.
 */
export class UnitRows {
  readonly #bindings: Bindings;
  readonly #conditions = new Names('if_');
  readonly #cells = new Names('cell_');
  /** Hours; null: as long as the epoch's windows last. */
  #longestWindow: number | null = 0;
  #longestPrePeriod = 0;

  constructor(bindings: Bindings) {
    this.#bindings = bindings;
  }

  get conditions(): string {
    return this.#conditions.columns();
  }

  get cells(): string {
    return this.#cells.columns();
  }

  /**
   * Whether a row can be in any window or pre-period that was asked for. Most rows of units that have been there for long are
   * in none, and to group them costs more than to look. (A unit first seen after its epoch's end has a pre-period and no
   * window.)
   */
  get reach(): string {
    const end = this.#longestWindow === null ? 'until' : this.windowEnd(this.#longestWindow);
    const windows = `t >= first AND t < ${end}`;
    if (this.#longestPrePeriod === 0) return windows;
    return `${windows} OR t < origin AND t >= origin - ${this.ms(this.#longestPrePeriod)}`;
  }

  /** Rows from so many hours after the first impression, for so long as the epoch's windows last and no longer than `to` hours. */
  window(to: number | null, from = 0): string {
    if (to === null || (this.#longestWindow !== null && to > this.#longestWindow)) this.#longestWindow = to;
    return this.#conditions.of(`window ${from} ${to}`, () => {
      const begin = from === 0 ? 'first' : `first + ${this.ms(from)}`;
      return `t >= ${begin} AND t < ${to === null ? 'until' : this.windowEnd(to)}`;
    });
  }

  windowEnd(hours: number): string {
    return `least(first + ${this.ms(hours)}, until)`;
  }

  /** Rows of so many hours before the first impression in the experiment. */
  prePeriod(hours: number): string {
    this.#longestPrePeriod = Math.max(this.#longestPrePeriod, hours);
    return this.#conditions.of(`pre-period ${hours}`, () => `t < origin AND t >= origin - ${this.ms(hours)}`);
  }

  /** Whether the unit has a row of one of these names, whenever it was. */
  hasAny(names: readonly string[]): string {
    const own = this.#conditions.of(
      `names ${names.join('\n')}`,
      () => `name IN ${this.#bindings.bind('Array(String)', names)}`,
    );
    return `(${this.#cell(`countIf(${own})`)} > 0)`;
  }

  /** What the source's aggregation makes of its rows within a window or a pre-period. */
  total(source: Source, within: string): Cell {
    const counts = this.#counts(source, within);
    const valued = `${counts} AND has_amount`;
    const someValued = () => `(${this.#cell(`countIf(${valued})`)} > 0)`;
    switch (source.aggregation) {
      case 'sum':
        return { value: this.#cell(`sumIf(amount, ${counts})`), exists: null };
      case 'count':
        return { value: `toFloat64(${this.#cell(`countIf(${counts})`)})`, exists: null };
      case 'any':
        return { value: `toFloat64(${this.#cell(`countIf(${counts})`)} > 0)`, exists: null };
      case 'distinctDays':
        // Arrays, not uniqExact: see repeated-rows.sql.
        return {
          value: `toFloat64(${this.#cell(`arrayUniq(groupArrayIf(toUInt16(intDiv(t, 86400000)), ${counts}))`)})`,
          exists: null,
        };
      case 'last':
        return { value: this.#cell(`argMaxIf(amount, (t, id), ${valued})`), exists: someValued() };
      default:
        return {
          value: this.#cell(`${source.aggregation}If(amount, ${valued})`),
          exists: someValued(),
        };
    }
  }

  /** The total of a sum whose last digit does not depend on the order in which rows are read. */
  orderedSum(source: RowFilter, within: string): string {
    return this.#cell(`arraySum(arraySort(groupArrayIf(amount, ${this.#counts(source, within)})))`);
  }

  /** When the first of the matching rows was (ms), or NEVER. */
  earliest(source: RowFilter, within: string): string {
    return this.#cell(`min(if(${this.#counts(source, within)}, t, ${NEVER}))`);
  }

  /** When the last of the matching rows was (ms); below any time where there is none. */
  latest(source: RowFilter, within: string): string {
    return this.#cell(`max(if(${this.#counts(source, within)}, t, ${-NEVER}))`);
  }

  /** When the matching rows were (ms). */
  times(source: RowFilter, within: string): string {
    return this.#cell(`groupArrayIf(t, ${this.#counts(source, within)})`);
  }

  /** A placeholder of so many hours in ms. */
  ms(hours: number): string {
    return this.#bindings.bind('Int64', Math.round(hours * HOUR));
  }

  #counts(source: RowFilter, within: string): string {
    const { event, filters } = source;
    const matching = this.#conditions.of(JSON.stringify([event, filters]), () => {
      const named = `name = ${this.#bindings.bind('String', event)}`;
      return filters.length === 0 ? named : `${named} AND ${attributeCondition(filters, this.#bindings)}`;
    });
    return `${matching} AND ${within}`;
  }

  #cell(sql: string): string {
    return this.#cells.of(sql, () => sql);
  }
}
