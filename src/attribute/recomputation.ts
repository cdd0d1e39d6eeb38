import type { Logger } from 'pino';
import type { AttributeFilter, ExperimentPlan } from '../catalogue/index.ts';
import type { ClickHouse, StatementLimits } from '../stores/clickhouse/index.ts';
import type { PostgresRunner } from '../stores/postgres/index.ts';
import { type Attribution, type FailedMetric, FROM_RAW_ROWS } from './attribution.ts';
import { betweenErasures } from './between-erasures.ts';
import { eachAloneIfNeeded } from './each-alone.ts';
import { eachSlice } from './each-slice.ts';
import { Engine } from './engine.ts';
import { isQuantile, QuantileReader } from './exact-quantiles.ts';
import { momentsOfMetrics } from './metric-moments.ts';
import {
  frozenParameters,
  improveCentres,
  type Material,
  metricParameters,
  type SettledParameters,
  settleParameters,
} from './parameters.ts';
import { type PlanTerms, planTerms, withMetrics } from './plan-terms.ts';
import { type SliceSize, slicesOf } from './slices.ts';
import { ParameterStore } from './stored-parameters.ts';
import { countUnits, unitsRows } from './unit-counts.ts';

export interface RecomputationOptions {
  readonly clickhouse: ClickHouse;
  readonly postgres: PostgresRunner;
  readonly logger: Logger;
  /** Of each statement; a run is a few statements per slice. */
  readonly limits?: StatementLimits;
  /** What bounds the memory of a statement. */
  readonly slice?: SliceSize;
}

const defaultLimits: StatementLimits = { maxSeconds: 120, maxMemoryBytes: 2_000_000_000 };
const defaultSlice: SliceSize = { impressions: 4_000_000, conversions: 6_000_000, listed: 10_000 };

/**
 * Attribution by reading all raw rows of an experiment: the definition of what counts, and the oracle that incremental
 * results are compared with. It writes nothing but the versions of metrics' parameters.
 */
export class Recomputation {
  readonly #engine: Engine;
  readonly #postgres: PostgresRunner;
  readonly #store: ParameterStore;
  readonly #slice: SliceSize;
  readonly #logger: Logger;

  constructor({ clickhouse, postgres, logger, limits, slice }: RecomputationOptions) {
    this.#engine = new Engine(clickhouse, limits ?? defaultLimits);
    this.#postgres = postgres;
    this.#store = new ParameterStore(postgres);
    this.#slice = slice ?? defaultSlice;
    this.#logger = logger;
  }

  /**
   * Everything an experiment's scorecard is computed from, over the rows received up to `dataThrough`. With a segment,
   * units and moments are those of units whose first impression matches it; the rest is of the whole experiment. A
   * metric that fails is in `failed`. AppErrors of the stores, where no metric is to blame, are thrown.
   */
  run(
    plan: ExperimentPlan,
    { dataThrough, segment = [] }: { dataThrough: Date; segment?: readonly AttributeFilter[] },
  ): Promise<Attribution> {
    return betweenErasures(this.#postgres, () => this.#run(plan, dataThrough, segment));
  }

  async #run(
    plan: ExperimentPlan,
    dataThrough: Date,
    segment: readonly AttributeFilter[],
  ): Promise<Attribution> {
    const terms = planTerms(plan);
    const engine = this.#engine;
    const { scopes, repeats } = await slicesOf(engine, terms, dataThrough, this.#slice);
    const counts = await countUnits(engine, terms, scopes, segment);
    const material: Material = {
      ...{ engine, store: this.#store, terms, scopes, dataThrough },
      unitsOf: async (some) =>
        segment.length === 0 && some.length === scopes.length ? counts : countUnits(engine, terms, some, []),
    };
    const settled = await settleParameters(material);
    const failed = [...settled.failed];
    const ready = terms.metrics.filter(
      ({ definition }) => !failed.some(({ metric }) => metric === definition.key),
    );
    const computed = await eachAloneIfNeeded(withMetrics(terms, ready), (part) =>
      momentsOfMetrics(engine, part, scopes, segment, counts, (metric) =>
        metricParameters(terms, metric, settled.of(metric)),
      ),
    );
    failed.push(...computed.failed);
    const bins = computed.done.flatMap((part) => part.bins);
    const exact = await eachAloneIfNeeded(withMetrics(terms, ready.filter(isQuantile)), async (part) => {
      const reader = new QuantileReader(part, bins);
      await eachSlice(scopes, (scope) => reader.read(engine, scope, segment));
      return reader.quantiles();
    });
    failed.push(...exact.failed.filter(({ metric }) => !failed.some((failure) => failure.metric === metric)));
    const moments = computed.done.flatMap((part) => part.rows);
    if (segment.length === 0) await improveCentres(material, settled, moments);
    const analysed = [...counts.cohorts.values()].some(({ units, mixed }) => units > mixed);
    if (analysed) failed.push(...withoutCap(terms, settled, failed));
    for (const failure of failed) this.#logger.warn({ experiment: plan.key, ...failure }, 'metric failed');
    return {
      dataThrough,
      provenance: FROM_RAW_ROWS,
      units: unitsRows(terms, counts),
      moments,
      bins,
      exactQuantiles: { dataThrough, rows: exact.done.flat(), unread: exact.failed },
      parameters: ready.map((metric) => frozenParameters(terms, metric, settled.of(metric))),
      failed,
      exclusions: {
        ...counts.exclusions,
        outsideTransform: Object.fromEntries(computed.done.flatMap((part) => [...part.outsideTransform])),
        duplicateEvents: repeats,
      },
    };
  }
}

/** Metrics whose cap is known in no epoch, so that they have no moments. */
function withoutCap(
  terms: PlanTerms,
  settled: SettledParameters,
  failed: readonly FailedMetric[],
): FailedMetric[] {
  return terms.metrics.flatMap((metric) => {
    const { key } = metric.definition;
    const { caps } = metricParameters(terms, metric, settled.of(metric));
    if (caps === undefined || caps.some((cap) => cap !== undefined)) return [];
    if (failed.some((failure) => failure.metric === key)) return [];
    const reason = 'Its cap is a percentile of unit totals, and no unit with one has a closed window yet.';
    return [{ metric: key, reason }];
  });
}
