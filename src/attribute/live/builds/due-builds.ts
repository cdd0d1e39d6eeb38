import type { ExperimentPlan } from '../../../catalogue/index.ts';
import type { ClickHouse, StatementLimits } from '../../../stores/clickhouse/index.ts';
import { loadSql } from '../../../stores/sql-file.ts';
import { hasOpenCap } from '../../caps.ts';
import { hasBins } from '../../metric-types/index.ts';
import { SETTLED_UNITS } from '../../parameters.ts';
import { metricId, planTerms } from '../../plan-terms.ts';
import { buildIdentity } from './build.ts';
import type { LiveBuild } from './builds.ts';

const UNITS = loadSql(new URL('./units-of-builds.sql', import.meta.url));
const LIMITS: StatementLimits = { maxSeconds: 10, maxMemoryBytes: 1_000_000_000 };
/** Percentile caps that are not frozen yet follow the data so often. */
const CAPS_EVERY_MS = 600_000;

/**
 * The first plan that needs a build: its definition has changed, a new build was asked for, its percentile caps are not
 * frozen and old, or its centres or segments come from so few units that far more have come since.
 */
export async function nextDue(
  clickhouse: ClickHouse,
  plans: readonly ExperimentPlan[],
  live: readonly LiveBuild[],
): Promise<ExperimentPlan | null> {
  const builds = new Map(live.map((build) => [build.plan.key, build]));
  const unsettled: LiveBuild[] = [];
  for (const plan of plans) {
    const build = builds.get(plan.key);
    if (build === undefined || build.identity !== buildIdentity(plan) || build.rebuildAsked) return plan;
    if (build.ageMs > CAPS_EVERY_MS && capsAreOpen(build)) return plan;
    if (centresAreOpen(build) || segmentsAreOpen(build)) unsettled.push(build);
  }
  if (unsettled.length === 0) return null;
  const rows = await clickhouse.query<{ build: number; units: string }>({
    sql: UNITS,
    params: { builds: unsettled.map((build) => build.id) },
    limits: LIMITS,
  });
  const units = new Map(rows.map((row) => [row.build, Number(row.units)]));
  const grown = unsettled.find((build) => {
    const has = units.get(build.id) ?? 0;
    return has >= SETTLED_UNITS && has >= 2 * build.slowCounts.units;
  });
  return plans.find((plan) => plan.key === grown?.plan.key) ?? null;
}

function capsAreOpen({ plan, parameters }: LiveBuild): boolean {
  const terms = planTerms(plan);
  return terms.metrics.some((metric) =>
    hasOpenCap(terms, metric, parameters.get(metricId(metric))?.caps ?? {}),
  );
}

/** Which values have most units is not known of few. */
function segmentsAreOpen({ segments, slowCounts }: LiveBuild): boolean {
  return segments.length > 0 && slowCounts.units < SETTLED_UNITS;
}

/** Sums around a centre that is far from the data lose digits. */
function centresAreOpen({ plan, parameters }: LiveBuild): boolean {
  return plan.metrics.some(
    (metric) =>
      !hasBins(metric.definition) && (parameters.get(metricId(metric))?.centreUnits ?? 0) < SETTLED_UNITS,
  );
}
