import type { PlannedMetric } from '../../catalogue/index.ts';
import type { ParameterValue } from '../../stores/clickhouse/index.ts';
import type { MetricParameters } from '../metric-columns.ts';
import { eventsOf, needsCap } from '../metric-types/index.ts';
import { groupTerms, metricId, type QuestionTerms, twice } from '../plan-terms.ts';
import type { Build } from './builds/index.ts';

/** Builds that one set of statements serves. */
export interface Group {
  /** In the order of the terms' plans. */
  readonly builds: readonly Build[];
  readonly terms: QuestionTerms;
  /** The same with every plan twice: as it is after the new rows, and as it was before. */
  readonly bothSides: QuestionTerms;
  readonly parametersOf: (metric: PlannedMetric) => MetricParameters;
  /** For both sides. */
  readonly bothParametersOf: (metric: PlannedMetric) => MetricParameters;
  /** By epoch index: those of the terms' metrics that its build has, and has a cap for where one is needed. */
  readonly metricsOfEpoch: readonly ReadonlySet<PlannedMetric>[];
  /** What the cycle's own questions take. */
  readonly params: Readonly<Record<string, ParameterValue>>;
}

/** More make statements too long for the engine to be quick about them. */
const MOST_METRICS = 60;
const MOST_BUILDS = 500;
/** `part` is a UInt8. */
const MOST_PARTS = 250;

/** Puts builds together: of one environment and unit type, each on a flag of its own, with not too many metrics in all. */
export function groupsOf(builds: readonly Build[]): Group[] {
  const open: { builds: Build[]; flags: Set<string>; metrics: Set<string> }[] = [];
  const place = (build: Build) => {
    const metrics = build.plan.metrics.map(metricId);
    const found = open.find(
      (group) =>
        group.builds[0]?.plan.environment === build.plan.environment &&
        group.builds[0]?.plan.unitType === build.plan.unitType &&
        group.builds.length < MOST_BUILDS &&
        !group.flags.has(build.plan.flag) &&
        new Set([...group.metrics, ...metrics]).size <= MOST_METRICS,
    );
    if (found === undefined) {
      open.push({ builds: [build], flags: new Set([build.plan.flag]), metrics: new Set(metrics) });
      return;
    }
    found.builds.push(build);
    found.flags.add(build.plan.flag);
    for (const metric of metrics) found.metrics.add(metric);
  };
  // Those with the same metrics follow each other.
  const keyOf = (build: Build) => build.plan.metrics.map(metricId).sort().join('\n');
  const keyed = builds.map((build) => ({ build, key: keyOf(build) }));
  for (const { build } of keyed.sort((a, b) =>
    a.key < b.key ? -1 : a.key > b.key ? 1 : a.build.id - b.build.id,
  ))
    place(build);
  return open.map((group) => groupOf(group.builds));
}

export function groupOf(builds: readonly Build[]): Group {
  const plans = builds.map(({ plan, failed }) => ({
    ...plan,
    metrics: plan.metrics.filter(({ definition }) => failed[definition.key] === undefined),
  }));
  const terms = groupTerms(
    plans,
    builds.map((build) => build.segments),
  );
  const firsts = builds.map((_, index) => terms.epochs.findIndex((epoch) => epoch.plan === index + 1) + 1);
  const parameters = new Map(terms.metrics.map((metric) => [metric, parametersOf(builds, terms, metric)]));
  const known = (metric: PlannedMetric): MetricParameters =>
    parameters.get(metric) ?? parametersOf(builds, terms, metric);
  const ready = (metric: PlannedMetric, at: number) => {
    const { caps } = known(metric);
    return caps === undefined || caps[at] !== undefined;
  };
  const planned = plans.map((plan) => new Set(plan.metrics.map(metricId)));
  const metricsOfEpoch = terms.epochs.map(
    (epoch, at) =>
      new Set(
        terms.metrics.filter(
          (metric) => planned[epoch.plan - 1]?.has(metricId(metric)) === true && ready(metric, at),
        ),
      ),
  );
  const buildOf = (plan: number) => builds[plan - 1]?.id ?? 0;
  return {
    builds,
    terms,
    bothSides: twice(terms),
    bothParametersOf: (metric) => {
      const { centres, caps } = known(metric);
      return { centres: [...centres, ...centres], caps: caps && [...caps, ...caps] };
    },
    parametersOf: known,
    metricsOfEpoch,
    params: {
      ...terms.params,
      parts: partsOf(terms),
      builds: builds.map((build) => build.id),
      first_epochs: firsts,
      build_of: terms.epochs.map((epoch) => buildOf(epoch.plan)),
      numbers: terms.epochs.map((epoch) => epoch.number),
    },
  };
}

function parametersOf(
  builds: readonly Build[],
  terms: QuestionTerms,
  metric: PlannedMetric,
): MetricParameters {
  const { definition } = metric;
  const id = metricId(metric);
  const stored = terms.epochs.map((epoch) => builds[epoch.plan - 1]?.parameters.get(id));
  const centres = stored.map((parameters) => parameters?.centre ?? []);
  if (needsCap(definition))
    return {
      centres,
      caps: stored.map((parameters, at) => parameters?.caps[terms.epochs[at]?.number ?? 0]?.value),
    };
  const cap =
    definition.type === 'mean' && definition.cap?.kind === 'value' ? definition.cap.value : undefined;
  return { centres, caps: cap === undefined ? undefined : terms.epochs.map(() => cap) };
}

/**
 * For each of the names the part it is in. Names that one metric reads are in one part, and a cycle reads whole parts,
 * so that a metric has all of a unit's conversions or none.
 */
function partsOf(terms: QuestionTerms): number[] {
  const names = terms.params['names'] as readonly string[];
  const part = new Map(names.map((name, index) => [name, index]));
  for (const { definition } of terms.metrics) {
    const [first, ...others] = eventsOf(definition).map((name) => part.get(name) ?? 0);
    for (const [name, own] of part) if (others.includes(own)) part.set(name, first ?? 0);
  }
  // Parts that are put together cost time and nothing else.
  return names.map((name) => (part.get(name) ?? 0) % MOST_PARTS);
}
