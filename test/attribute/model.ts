/**
 * Attribution as the semantics say it, row by row and with nothing clever: what the engine's answers are compared with.
 * It shares no code with src/attribute. The one thing taken from the store is each row's content hash, which decides
 * between rows of one identity and one time.
 */
import type { AttributeFilter, Epoch, ExperimentPlan } from '../../src/catalogue/index.ts';
import {
  type Assignment,
  binOf,
  capsOf,
  dayIsClosed,
  matches,
  prePeriod,
  quantileValue,
  type RawConversion,
  type RawImpression,
  type RawRow,
  sourcesOf,
  windowed,
} from './model-unit.ts';

export interface ModelMoments {
  n: number;
  readonly sums: number[];
  readonly products: number[];
  /** Of the absolute terms, for the tolerance. */
  readonly absoluteSums: number[];
  readonly absoluteProducts: number[];
}

export interface ModelAttribution {
  /** By "epoch population day variant". */
  readonly units: Map<string, { units: number; multipleVariants: number }>;
  /** By "metric epoch population day variant". */
  readonly moments: Map<string, ModelMoments>;
  /** By "metric epoch population day variant": units by bin. */
  readonly bins: Map<string, Map<number, number>>;
  /** By "metric epoch variant", over new units: the quantile and, where there are enough, its bounds. */
  readonly quantiles: Map<
    string,
    { n: number; value: number; bounds: { lower: number; upper: number } | null }
  >;
  /** The same of units on whose cohort day every window is over. */
  readonly closed: Map<string, ModelMoments>;
  /** By metric, epoch number. */
  readonly caps: Map<string, Record<number, number>>;
  readonly exclusions: {
    multipleVariants: number;
    guardInterval: number;
    unknownVariant: number;
    impressionsByReason: Record<string, number>;
    offTarget: number;
    outsideDates: number;
    conversionsOfOtherUnitTypes: number;
    outsideTransform: Record<string, number>;
    duplicateEvents: number;
  };
}

export function attributionOf(
  plan: ExperimentPlan,
  rows: { impressions: readonly RawImpression[]; conversions: readonly RawConversion[] },
  options: {
    dataThrough: number;
    segment: readonly AttributeFilter[];
    /** Only units with this value of an attribute at their first impression, or (null) with none of these values. */
    among?: { attribute: string; values: readonly string[]; value: string | null };
    centreOf: (metric: string) => readonly number[];
    /** The caps that are in force, by metric and epoch number; otherwise they are computed from the data. */
    capsInForce?: ReadonlyMap<string, Readonly<Record<number, number>>>;
  },
): ModelAttribution {
  const { dataThrough, segment, among, centreOf, capsInForce } = options;
  const exclusions: ModelAttribution['exclusions'] = {
    ...{ multipleVariants: 0, guardInterval: 0, unknownVariant: 0, impressionsByReason: {} },
    ...{
      offTarget: 0,
      outsideDates: 0,
      conversionsOfOtherUnitTypes: 0,
      outsideTransform: {},
      duplicateEvents: 0,
    },
  };
  const known = <Row extends RawRow>(all: readonly Row[]) =>
    all.filter((row) => row.environment === plan.environment && row.receivedAt <= dataThrough);
  const metrics = [...new Map(plan.metrics.map((metric) => [metric.definition.key, metric])).values()];
  const names = new Set(metrics.flatMap((metric) => sourcesOf(metric).map((source) => source.event)));

  // Events, each once.
  const impressionRows = known(rows.impressions).filter(
    (row) => row.name === plan.flag && row.unitType === plan.unitType,
  );
  const conversionRows = known(rows.conversions).filter((row) => names.has(row.name));
  const ownRows = conversionRows.filter((row) => row.unitType === plan.unitType);
  const impressions = eachOnce(impressionRows);
  const conversions = eachOnce(ownRows);
  const members = new Set(impressionRows.map((row) => row.unitId));
  const ofMembers = (all: readonly RawRow[]) => all.filter((row) => members.has(row.unitId)).length;
  exclusions.duplicateEvents =
    impressionRows.length - impressions.length + (ofMembers(ownRows) - ofMembers(conversions));
  exclusions.conversionsOfOtherUnitTypes = eachOnce(
    conversionRows.filter(
      (row) =>
        !row.unitTypes.includes(plan.unitType) &&
        row.unitTypes[0] === row.unitType &&
        row.ts >= plan.start.getTime() &&
        (plan.end === null || row.ts < plan.end.getTime()),
    ),
  ).length;

  // Eligible impressions.
  const eligible = impressions.filter((impression) => {
    if (impression.ts < plan.start.getTime() || (plan.end !== null && impression.ts >= plan.end.getTime())) {
      exclusions.outsideDates += 1;
      return false;
    }
    if (!plan.eligibleReasons.includes(impression.reason)) {
      const { impressionsByReason: counts } = exclusions;
      counts[impression.reason] = (counts[impression.reason] ?? 0) + 1;
      return false;
    }
    const { epoch } = epochOf(plan, impression);
    if (!epoch.targeting.every((filter) => matches(filter, impression.attributes))) {
      exclusions.offTarget += 1;
      return false;
    }
    if (!epoch.arms.some((arm) => arm.variant === impression.variant)) {
      exclusions.unknownVariant += 1;
      return false;
    }
    return true;
  });

  const assignments = assign(plan, eligible);
  const analysed: Assignment[] = [];
  const units: ModelAttribution['units'] = new Map();
  for (const assignment of assignments) {
    if (!segment.every((filter) => matches(filter, assignment.attributes))) continue;
    if (among !== undefined) {
      // Absent is as good as empty.
      const value = assignment.attributes[among.attribute] ?? '';
      if (among.value === null ? among.values.includes(value) : value !== among.value) continue;
    }
    if (assignment.guarded) {
      exclusions.guardInterval += 1;
      continue;
    }
    const key = cohortKey(assignment);
    const counts = units.get(key) ?? { units: 0, multipleVariants: 0 };
    units.set(key, counts);
    counts.units += 1;
    if (assignment.mixed) {
      counts.multipleVariants += 1;
      exclusions.multipleVariants += 1;
    } else analysed.push(assignment);
  }

  const caps: ModelAttribution['caps'] = new Map();
  const moments: ModelAttribution['moments'] = new Map();
  const bins: ModelAttribution['bins'] = new Map();
  const values = new Map<string, number[]>();
  const closed: ModelAttribution['moments'] = new Map();
  for (const metric of metrics) {
    const { definition } = metric;
    const { key } = definition;
    const everybody = assignments.filter((assignment) => !assignment.guarded && !assignment.mixed);
    const computed = capsOf(plan, metric, everybody, conversions, dataThrough);
    const capByEpoch = computed === null ? null : (capsInForce?.get(key) ?? computed);
    if (capByEpoch !== null) caps.set(key, capByEpoch);
    for (const assignment of analysed) {
      const cap = capByEpoch === null ? Number.POSITIVE_INFINITY : capByEpoch[assignment.epoch.number];
      if (cap === undefined) continue;
      const bin = binOf(plan, metric, assignment, conversions);
      if (bin !== undefined) {
        if (bin !== null) count(bins, `${key} ${cohortKey(assignment)}`, bin);
        const value = quantileValue(plan, metric, assignment, conversions);
        if (value !== null && assignment.isNew) {
          const of = `${key} ${assignment.epoch.number} ${assignment.variant}`;
          values.set(of, [...(values.get(of) ?? []), value]);
        }
        continue;
      }
      const after = windowed(plan, metric, assignment, conversions);
      if (after.some((total) => total === null)) continue;
      const before =
        definition.prePeriodHours === null
          ? []
          : prePeriod(metric, assignment, conversions, definition.prePeriodHours);
      const log1p = definition.type === 'mean' && definition.transform === 'log1p';
      const transform = (total: number) => (log1p ? Math.log1p(Math.min(total, cap)) : Math.min(total, cap));
      if (log1p && after.some((total) => Math.min(total ?? 0, cap) <= -1)) {
        exclusions.outsideTransform[key] = (exclusions.outsideTransform[key] ?? 0) + 1;
        continue;
      }
      const vector = [
        ...after.map((total) => transform(total ?? 0)),
        // A pre-period without a value, or with one that the transform does not take, is one of 0.
        ...before.map((total) =>
          total === null || (log1p && Math.min(total, cap) <= -1) ? 0 : transform(total),
        ),
      ];
      const counted = dayIsClosed(plan, metric, assignment, dataThrough) ? [moments, closed] : [moments];
      for (const sums of counted) add(sums, `${key} ${cohortKey(assignment)}`, vector, centreOf(key));
    }
  }
  const levels = new Map(
    metrics.map(({ definition }) => [
      definition.key,
      definition.type === 'quantile' ? definition.quantile : 0,
    ]),
  );
  const quantiles = new Map(
    [...values].map(([of, all]) => [of, quantileOf(all, levels.get(of.split(' ')[0] ?? '') ?? 0)]),
  );
  return { units, moments, closed, bins, quantiles, caps, exclusions };
}

/** Of the rows with one identity the one with the smallest (ts, content hash). */
function eachOnce<Row extends RawRow>(rows: readonly Row[]): Row[] {
  const kept = new Map<string, Row>();
  for (const row of rows) {
    const identity = JSON.stringify([row.environment, row.unitType, row.unitId, row.name, row.id]);
    const other = kept.get(identity);
    const earlier =
      other === undefined ||
      row.ts < other.ts ||
      (row.ts === other.ts && row.contentHash < other.contentHash);
    if (earlier) kept.set(identity, row);
  }
  return [...kept.values()];
}

function epochOf(plan: ExperimentPlan, impression: RawImpression): { epoch: Epoch; byVersion: boolean } {
  const mapped = plan.epochs.find(
    (epoch) => impression.flagVersion !== '' && epoch.flagVersion === impression.flagVersion,
  );
  if (mapped !== undefined) return { epoch: mapped, byVersion: true };
  const [first] = plan.epochs;
  if (first === undefined) throw new Error('a plan has an epoch');
  const begun = plan.epochs.filter((epoch) => epoch.effectiveAt.getTime() <= impression.ts);
  return { epoch: begun.at(-1) ?? first, byVersion: false };
}

/** One assignment per unit and epoch with an eligible impression. */
function assign(plan: ExperimentPlan, eligible: readonly RawImpression[]): Assignment[] {
  const inGuard = (impression: RawImpression) => {
    const { epoch, byVersion } = epochOf(plan, impression);
    const change = epoch !== plan.epochs[0];
    return !byVersion && change && impression.ts < epoch.effectiveAt.getTime() + plan.guardSeconds * 1000;
  };
  const assignments: Assignment[] = [];
  const variants = [...new Set(plan.epochs.flatMap((epoch) => epoch.arms.map((arm) => arm.variant)))];
  for (const unitId of new Set(eligible.map((impression) => impression.unitId))) {
    const own: Assignment[] = [];
    for (const epoch of plan.epochs) {
      const met = eligible
        .filter((impression) => impression.unitId === unitId && epochOf(plan, impression).epoch === epoch)
        .sort(
          (x, y) =>
            x.ts - y.ts ||
            variants.indexOf(x.variant) - variants.indexOf(y.variant) ||
            Number(inGuard(x)) - Number(inGuard(y)) ||
            (x.contentHash < y.contentHash ? -1 : 1),
        );
      const [first] = met;
      if (first === undefined) continue;
      own.push({
        ...{ unitId, epoch, first: first.ts, variant: first.variant, attributes: first.attributes },
        mixed: met.some((impression) => impression.variant !== first.variant),
        guarded: inGuard(first),
        isNew: false,
        origin: 0,
      });
    }
    const origin = Math.min(...own.map((assignment) => assignment.first));
    const firstSeen = own.find((assignment) => assignment.first === origin);
    for (const assignment of own) {
      assignment.origin = origin;
      assignment.isNew = assignment === firstSeen;
      assignments.push(assignment);
    }
  }
  return assignments;
}

function cohortKey({ epoch, isNew, first, variant }: Assignment): string {
  const day = new Date(first).toISOString().slice(0, 10);
  return `${epoch.number} ${isNew ? 'new' : 'returning'} ${day} ${variant}`;
}

/** The values of ranks ⌈n·level⌉, at the level and at level ± 1.96·√(level(1 − level)/n). */
function quantileOf(values: readonly number[], level: number) {
  const sorted = [...values].sort((a, b) => a - b);
  const n = sorted.length;
  const at = (wanted: number) =>
    wanted > 0 && wanted <= 1 ? sorted[Math.max(0, Math.ceil(n * wanted - 1e-9) - 1)] : undefined;
  const half = 1.959963984540054 * Math.sqrt((level * (1 - level)) / n);
  const [lower, upper] = [at(level - half), at(level + half)];
  const bounds = lower === undefined || upper === undefined ? null : { lower, upper };
  return { n, value: at(level) ?? Number.NaN, bounds };
}

function count(bins: ModelAttribution['bins'], key: string, bin: number): void {
  const found = bins.get(key) ?? new Map<number, number>();
  bins.set(key, found);
  found.set(bin, (found.get(bin) ?? 0) + 1);
}

function add(
  moments: ModelAttribution['moments'],
  key: string,
  vector: readonly number[],
  centre: readonly number[],
): void {
  const products = (vector.length * (vector.length + 1)) / 2;
  const zeros = (length: number) => new Array<number>(length).fill(0);
  const found = moments.get(key) ?? {
    n: 0,
    ...{ sums: zeros(vector.length), products: zeros(products) },
    ...{ absoluteSums: zeros(vector.length), absoluteProducts: zeros(products) },
  };
  moments.set(key, found);
  found.n += 1;
  const off = vector.map((x, i) => x - (centre[i] ?? 0));
  let at = 0;
  for (let i = 0; i < off.length; i += 1) {
    const x = off[i] ?? 0;
    found.sums[i] = (found.sums[i] ?? 0) + x;
    found.absoluteSums[i] =
      (found.absoluteSums[i] ?? 0) + Math.abs(vector[i] ?? 0) + Math.abs(centre[i] ?? 0);
    for (let j = i; j < off.length; j += 1) {
      const product = x * (off[j] ?? 0);
      found.products[at] = (found.products[at] ?? 0) + product;
      found.absoluteProducts[at] = (found.absoluteProducts[at] ?? 0) + Math.abs(product);
      at += 1;
    }
  }
}
