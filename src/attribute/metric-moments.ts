import type { Moments } from '../../analysis/index.ts';
import type { AttributeFilter, Metric, PlannedMetric } from '../catalogue/index.ts';
import { AppError } from '../errors.ts';
import type { BinsRow, MomentsRow } from './attribution.ts';
import { allBins, type BinsAnswer, unitsIn } from './bins.ts';
import { type CohortRow, cohortKey, cohortOf } from './cohort.ts';
import { eachSlice } from './each-slice.ts';
import type { Engine } from './engine.ts';
import type { MetricParameters } from './metric-columns.ts';
import { dimensionOf, existsForSome, hasBins, isOverflow } from './metric-types/index.ts';
import type { PlanTerms } from './plan-terms.ts';
import type { DistinctScope } from './scope.ts';
import { askMoments } from './statements.ts';
import type { UnitCounts } from './unit-counts.ts';

export interface MetricMoments {
  readonly rows: readonly MomentsRow[];
  readonly bins: readonly BinsRow[];
  /** Units left out by the transform, by metric key. */
  readonly outsideTransform: ReadonlyMap<string, number>;
}

/** A row of moments.sql. */
export type MomentsAnswer = CohortRow & { readonly units: string } & {
  readonly [metric: `m${number}`]: readonly (number | null)[];
} & { readonly [metric: `b${number}`]: BinsAnswer };

interface CohortSums {
  units: number;
  /** Per metric: left out, n, sums, products. */
  readonly metrics: number[][];
  /** Per metric: units by bin other than 0. */
  readonly bins: Map<number, number>[];
}

/**
 * The moments of the plan's metrics, or their units by bin, over the analysed units of every cohort. Units without
 * conversions have no rows; they are counted, and each has a total of 0. AppError `unprocessable` where a metric's numbers
 * exceed a double.
 */
export async function momentsOfMetrics(
  engine: Engine,
  terms: PlanTerms,
  scopes: readonly DistinctScope[],
  segment: readonly AttributeFilter[],
  counts: UnitCounts,
  parametersOf: (metric: PlannedMetric) => MetricParameters,
): Promise<MetricMoments> {
  const sums = new Map<string, CohortSums>();
  const slices = await eachSlice(scopes, (scope) =>
    engine.ask<MomentsAnswer>(askMoments(terms, scope, segment, parametersOf)),
  );
  for (const answer of slices.flat()) addAnswer(sums, answer, terms.metrics);
  const rows: MomentsRow[] = [];
  const bins: BinsRow[] = [];
  const outsideTransform = new Map<string, number>();
  for (const [key, { row, units, mixed }] of counts.cohorts) {
    const found = sums.get(key);
    const without = units - mixed - (found?.units ?? 0);
    if (without < 0)
      throw new AppError(
        'internal',
        'More units have conversions than have impressions; were raw rows deleted meanwhile? Run it again.',
      );
    terms.metrics.forEach((metric, index) => {
      const { definition } = metric;
      const { centres, caps } = parametersOf(metric);
      if (caps !== undefined && caps[row.epoch - 1] === undefined) return;
      const values = found?.metrics[index] ?? [];
      if (hasBins(definition)) {
        const all = existsForSome(definition) ? (values[1] ?? 0) : units - mixed;
        const counted = allBins(found?.bins[index] ?? new Map(), all);
        if (counted.length > 0) bins.push({ ...cohortOf(terms, row), metric: definition.key, bins: counted });
        return;
      }
      const { moments, outside } = momentsWithOthers(
        values.slice(1),
        centres[row.epoch - 1] ?? [],
        dimensionOf(definition),
        {
          units: existsForSome(definition) ? 0 : without,
          value: valueOfNone(definition, caps?.[row.epoch - 1]),
        },
      );
      if (moments.n > 0) rows.push({ ...cohortOf(terms, row), metric: definition.key, moments });
      const leftOut = (values[0] ?? 0) + outside;
      if (leftOut > 0)
        outsideTransform.set(definition.key, (outsideTransform.get(definition.key) ?? 0) + leftOut);
    });
  }
  return { rows, bins, outsideTransform };
}

function addAnswer(
  sums: Map<string, CohortSums>,
  answer: MomentsAnswer,
  metrics: readonly PlannedMetric[],
): void {
  const key = cohortKey(answer);
  const before = sums.get(key) ?? { units: 0, metrics: [], bins: [] };
  sums.set(key, before);
  before.units += Number(answer.units);
  metrics.forEach(({ definition }, index) => {
    const values = answer[`m${index}`] ?? [];
    const known = before.metrics[index];
    before.metrics[index] = values.map((value, i) => {
      const sum = value === null ? Number.NaN : value + (known?.[i] ?? 0);
      if (!Number.isFinite(sum))
        throw new AppError(
          'unprocessable',
          `The sums of metric "${definition.key}" exceed what a number can hold; give it a cap.`,
        );
      return sum;
    });
    before.bins[index] = addBins(before.bins[index] ?? new Map(), definition.key, answer[`b${index}`]);
  });
}

function addBins(
  into: Map<number, number>,
  metric: string,
  answer: BinsAnswer | undefined,
): Map<number, number> {
  for (const { bin, units } of unitsIn(answer)) {
    if (isOverflow(bin))
      throw new AppError(
        'unprocessable',
        `The unit totals of metric "${metric}" exceed what a number can hold.`,
      );
    into.set(bin, (into.get(bin) ?? 0) + units);
  }
  return into;
}

/** What a unit without conversions has in every component: 0, but for a cap below it; null where log1p takes it not. */
export function valueOfNone(definition: Metric, cap: number | undefined): number | null {
  const total = Math.min(0, cap ?? 0);
  if (definition.type !== 'mean' || definition.transform === 'identity') return total;
  return total > -1 ? Math.log1p(total) : null;
}

/**
 * `values` are n, sums and products around the centre of units that have rows (empty: there are none); `others` have none.
 * @returns also how many of the others the transform leaves out
 */
export function momentsWithOthers(
  values: readonly number[],
  centre: readonly number[],
  dimension: number,
  others: { readonly units: number; readonly value: number | null },
): { readonly moments: Moments; readonly outside: number } {
  const added = others.value === null ? 0 : others.units;
  const value = others.value ?? 0;
  const c: number[] = [];
  const sums: number[] = [];
  const products: number[] = [];
  // Loops, since a scorecard asks this of every metric, arm and cohort day.
  for (let i = 0; i < dimension; i += 1) {
    c.push(centre[i] ?? 0);
    sums.push((values[1 + i] ?? 0) + added * (value - (centre[i] ?? 0)));
  }
  for (let i = 0, at = 1 + dimension; i < dimension; i += 1)
    for (let j = i; j < dimension; j += 1, at += 1)
      products.push((values[at] ?? 0) + added * ((value - (c[i] ?? 0)) * (value - (c[j] ?? 0))));
  const moments = { n: (values[0] ?? 0) + added, centre: c, sums, products };
  return { moments, outside: others.units - added };
}
