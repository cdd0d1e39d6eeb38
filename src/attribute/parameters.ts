import type { PlannedMetric } from '../catalogue/index.ts';
import type { FailedMetric, FrozenParameters, MomentsRow } from './attribution.ts';
import { computeCaps, hasOpenCap } from './caps.ts';
import { eachAloneIfNeeded } from './each-alone.ts';
import type { Engine } from './engine.ts';
import type { MetricParameters } from './metric-columns.ts';
import { momentsOfMetrics } from './metric-moments.ts';
import { dimensionOf, hasBins, needsCap } from './metric-types/index.ts';
import { type PlanTerms, withMetrics } from './plan-terms.ts';
import type { DistinctScope } from './scope.ts';
import { type ParameterStore, parametersKey, type StoredParameters } from './stored-parameters.ts';
import type { UnitCounts } from './unit-counts.ts';

// A centre from fewer units is replaced once twice as many have come: it may be far from where the data settle.
export const SETTLED_UNITS = 1000;

export interface SettledParameters {
  readonly of: (metric: PlannedMetric) => StoredParameters;
  readonly failed: readonly FailedMetric[];
}

/** What attribution of one experiment reads: its rows and its units, whatever the segment. */
export interface Material {
  readonly engine: Engine;
  readonly store: ParameterStore;
  readonly terms: PlanTerms;
  readonly scopes: readonly DistinctScope[];
  readonly dataThrough: Date;
  /** The units of all segments in some of the slices. */
  readonly unitsOf: (scopes: readonly DistinctScope[]) => Promise<UnitCounts>;
}

/**
 * The parameters that the moments are to be made with: the stored ones, and new versions of those that are missing or
 * not frozen yet. They never depend on a segment.
 */
export async function settleParameters(material: Material): Promise<SettledParameters> {
  const { store, terms } = material;
  const stored = await store.latest(terms.plan.key);
  const known = (metric: PlannedMetric) => stored.get(parametersKey(metric)) ?? noParameters(metric);

  const open = terms.metrics.filter((metric) => hasOpenCap(terms, metric, known(metric).caps));
  const caps = await eachAloneIfNeeded(withMetrics(terms, open), (part) =>
    computeCaps(material.engine, part, material.scopes, material.dataThrough, (metric) => known(metric).caps),
  );
  const capsOf = new Map(caps.done.flatMap((part) => [...part]));
  const next = new Map<string, StoredParameters>();
  for (const metric of terms.metrics) {
    const before = known(metric);
    const after = capsOf.get(metric.definition.key) ?? before.caps;
    next.set(parametersKey(metric), sameCaps(before.caps, after) ? before : { ...before, caps: after });
  }

  const off = terms.metrics.filter((metric) => {
    const failed = caps.failed.some((failure) => failure.metric === metric.definition.key);
    return !failed && !hasBins(metric.definition) && known(metric).centreUnits === 0;
  });
  // Any number near the data will do as a centre, so one slice is enough.
  const sample = material.scopes.slice(0, 1);
  const centres = await eachAloneIfNeeded(withMetrics(terms, off), async (part) => {
    const parametersOf = (metric: PlannedMetric) =>
      metricParameters(terms, metric, next.get(parametersKey(metric)) ?? noParameters(metric));
    const counts = await material.unitsOf(sample);
    return momentsOfMetrics(material.engine, part, sample, [], counts, parametersOf);
  });
  for (const { rows } of centres.done) {
    for (const metric of off) {
      const at = next.get(parametersKey(metric)) ?? noParameters(metric);
      const centred = recentred(at, rows, metric);
      if (centred !== null) next.set(parametersKey(metric), centred);
    }
  }
  await save(material, known, next);
  return {
    of: (metric) => next.get(parametersKey(metric)) ?? noParameters(metric),
    failed: [...caps.failed, ...centres.failed],
  };
}

/** Stores centres from more units for the next run where those of this one were computed from few. */
export async function improveCentres(
  material: Material,
  settled: SettledParameters,
  rows: readonly MomentsRow[],
): Promise<void> {
  const next = new Map<string, StoredParameters>();
  for (const metric of material.terms.metrics) {
    const before = settled.of(metric);
    if (before.centreUnits >= SETTLED_UNITS) continue;
    const after = recentred(before, rows, metric);
    if (after !== null && after.centreUnits >= 2 * before.centreUnits) next.set(parametersKey(metric), after);
  }
  await save(material, settled.of, next);
}

/** As the questions need them: by epoch index, a fixed cap in every epoch. */
export function metricParameters(
  terms: PlanTerms,
  { definition }: PlannedMetric,
  { centre, caps }: StoredParameters,
): MetricParameters {
  const centres = terms.epochs.map(() => centre);
  if (needsCap(definition)) return { centres, caps: terms.epochs.map((epoch) => caps[epoch.number]?.value) };
  const cap =
    definition.type === 'mean' && definition.cap?.kind === 'value' ? definition.cap.value : undefined;
  return { centres, caps: cap === undefined ? undefined : terms.epochs.map(() => cap) };
}

/** As the attribution shows them. */
export function frozenParameters(
  terms: PlanTerms,
  metric: PlannedMetric,
  stored: StoredParameters,
): FrozenParameters {
  const { caps } = metricParameters(terms, metric, stored);
  return {
    metric: metric.definition.key,
    metricVersion: metric.version,
    version: stored.version,
    centre: stored.centre,
    caps: Object.fromEntries(
      terms.epochs.flatMap((epoch, index) => {
        const cap = caps?.[index];
        return cap === undefined ? [] : [[epoch.number, cap]];
      }),
    ),
  };
}

function sameCaps(before: StoredParameters['caps'], after: StoredParameters['caps']): boolean {
  return (
    Object.keys(before).length === Object.keys(after).length &&
    Object.entries(after).every(
      ([epoch, { value, frozen }]) => before[epoch]?.value === value && before[epoch]?.frozen === frozen,
    )
  );
}

function noParameters({ definition }: PlannedMetric): StoredParameters {
  return { version: 0, centre: new Array<number>(dimensionOf(definition)).fill(0), centreUnits: 0, caps: {} };
}

/** With the mean over all units as the centre; null without units. */
function recentred(
  before: StoredParameters,
  rows: readonly MomentsRow[],
  { definition }: PlannedMetric,
): StoredParameters | null {
  const own = rows.filter((row) => row.metric === definition.key);
  const units = own.reduce((n, { moments }) => n + moments.n, 0);
  if (units === 0) return null;
  const centre = before.centre.map(
    (c, i) => c + own.reduce((sum, { moments }) => sum + (moments.sums[i] ?? 0), 0) / units,
  );
  return centre.every(Number.isFinite) ? { ...before, centre, centreUnits: units } : null;
}

/** Adds a version of each that changed; `next` then holds what is stored, which may be another run's. */
async function save(
  { store, terms, dataThrough }: Material,
  before: (metric: PlannedMetric) => StoredParameters,
  next: Map<string, StoredParameters>,
): Promise<void> {
  let lost = false;
  for (const metric of terms.metrics) {
    const key = parametersKey(metric);
    const after = next.get(key);
    // Caps alone are of no use: a version has a centre.
    if (after === undefined || after === before(metric) || after.centreUnits === 0) continue;
    const version = { ...after, version: after.version + 1 };
    next.set(key, version);
    if (!(await store.add(terms.plan.key, metric, version, dataThrough))) lost = true;
  }
  if (!lost) return;
  for (const [key, stored] of await store.latest(terms.plan.key)) next.set(key, stored);
}
