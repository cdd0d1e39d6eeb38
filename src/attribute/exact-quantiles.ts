import type { AttributeFilter, PlannedMetric } from '../catalogue/index.ts';
import { AppError } from '../errors.ts';
import type { BinsRow, ExactQuantile } from './attribution.ts';
import { cohortOf } from './cohort.ts';
import type { Engine } from './engine.ts';
import { binOfTotal } from './metric-types/index.ts';
import type { PlanTerms } from './plan-terms.ts';
import { binOfRank, mergeBins, type Ranks, ranksOf, unitsOf } from './quantile-of-bins.ts';
import type { DistinctScope } from './scope.ts';
import { askValues } from './statements.ts';

/** A row of values.sql. */
type ValuesAnswer = { readonly epoch: number; readonly arm: number } & {
  readonly [metric: `w${number}`]: readonly [values: readonly number[], units: readonly string[]];
};

/** The units of one metric, epoch and arm, and which of them make its quantile. */
interface Sample extends Pick<ExactQuantile, 'metric' | 'epoch' | 'variant'> {
  readonly bins: BinsRow['bins'];
  readonly ranks: Ranks;
  /** Units by value, of the values that are in one of the bins of the ranks. */
  readonly values: Map<number, number>;
}

/** Whether a metric's scorecard shows exact order statistics beside, or instead of, those of its buckets. */
export function isQuantile({ definition }: PlannedMetric): boolean {
  return definition.type === 'quantile';
}

/**
 * Reads the exact quantiles of the plan's metrics, all of which are quantiles, over the new units of each epoch and arm.
 * The bins, which are those of the same rows, tell in which of them the wanted ranks are, so that of all values only
 * those in these few are read: slice by slice, in any order.
 */
export class QuantileReader {
  readonly #terms: PlanTerms;
  readonly #samples: ReadonlyMap<string, Sample>;

  constructor(terms: PlanTerms, bins: readonly BinsRow[]) {
    this.#terms = terms;
    const samples = terms.metrics.flatMap((metric) => samplesOf(metric, bins));
    this.#samples = new Map(samples.map((sample) => [keyOf(sample), sample]));
  }

  /** Adds the values of one slice. */
  async read(engine: Engine, scope: DistinctScope, segment: readonly AttributeFilter[]): Promise<void> {
    if (this.#samples.size === 0) return;
    const samples = [...this.#samples.values()];
    const wanted = ({ definition }: PlannedMetric) => [
      ...new Set(samples.filter((sample) => sample.metric === definition.key).flatMap(binsOfRanks)),
    ];
    for (const answer of await engine.ask<ValuesAnswer>(askValues(this.#terms, scope, segment, wanted)))
      this.#add(answer);
  }

  /** Once all slices have been read. */
  quantiles(): ExactQuantile[] {
    return [...this.#samples.values()].map(quantileOf);
  }

  #add(answer: ValuesAnswer): void {
    const { epoch, variant } = cohortOf(this.#terms, { ...answer, is_new: 1, cohort_day: '' });
    this.#terms.metrics.forEach(({ definition }, index) => {
      const sample = this.#samples.get(keyOf({ metric: definition.key, epoch, variant }));
      const [values, units] = answer[`w${index}`] ?? [[], []];
      values.forEach((value, at) => {
        sample?.values.set(value, (sample.values.get(value) ?? 0) + Number(units[at]));
      });
    });
  }
}

function samplesOf(metric: PlannedMetric, bins: readonly BinsRow[]): Sample[] {
  const { definition } = metric;
  if (definition.type !== 'quantile') return [];
  const own = bins.filter((row) => row.metric === definition.key && row.population === 'new');
  return [...Map.groupBy(own, keyOf).values()].flatMap((rows) => {
    const merged = mergeBins(rows.map((row) => row.bins));
    const ranks = ranksOf(unitsOf(merged), definition.quantile);
    const [first] = rows;
    if (first === undefined || ranks === null) return [];
    const { epoch, variant } = first;
    return [{ metric: definition.key, epoch, variant, bins: merged, ranks, values: new Map() }];
  });
}

function binsOfRanks({ bins, ranks }: Sample): number[] {
  const all = [ranks.value, ...(ranks.bounds === null ? [] : [ranks.bounds.lower, ranks.bounds.upper])];
  return all.map((rank) => binOfRank(bins, rank).bin);
}

function quantileOf({ metric, epoch, variant, bins, ranks, values }: Sample): ExactQuantile {
  const sorted = [...values].sort(([a], [b]) => a - b);
  const at = (rank: number): number => {
    const { bin, before } = binOfRank(bins, rank);
    if (bin === 0) return 0;
    // Values of earlier bins may be among those read: units before the bin are counted, whatever was read of them.
    let left = rank - before;
    for (const [value, units] of sorted) {
      if (binOfTotal(value) !== bin) continue;
      left -= units;
      if (left <= 0) return value;
    }
    throw new AppError(
      'internal',
      'Fewer units have a value than were counted; were raw rows deleted meanwhile? Run it again.',
    );
  };
  const { bounds } = ranks;
  return {
    ...{ metric, epoch, variant, n: unitsOf(bins), value: at(ranks.value) },
    bounds: bounds && { lower: at(bounds.lower), upper: at(bounds.upper) },
  };
}

function keyOf({ metric, epoch, variant }: Pick<ExactQuantile, 'metric' | 'epoch' | 'variant'>): string {
  return `${metric} ${epoch} ${variant}`;
}
