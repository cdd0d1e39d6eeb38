import type { Logger } from 'pino';
import type { ClickHouse, StatementLimits } from '../../stores/clickhouse/index.ts';
import type { PostgresRunner } from '../../stores/postgres/index.ts';
import { loadSql } from '../../stores/sql-file.ts';
import { Engine } from '../engine.ts';
import type { MomentsAnswer } from '../metric-moments.ts';
import { settleParameters } from '../parameters.ts';
import { metricId, planTerms } from '../plan-terms.ts';
import { fill } from '../question.ts';
import { type SliceSize, slicesOf } from '../slices.ts';
import { askLeftOut, askMoments, askOtherUnitTypes, askPairs, askUnits } from '../statements.ts';
import { ParameterStore, type StoredParameters } from '../stored-parameters.ts';
import { countUnits, type LeftOutAnswer, type UnitsAnswer } from '../unit-counts.ts';
import type { Build } from './build.ts';
import { collectMoments } from './collect-moments.ts';
import { groupOf } from './group.ts';
import { MomentRows, overflowReason } from './moment-rows.ts';

const ASSIGN_SLICE = loadSql(new URL('./assign-slice.sql', import.meta.url));

export interface BackfillTools {
  readonly clickhouse: ClickHouse;
  readonly postgres: PostgresRunner;
  readonly logger: Logger;
  readonly limits: StatementLimits;
  readonly slice: SliceSize;
  readonly permit: () => void;
}

/**
 * The moments and assignments of a new build from all rows received up to `through`, in slices of units. Between
 * slices the caller goes on with its cycles: what was received up to then does not change. Gives the build as it is to
 * be made live; a build that is not finished counts for nothing.
 */
export async function* backfill(
  tools: BackfillTools,
  unbuilt: Pick<Build, 'id' | 'plan'>,
  { number, through }: { readonly number: number; readonly through: number },
): AsyncGenerator<{ readonly progress: number }, Build> {
  const { clickhouse, limits, permit } = tools;
  const engine = new Engine(clickhouse, limits);
  const dataThrough = new Date(through);
  const terms = planTerms(unbuilt.plan);
  const { scopes, repeats } = await slicesOf(engine, terms, dataThrough, tools.slice);
  yield { progress: 0.1 };
  const settled = await settleParameters({
    ...{ engine, terms, scopes, dataThrough },
    store: new ParameterStore(tools.postgres),
    unitsOf: (some) => countUnits(engine, terms, some, []),
  });
  yield { progress: 0.3 };
  const parameters = new Map<string, StoredParameters>(
    terms.metrics.map((metric) => [metricId(metric), settled.of(metric)]),
  );
  const failed = Object.fromEntries(settled.failed.map(({ metric, reason }) => [metric, reason]));
  const counts = { duplicateEvents: repeats, conversionsOfOtherUnitTypes: 0 };
  const build: Build = { ...unbuilt, parameters, failed, slowCounts: counts };
  const group = groupOf([build]);
  const rows = new MomentRows();
  for (const [index, scope] of scopes.entries()) {
    const asked = {
      units: await engine.ask<UnitsAnswer>(askUnits(terms, scope, [])),
      leftOut: await engine.ask<LeftOutAnswer>(askLeftOut(terms, scope)),
      moments: await engine.ask<MomentsAnswer>(askMoments(group.terms, scope, [], group.parametersOf)),
    };
    collectMoments(rows, group, asked, 1);
    const [others] = await engine.ask<{ conversions: string }>(askOtherUnitTypes(terms, scope));
    counts.conversionsOfOtherUnitTypes += Number(others?.conversions ?? 0);
    const pairs = askPairs(terms, scope);
    permit();
    await clickhouse.command({
      sql: fill(ASSIGN_SLICE, { pairs: pairs.sql }),
      params: {
        ...pairs.params,
        ...{ build: build.id, cycle: number },
        numbers: terms.epochs.map((epoch) => epoch.number),
      },
      limits,
    });
    yield { progress: 0.3 + (0.7 * (index + 1)) / (scopes.length + 1) };
  }
  permit();
  // Nobody else writes this block: should this fail, the build is begun anew under another number.
  await clickhouse.insert(rows.block(number, limits));
  return { ...build, failed: { ...failed, ...overflowReasons(rows) } };
}

/** Why metrics have no moments, where their sums exceed what a number can hold. */
function overflowReasons(rows: MomentRows): Record<string, string> {
  return Object.fromEntries(rows.overflowed.map(({ metric }) => [metric, overflowReason(metric)]));
}
