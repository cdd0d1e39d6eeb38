import { setTimeout as pause } from 'node:timers/promises';
import { type ClickHouse, repeatInsert, type StatementLimits } from '../../stores/clickhouse/index.ts';
import { loadSql } from '../../stores/sql-file.ts';
import type { MomentsAnswer } from '../metric-moments.ts';
import { fill } from '../question.ts';
import { segmentMarks } from '../segments.ts';
import { askLeftOut, askMoments, askUnits } from '../statements.ts';
import type { LeftOutAnswer, UnitsAnswer } from '../unit-counts.ts';
import { collectMoments } from './collect-moments.ts';
import type { Group } from './group.ts';
import { MomentRows } from './moment-rows.ts';
import type { Stretch, Touched } from './touched.ts';

const ASSIGN = loadSql(new URL('./assign.sql', import.meta.url));
const BLOCK_THERE = loadSql(new URL('./block-there.sql', import.meta.url));

/** One cycle: which rows are new, and the number under which everything is written. */
export interface Cycle extends Stretch {
  readonly number: number;
}

/** What a cycle runs with. */
export interface CycleTools {
  readonly clickhouse: ClickHouse;
  readonly touched: Touched;
  readonly limits: StatementLimits;
  /** Asked before every write; rejects where this attributor may write no more. */
  readonly permit: () => Promise<void>;
  /** Told of metrics that can no longer be summed, before anything is written. */
  readonly overflowed: (metrics: MomentRows['overflowed']) => Promise<void>;
}

/** How long another's insert may stay between its token and its rows. */
const SETTLE_MS = 1000;

/**
 * Brings the moments and assignments of the groups' builds from what was received up to `from` to what was up to `to`:
 * the recomputation of what the new rows touch, as it is after them less as it was before. Moments are written before
 * assignments, so where they are there, only assignments can be missing; to write those again changes nothing. So a
 * cycle that died anywhere is run again as it was.
 */
export async function runCycle(tools: CycleTools, groups: readonly Group[], cycle: Cycle): Promise<void> {
  const { clickhouse, touched, limits, permit } = tools;
  const rows = new MomentRows();
  const there = await isThere(tools, cycle);
  if (!there) {
    for (const group of groups) {
      await touched.find(group, cycle, 'all');
      await addDelta(touched, group, rows);
      // With one group its pairs are still in the tables.
      if (groups.length === 1) break;
    }
    await tools.overflowed(rows.overflowed);
    await permit();
    await repeatInsert(clickhouse, rows.block(cycle.number, limits), {
      rows: 1,
      count: { sql: BLOCK_THERE, params: { cycle: cycle.number }, limits },
      settle: () => pause(SETTLE_MS),
    });
  }
  for (const group of groups) {
    if (there || groups.length > 1) await touched.find(group, cycle, 'assignments');
    await permit();
    await clickhouse.command({
      sql: fill(ASSIGN, { pairs: touched.pairs, ...segmentMarks(group.terms) }),
      params: { ...group.params, cycle: cycle.number },
      limits,
    });
  }
  await touched.clear();
}

async function isThere({ clickhouse, limits }: CycleTools, cycle: Cycle): Promise<boolean> {
  const [found] = await clickhouse.query<{ n: string }>({
    sql: BLOCK_THERE,
    params: { cycle: cycle.number },
    limits,
  });
  return Number(found?.n) > 0;
}

/** Adds what the touched units give after the new rows, less what they gave before. */
async function addDelta(touched: Touched, group: Group, rows: MomentRows): Promise<void> {
  const { bothSides, bothParametersOf } = group;
  const { engine } = touched;
  collectMoments(rows, group, {
    units: await engine.ask<UnitsAnswer>(askUnits(bothSides, touched.scope(group, 'changed'), [])),
    leftOut: await engine.ask<LeftOutAnswer>(askLeftOut(bothSides, touched.impressionsScope())),
    moments: await engine.ask<MomentsAnswer>(
      askMoments(bothSides, touched.scope(group, 'all'), [], bothParametersOf),
    ),
  });
}
