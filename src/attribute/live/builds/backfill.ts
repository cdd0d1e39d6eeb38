import type { ClickHouse, StatementLimits } from '../../../stores/clickhouse/index.ts';
import type { PostgresRunner } from '../../../stores/postgres/index.ts';
import { loadSql } from '../../../stores/sql-file.ts';
import type { ExactQuantile, ExactQuantiles, FailedMetric } from '../../attribution.ts';
import { mayBlameMetric } from '../../each-alone.ts';
import { Engine } from '../../engine.ts';
import { isQuantile, QuantileReader } from '../../exact-quantiles.ts';
import type { MomentsAnswer } from '../../metric-moments.ts';
import { settleParameters } from '../../parameters.ts';
import { metricId, type PlanTerms, planTerms, withMetrics } from '../../plan-terms.ts';
import { fill } from '../../question.ts';
import type { DistinctScope } from '../../scope.ts';
import { ALL_UNITS, type FrozenValues, MOST_VALUES, segmentMarks } from '../../segments.ts';
import { type SliceSize, slicesOf } from '../../slices.ts';
import {
  askLeftOut,
  askMoments,
  askOtherUnitTypes,
  askPairs,
  askSegmentValues,
  askUnits,
} from '../../statements.ts';
import { ParameterStore, type StoredParameters } from '../../stored-parameters.ts';
import { countUnits, type LeftOutAnswer, type UnitsAnswer } from '../../unit-counts.ts';
import { attributionOfBuild } from '../build-attribution.ts';
import { collectMoments } from '../collect-moments.ts';
import { groupOf } from '../group.ts';
import { MomentRows, overflowReason } from '../moment-rows.ts';
import type { Build } from './build.ts';

const ASSIGN_SLICE = loadSql(new URL('./assign-slice.sql', import.meta.url));

export interface SliceTools {
  readonly clickhouse: ClickHouse;
  readonly limits: StatementLimits;
  readonly slice: SliceSize;
}

export interface BackfillTools extends SliceTools {
  readonly postgres: PostgresRunner;
  readonly permit: () => Promise<void>;
}

interface Recomputed extends Pick<Build, 'slowCounts' | 'exactQuantiles'> {
  readonly rows: MomentRows;
}

/** The moments that all rows received up to `through` give a build, in slices of units. */
export async function* recomputeBuild(
  { clickhouse, limits, slice }: SliceTools,
  build: Build,
  through: number,
  eachSlice: (scope: DistinctScope) => Promise<void> = async () => undefined,
): AsyncGenerator<{ readonly progress: number }, Recomputed> {
  const engine = new Engine(clickhouse, limits);
  const terms = planTerms(build.plan);
  const { scopes, repeats } = await slicesOf(engine, terms, new Date(through), slice);
  const group = groupOf([build]);
  const rows = new MomentRows();
  let conversionsOfOtherUnitTypes = 0;
  for (const [index, scope] of scopes.entries()) {
    yield { progress: index / scopes.length };
    const answers = {
      units: await engine.ask<UnitsAnswer>(askUnits(group.terms, scope, [])),
      leftOut: await engine.ask<LeftOutAnswer>(askLeftOut(terms, scope)),
      moments: await engine.ask<MomentsAnswer>(askMoments(group.terms, scope, [], group.parametersOf)),
    };
    collectMoments(rows, group, answers);
    const [others] = await engine.ask<{ conversions: string }>(askOtherUnitTypes(terms, scope));
    conversionsOfOtherUnitTypes += Number(others?.conversions ?? 0);
    await eachSlice(scope);
  }
  const units = rows
    .rows()
    .filter((row) => row.metric === '' && row.excluded === '' && row.segment === ALL_UNITS)
    .reduce((sum, row) => sum + row.n, 0);
  const slowCounts = { units, duplicateEvents: repeats, conversionsOfOtherUnitTypes };
  const exactQuantiles = yield* readQuantiles(engine, build, rows, scopes, new Date(through));
  return { rows, slowCounts, exactQuantiles };
}

/** Metric by metric, so that one whose values cannot be read stops no other: its buckets are there all the same. */
async function* readQuantiles(
  engine: Engine,
  build: Build,
  rows: MomentRows,
  scopes: readonly DistinctScope[],
  dataThrough: Date,
): AsyncGenerator<{ readonly progress: number }, ExactQuantiles | null> {
  const terms = planTerms(build.plan);
  const metrics = terms.metrics.filter(isQuantile);
  if (metrics.length === 0) return null;
  const { bins } = attributionOfBuild(build, rows.rows(), dataThrough);
  const found: ExactQuantile[] = [];
  const unread: FailedMetric[] = [];
  for (const metric of metrics) {
    const reader = new QuantileReader(withMetrics(terms, [metric]), bins);
    try {
      for (const scope of scopes) {
        yield { progress: 1 };
        await reader.read(engine, scope, []);
      }
      found.push(...reader.quantiles());
    } catch (error) {
      if (!mayBlameMetric(error)) throw error;
      unread.push({ metric: metric.definition.key, reason: error.message });
    }
  }
  return { dataThrough, rows: found, unread };
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
  const { scopes } = await slicesOf(engine, terms, dataThrough, tools.slice);
  const settled = await settleParameters({
    ...{ engine, terms, scopes, dataThrough },
    store: new ParameterStore(tools.postgres),
    unitsOf: (some) => countUnits(engine, terms, some, []),
  });
  yield { progress: 0 };
  const segments = await freezeSegments(engine, terms, scopes);
  const parameters = new Map<string, StoredParameters>(
    terms.metrics.map((metric) => [metricId(metric), settled.of(metric)]),
  );
  const failed = Object.fromEntries(settled.failed.map(({ metric, reason }) => [metric, reason]));
  const build: Build = {
    ...unbuilt,
    ...{ parameters, segments, failed, exactQuantiles: null },
    slowCounts: { units: 0, duplicateEvents: 0, conversionsOfOtherUnitTypes: 0 },
  };
  const { terms: withSegments } = groupOf([build]);
  const { rows, ...recomputed } = yield* recomputeBuild(tools, build, through, async (scope) => {
    const pairs = askPairs(withSegments, scope);
    await permit();
    await clickhouse.command({
      sql: fill(ASSIGN_SLICE, { pairs: pairs.sql, ...segmentMarks(withSegments) }),
      params: {
        ...pairs.params,
        ...{ build: build.id, cycle: number },
        numbers: terms.epochs.map((epoch) => epoch.number),
      },
      limits,
    });
  });
  await permit();
  // Nobody else writes this block: should this fail, the build is begun anew under another number.
  await clickhouse.insert(rows.block(number, limits));
  return { ...build, ...recomputed, failed: { ...failed, ...overflowReasons(rows) } };
}

/** The values of the plan's segment attributes that get a segment each. One slice, which is a fair sample, is enough. */
async function freezeSegments(
  engine: Engine,
  terms: PlanTerms,
  scopes: readonly DistinctScope[],
): Promise<FrozenValues[]> {
  const { segmentAttributes } = terms.plan;
  const [sample] = scopes;
  if (segmentAttributes.length === 0 || sample === undefined) return [];
  const empty = segmentAttributes.map((attribute) => ({ attribute, values: [] }));
  const found = await engine.ask<{ attribute: number; value: string }>(
    askSegmentValues({ ...terms, segments: [empty] }, sample, MOST_VALUES),
  );
  const byAttribute = Map.groupBy(found, (row) => row.attribute);
  return segmentAttributes.map((attribute, index) => ({
    attribute,
    values: (byAttribute.get(index + 1) ?? []).map((row) => row.value),
  }));
}

/** Why metrics have no moments, where their sums exceed what a number can hold. */
function overflowReasons(rows: MomentRows): Record<string, string> {
  return Object.fromEntries(rows.overflowed.map(({ metric }) => [metric, overflowReason(metric)]));
}
