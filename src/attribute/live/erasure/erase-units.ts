import { loadSql } from '../../../stores/sql-file.ts';
import { Engine } from '../../engine.ts';
import type { MomentsAnswer } from '../../metric-moments.ts';
import { fill } from '../../question.ts';
import { RAW_TABLES, type Scope } from '../../scope.ts';
import { askLeftOut, askMoments, askRepeats, askUnits, distinctScope } from '../../statements.ts';
import type { LeftOutAnswer, UnitsAnswer } from '../../unit-counts.ts';
import type { Build } from '../builds/index.ts';
import { collectMoments } from '../collect-moments.ts';
import { type CycleTools, isThere, writeMoments } from '../cycle.ts';
import { type Group, groupsOf } from '../group.ts';
import { MomentRows } from '../moment-rows.ts';
import { MOST_LISTED, type RepeatsAnswer, repeatedOf, touchedBuilds } from '../touched/index.ts';
import { ErasedUnits } from './erased-units.ts';
import type { ErasedUnit } from './erasure-batches.ts';

const sql = (name: string) => loadSql(new URL(`./${name}.sql`, import.meta.url));
const ERASE_ASSIGNMENTS = sql('erase-assignments');
const ERASE_ROWS = sql('erase-rows');

/** Units that are to be forgotten, and the number under which that is written. */
export interface ErasureBatch {
  readonly number: number;
  /** All live builds have exactly what was received up to here (ms); what is received later stays. */
  readonly through: number;
  readonly units: readonly ErasedUnit[];
}

type Tools = Omit<CycleTools, 'touched'>;

/**
 * Takes away what the units have given to the builds' moments, then their assignments, rows and dead letters. What they have
 * given follows from their rows, so these go last: where the moments' block is there, the rest is done again and
 * changes nothing. So what died anywhere is run again as it was.
 */
export async function eraseUnits(
  tools: Tools,
  fence: number,
  builds: readonly Build[],
  { number, through, units }: ErasureBatch,
): Promise<void> {
  const { clickhouse, limits, permit } = tools;
  const own = new ErasedUnits(tools, fence, units);
  await own.create();
  const erased = await own.hashes();
  if (!(await isThere(tools, number))) {
    const types = new Set(units.map(({ type }) => type));
    const ofTypes = builds.filter(({ plan }) => types.has(plan.unitType));
    const given = await givenBy(tools, ofTypes, scopeOf(erased, through));
    await writeMoments(tools, given.negated(), number);
  }
  await permit();
  await clickhouse.command({ sql: ERASE_ASSIGNMENTS, params: { erased, cycle: number }, limits });
  for (const table of Object.values(RAW_TABLES)) {
    await permit();
    const identities = units.map(({ hash }) => hash);
    await clickhouse.command({
      sql: fill(ERASE_ROWS, { table }),
      params: { erased, identities, through },
      limits,
    });
  }
  await own.eraseLetters(through, permit);
  await own.drop();
}

/** All that is known of the units. */
function scopeOf(erased: readonly bigint[], through: number): Scope {
  return {
    tables: RAW_TABLES,
    rows: "_received_at <= fromUnixTimestamp64Milli({through:Int64}, 'UTC')",
    units: 'unit_hash IN {erased:Array(UInt64)}',
    sparse: false,
    params: { erased, through },
  };
}

/** The recomputation, of some units alone. */
async function givenBy(tools: Tools, builds: readonly Build[], scope: Scope): Promise<MomentRows> {
  const rows = new MomentRows();
  const among = { rows: `(${scope.rows}) AND ${scope.units}`, params: scope.params };
  const engine = new Engine(tools.clickhouse, tools.limits);
  for (const group of groupsOf(await touchedBuilds(tools, builds, among)))
    await addGroup(engine, group, scope, rows);
  return rows;
}

async function addGroup(engine: Engine, group: Group, all: Scope, rows: MomentRows): Promise<void> {
  const { terms } = group;
  const repeats = await engine.ask<RepeatsAnswer>(askRepeats(terms, all, MOST_LISTED, 'all'));
  const scope = distinctScope(all, repeatedOf(repeats));
  collectMoments(rows, group, {
    units: await engine.ask<UnitsAnswer>(askUnits(terms, scope, [])),
    leftOut: await engine.ask<LeftOutAnswer>(askLeftOut(terms, scope)),
    moments: await engine.ask<MomentsAnswer>(askMoments(terms, scope, [], group.parametersOf)),
  });
}
