import { createHash } from 'node:crypto';
import type { ExperimentPlan, Metric } from '../../../catalogue/index.ts';
import type { Interned } from '../../../interned.ts';
import type { ExactQuantiles } from '../../attribution.ts';
import { metricId } from '../../plan-terms.ts';
import type { FrozenValues } from '../../segments.ts';
import type { StoredParameters } from '../../stored-parameters.ts';

/** The moments of one experiment under one definition and one set of parameters, which never change. */
export interface Build {
  readonly id: number;
  readonly plan: ExperimentPlan;
  /** By `metricId`. */
  readonly parameters: ReadonlyMap<string, StoredParameters>;
  /** By whose values there are moments too. */
  readonly segments: readonly FrozenValues[];
  /** Metrics without moments, and why. */
  readonly failed: Readonly<Record<string, string>>;
  /** What cycles do not count, as it was counted last. */
  readonly slowCounts: SlowCounts;
  /** Those read last, by the build itself or a verification; null: there are no quantiles among the metrics. */
  readonly exactQuantiles: ExactQuantiles | null;
}

export interface SlowCounts {
  /** Units when the build was made. */
  readonly units: number;
  readonly duplicateEvents: number;
  readonly conversionsOfOtherUnitTypes: number;
}

/** Two plans with the same one have the same moments: weights, margins and schedules are no part of it. */
export function buildIdentity(plan: ExperimentPlan): string {
  const { environment, flag, unitType, eligibleReasons, guardSeconds, start, end } = plan;
  const epochs = plan.epochs.map(({ number, arms, targeting, effectiveAt, flagVersion }) => ({
    ...{ number, targeting, effectiveAt, flagVersion },
    variants: arms.map((arm) => arm.variant),
  }));
  const metrics = [
    ...new Set(plan.metrics.map((metric) => `${metric.definition.key} ${metric.version}`)),
  ].sort();
  const segments = plan.segmentAttributes.toSorted();
  const definition = { environment, flag, unitType, eligibleReasons, guardSeconds, start, end };
  const parts = { ...definition, epochs, metrics, segments };
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** Exact quantiles as they were stored with their build, by `JSON.stringify`. */
export function quantilesFromJson(stored: unknown): ExactQuantiles | null {
  const quantiles = stored as ExactQuantiles | null;
  return quantiles && { ...quantiles, dataThrough: new Date(quantiles.dataThrough) };
}

/** A plan as it was stored with its build, with those definitions of metrics that other plans have. */
export function planFromJson(stored: unknown, metrics: Interned<Metric>): ExperimentPlan {
  // Written by `JSON.stringify` of a plan and by nothing else.
  const plan = stored as ExperimentPlan;
  return {
    ...plan,
    start: new Date(plan.start),
    end: plan.end === null ? null : new Date(plan.end),
    epochs: plan.epochs.map((epoch) => ({ ...epoch, effectiveAt: new Date(epoch.effectiveAt) })),
    metrics: plan.metrics.map((metric) => ({
      ...metric,
      definition: metrics.of(metricId(metric), metric.definition),
    })),
  };
}
