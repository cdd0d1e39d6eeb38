import type { ClickHouse, ParameterValue, StatementLimits } from '../../../stores/clickhouse/index.ts';
import { loadSql } from '../../../stores/sql-file.ts';
import { Engine } from '../../engine.ts';
import { fill } from '../../question.ts';
import { type DistinctScope, inUnitRange, type Scope, type UnitRange } from '../../scope.ts';
import { segmentMarks } from '../../segments.ts';
import {
  askPairs,
  askRepeats,
  conversionMarks,
  distinctScope,
  impressionAttributes,
  type Repeated,
} from '../../statements.ts';
import type { Group } from '../group.ts';
import { oneByOne, type Pace } from '../pace.ts';

const sql = (name: string) => loadSql(new URL(`./${name}.sql`, import.meta.url));
const templates = {
  createNames: sql('create-touched-names'),
  createFlags: sql('create-touched-flags'),
  createImpressions: sql('create-touched-impressions'),
  createPairs: sql('create-touched-pairs'),
  createConversions: sql('create-touched-conversions'),
  createChanges: sql('create-touched-changes'),
  names: sql('touched-names'),
  flags: sql('touched-flags'),
  impressions: sql('touched-impressions'),
  pairs: sql('touched-pairs'),
  assignments: sql('touched-assignments'),
  conversions: sql('touched-conversions'),
  assign: sql('assign'),
  assignChanges: sql('assign-changes'),
};

const ABANDONED = sql('abandoned-tables');

/** Receipt times in ms: what was received after `from` and up to `to` is new. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** More repeated ids are found again by a question: a list of them would be a long statement. */
export const MOST_LISTED = 5000;

/** What `askRepeats` of at most so many answers. */
export interface RepeatsAnswer {
  readonly repeats: string;
  readonly impressions: string[];
  readonly conversions: string[];
}

const upTo = (name: string) => `_received_at <= fromUnixTimestamp64Milli({${name}:Int64}, 'UTC')`;
/** Of a stretch. */
export const FRESH = `_received_at > fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND ${upTo('to')}`;
/**
 * A number for a unit and a part of its conversions: a set of numbers is looked up faster than one of pairs. Where two have
 * the same, all conversions of a part that nothing touches are read too: both sides have them, and nothing comes of it.
 */
const UNIT_PART =
  'unit_hash + 0x9E3779B97F4A7C15 * transform(name, {names:Array(String)}, {parts:Array(UInt8)}, toUInt8(0))';
const KNOWN = upTo('to');
const KNOWN_BEFORE = upTo('from');

/** What a cycle's new rows touch, in tables of memory that are this attributor's own. */
export class Touched {
  readonly #fence: number;
  readonly #clickhouse: ClickHouse;
  readonly #engine: Engine;
  readonly #limits: StatementLimits;
  readonly pace: Pace;
  #repeated: Repeated | 'many' = 'many';
  /** Whether nothing is in the tables. */
  #empty = false;
  readonly #tables: Readonly<
    Record<'names' | 'flags' | 'impressions' | 'pairs' | 'conversions' | 'changes', string>
  >;

  /**
   * @param fence nobody else's: two attributors never share a table.
   * @param kind tells those of one attributor from each other: small letters and `_`.
   */
  constructor(
    clickhouse: ClickHouse,
    fence: number,
    limits: StatementLimits,
    { kind = '', pace = oneByOne }: { readonly kind?: string; readonly pace?: Pace } = {},
  ) {
    this.pace = pace;
    this.#fence = fence;
    this.#clickhouse = clickhouse;
    this.#engine = new Engine(clickhouse, limits);
    this.#limits = limits;
    const table = (name: string) => `touched_${kind}${name}_${fence}`;
    this.#tables = {
      names: table('names'),
      flags: table('flags'),
      impressions: table('impressions'),
      pairs: table('pairs'),
      conversions: table('conversions'),
      changes: table('changes'),
    };
  }

  /** Makes the tables, and takes away those of attributors before this one, which may have died with them full. */
  async create(): Promise<void> {
    const abandoned = await this.#engine.ask<{ name: string }>({
      sql: ABANDONED,
      params: { fence: this.#fence },
    });
    for (const { name } of abandoned) await this.#run(`DROP TABLE IF EXISTS ${name} SYNC`);
    const { names, flags, impressions, pairs, conversions, changes } = this.#tables;
    await this.#run(fill(templates.createNames, { table: names }));
    await this.#run(fill(templates.createFlags, { table: flags }));
    await this.#run(fill(templates.createImpressions, { table: impressions }));
    await this.#run(fill(templates.createPairs, { table: pairs }));
    await this.#run(fill(templates.createConversions, { table: conversions }));
    await this.#run(fill(templates.createChanges, { table: changes }));
    this.#empty = true;
  }

  async drop(): Promise<void> {
    for (const table of Object.values(this.#tables)) await this.#run(`DROP TABLE IF EXISTS ${table} SYNC`);
  }

  /** Gives back the memory, and forgets the changed assignments. */
  async clear(): Promise<void> {
    if (this.#empty) return;
    for (const table of Object.values(this.#tables)) await this.#run(`TRUNCATE TABLE ${table}`);
    this.#empty = true;
  }

  /** Makes the changed assignments that were found since `clear` those of the cycle. */
  async assign(cycle: number): Promise<void> {
    await this.#run(fill(templates.assignChanges, { changes: this.#tables.changes }), { cycle });
  }

  /**
   * Fills the tables for a range of the units of a group and a stretch of new rows; what is there of others is gone, but
   * for the changed assignments, to which these are added.
   * @param what `assignments`: only what tells which assignments have changed; `moments`: nothing is to be assigned.
   */
  async find(
    group: Group,
    { from, to }: Stretch,
    range: UnitRange,
    what: 'all' | 'assignments' | 'moments',
  ): Promise<void> {
    const { changes, ...found } = this.#tables;
    const { names, flags, impressions, pairs, conversions } = found;
    if (!this.#empty) for (const table of Object.values(found)) await this.#run(`TRUNCATE TABLE ${table}`);
    this.#empty = false;
    const own = inUnitRange(range);
    const params = { ...group.params, ...own.params, from, to };
    const fresh = range.count === 1 ? FRESH : `${FRESH} AND ${own.units}`;
    const marks = { fresh, rows: KNOWN, before: KNOWN_BEFORE, unit_part: UNIT_PART };
    const marked = segmentMarks(group.terms);
    await this.pace([
      () => this.#run(fill(templates.names, { ...marks, into: names }), params),
      () => this.#run(fill(templates.flags, { ...marks, into: flags }), params),
    ]);
    const ofImpressions = async (): Promise<void> => {
      await this.#run(
        fill(templates.impressions, {
          ...{ ...marks, into: impressions, touched_flags: flags },
          attributes: impressionAttributes(group.terms, []),
        }),
        params,
      );
      this.#repeated = await this.#repeats(group);
      const both = askPairs(group.bothSides, this.impressionsScope());
      await this.#run(fill(templates.pairs, { ...marked, pairs: both.sql, names, into: pairs }), {
        ...both.params,
        own_epochs: group.terms.epochs.length,
      });
      if (what !== 'moments')
        await this.#run(fill(templates.assign, { ...marked, pairs, into: changes }), group.params);
    };
    const ofOthers = (): Promise<void> =>
      this.#run(fill(templates.assignments, { ...marked, names, touched_flags: flags, into: pairs }), params);
    if (what === 'assignments') return ofImpressions();
    await this.pace([ofImpressions, ofOthers]);
    await this.#run(
      fill(templates.conversions, {
        ...{ ...marks, touched_names: names, pairs, into: conversions },
        ...conversionMarks(group.terms),
      }),
      params,
    );
    this.#repeated = await this.#repeats(group);
  }

  /** The repeated ids among what is touched; looked for beforehand, because what asks for them costs several times as much. */
  async #repeats({ terms }: Group): Promise<Repeated | 'many'> {
    return repeatedOf(
      await this.#engine.ask<RepeatsAnswer>(askRepeats(terms, this.#scope(), MOST_LISTED, 'all')),
    );
  }

  #scope(): Scope {
    const { impressions, conversions } = this.#tables;
    return { tables: { impressions, conversions }, rows: '1', units: '1', sparse: false, params: {} };
  }

  /** What has touched impressions alone. */
  impressionsScope(): DistinctScope {
    return distinctScope(this.#scope(), this.#repeated);
  }

  /** All that is touched, or what of it has another assignment than before; epochs are those of both sides. */
  scope({ terms }: Group, which: 'all' | 'changed'): DistinctScope {
    const epoch = `if(side = 1, epoch, epoch + ${terms.epochs.length})`;
    const scope = {
      ...this.#scope(),
      partial: true,
      pairs: `SELECT unit_hash, toUInt16(${epoch}) AS epoch, first, arm, guarded, mixed, 1 AS selected, is_new, origin,
        cohort_day, until ${segmentMarks(terms).and_segments} FROM ${this.#tables.pairs} WHERE ${which === 'changed' ? 'changed' : '1'}`,
    };
    return distinctScope(scope, this.#repeated);
  }

  get engine(): Engine {
    return this.#engine;
  }

  async #run(text: string, params: Readonly<Record<string, ParameterValue>> = {}): Promise<void> {
    await this.#clickhouse.command({ sql: text, params, limits: this.#limits });
  }
}

/** The repeated ids themselves where they are few enough. */
export function repeatedOf([found]: readonly RepeatsAnswer[]): Repeated | 'many' {
  if (found === undefined || Number(found.repeats) > MOST_LISTED) return 'many';
  return { impressions: found.impressions.map(BigInt), conversions: found.conversions.map(BigInt) };
}
