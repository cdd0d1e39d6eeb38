import { setTimeout as pause } from 'node:timers/promises';
import { AppError } from '../../errors.ts';
import { type ClickHouse, repeatInsert, type StatementLimits } from '../../stores/clickhouse/index.ts';
import { loadSql } from '../../stores/sql-file.ts';
import type { MomentsAnswer } from '../metric-moments.ts';
import type { UnitRange } from '../scope.ts';
import { askLeftOut, askMoments, askUnits } from '../statements.ts';
import type { LeftOutAnswer, UnitsAnswer } from '../unit-counts.ts';
import { collectMoments } from './collect-moments.ts';
import type { Group } from './group.ts';
import { MomentRows } from './moment-rows.ts';
import type { Stretch, Touched } from './touched/index.ts';

const BLOCK_THERE = loadSql(new URL('./block-there.sql', import.meta.url));

/** One cycle: which rows are new, and the number under which everything is written. */
export interface Cycle extends Stretch {
  readonly number: number;
  /** How many rows are new. */
  readonly rows: number;
}

/** What a cycle runs with. */
export interface CycleTools {
  readonly clickhouse: ClickHouse;
  readonly touched: Touched;
  readonly limits: StatementLimits;
  /** About so many new rows are attributed at a time: memory is bounded however many a cycle has. */
  readonly rowsAtATime: number;
  /** Asked before every write; rejects where this attributor may write no more. */
  readonly permit: () => Promise<void>;
  /** Told that a statement exceeded its limit, and in how many ranges of units it is tried now. */
  readonly exceeded: (ranges: number, error: AppError) => void;
  /** Told of metrics that can no longer be summed, before anything is written. */
  readonly overflowed: (metrics: MomentRows['overflowed']) => Promise<void>;
}

/** Where that is too much for the statements' limit of memory, so many times less. */
const SMALLER = 4;
const MOST_RANGES = 4096;

/** How long another's insert may stay between its token and its rows. */
const SETTLE_MS = 1000;

/**
 * Brings the moments and assignments of the groups' builds from what was received up to `from` to what was up to `to`:
 * the recomputation of what the new rows touch, as it is after them less as it was before. Moments are written before
 * assignments, so where they are there, only assignments can be missing; to write those again changes nothing. So a
 * cycle that died anywhere is run again as it was.
 */
export async function runCycle(tools: CycleTools, groups: readonly Group[], cycle: Cycle): Promise<void> {
  const { touched, permit } = tools;
  const there = await isThere(tools, cycle.number);
  const count = Math.max(1, Math.ceil(cycle.rows / tools.rowsAtATime));
  const rows = await inRanges(count, tools.exceeded, async (ranges) => {
    const delta = new MomentRows();
    await touched.clear();
    for (const group of groups)
      for (const range of ranges) {
        await touched.find(group, cycle, range, there ? 'assignments' : 'all');
        if (!there) await addDelta(touched, group, delta);
      }
    return delta;
  });
  if (!there) await writeMoments(tools, rows, cycle.number);
  await permit();
  await touched.assign(cycle.number);
  await touched.clear();
}

/** In so many ranges of units, or in more and smaller ones where a statement exceeds its limit of memory. */
async function inRanges<T>(
  count: number,
  exceeded: CycleTools['exceeded'],
  work: (ranges: readonly UnitRange[]) => Promise<T>,
): Promise<T> {
  try {
    return await work(Array.from({ length: count }, (_, index) => ({ index, count })));
  } catch (error) {
    const smaller = count * SMALLER;
    if (!(error instanceof AppError) || error.code !== 'limit-exceeded' || smaller > MOST_RANGES) throw error;
    exceeded(smaller, error);
    return inRanges(smaller, exceeded, work);
  }
}

/** Whether the block of moments that is written under the number is there. */
export async function isThere(
  { clickhouse, limits }: Pick<CycleTools, 'clickhouse' | 'limits'>,
  number: number,
): Promise<boolean> {
  const [found] = await clickhouse.query<{ n: string }>({
    sql: BLOCK_THERE,
    params: { cycle: number },
    limits,
  });
  return Number(found?.n) > 0;
}

/** Adds the rows to the moments under the number, once, whoever else does so. */
export async function writeMoments(
  tools: Omit<CycleTools, 'touched'>,
  rows: MomentRows,
  number: number,
): Promise<void> {
  const { clickhouse, limits } = tools;
  await tools.overflowed(rows.overflowed);
  await tools.permit();
  await repeatInsert(clickhouse, rows.block(number, limits), {
    rows: 1,
    count: { sql: BLOCK_THERE, params: { cycle: number }, limits },
    settle: () => pause(SETTLE_MS),
  });
}

/** Adds what the touched units, once found, give after the new rows, less what they gave before. */
export async function addDelta(touched: Touched, group: Group, rows: MomentRows): Promise<void> {
  const { bothSides, bothParametersOf } = group;
  const { engine, pace } = touched;
  let units: readonly UnitsAnswer[] = [];
  let leftOut: readonly LeftOutAnswer[] = [];
  let moments: readonly MomentsAnswer[] = [];
  await pace([
    async () => {
      units = await engine.ask(askUnits(bothSides, touched.scope(group, 'changed'), []));
    },
    async () => {
      leftOut = await engine.ask(askLeftOut(bothSides, touched.impressionsScope()));
    },
    async () => {
      moments = await engine.ask(askMoments(bothSides, touched.scope(group, 'all'), [], bothParametersOf));
    },
  ]);
  collectMoments(rows, group, { units, leftOut, moments });
}
