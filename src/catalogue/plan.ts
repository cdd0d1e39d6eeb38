import { createHash } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson } from '../canonical-json.ts';
import { AppError } from '../errors.ts';
import { normaliseReason } from '../events/index.ts';
import type { PostgresRunner } from '../stores/postgres/index.ts';
import { loadSql } from '../stores/sql-file.ts';
import { AttributeFilters } from './attribute-filter.ts';
import {
  Arm,
  ExperimentDefinition,
  type ExperimentPlan,
  type ExperimentStatus,
  type PlannedMetric,
} from './experiment.ts';
import { rolesWith } from './experiment-rules.ts';
import { FlagWide, plannedGuardrails } from './guardrail.ts';
import { Metric } from './metric.ts';
import { SegmentDefinition } from './segment.ts';

const readPlansSql = loadSql(new URL('./read-plans.sql', import.meta.url));

const StoredEpochs = z.array(
  z.object({
    number: z.int(),
    arms: z.array(Arm),
    targeting: AttributeFilters,
    effectiveAt: z.iso.datetime({ offset: true }).transform((text) => new Date(text)),
    externalId: z.string().nullable(),
    flagVersion: z.string().nullable(),
  }),
);
const StoredMetrics = z.array(z.object({ version: z.int(), definition: Metric }));

interface Row {
  readonly key: string;
  readonly definition: unknown;
  readonly status: ExperimentStatus;
  readonly guardrails_changed_at: Date | null;
  readonly flag_wide: unknown;
  readonly epochs: unknown;
  readonly metrics: unknown;
  readonly segments: unknown;
}

/** All that a run needs to know of an experiment, in one read. @throws AppError `not-found`, or `conflict` for a draft. */
export async function readPlan(runner: PostgresRunner, key: string): Promise<ExperimentPlan> {
  const [row] = await runner.query<Row>(readPlansSql, [[key]]);
  if (row === undefined)
    throw new AppError(
      'not-found',
      `There is no experiment "${key}"; GET /api/v1/experiments lists those there are.`,
    );
  const plan = planOf(row);
  if (plan === null)
    throw new AppError(
      'conflict',
      `Experiment "${key}" has not been started; POST /api/v1/experiments/${key}:start first.`,
    );
  return plan;
}

/** The same of those of some experiments that were started, in the order of their keys. */
export async function readPlans(runner: PostgresRunner, keys: readonly string[]): Promise<ExperimentPlan[]> {
  const rows = await runner.query<Row>(readPlansSql, [keys]);
  return rows.flatMap((row) => planOf(row) ?? []);
}

/** null: it has not been started. */
function planOf(row: Row): ExperimentPlan | null {
  const { key } = row;
  const definition = ExperimentDefinition.parse(row.definition);
  const flagWide = FlagWide.parse(row.flag_wide);
  if (row.status === 'draft' || definition.start === null) return null;
  const parts = {
    key,
    environment: definition.environment,
    flag: definition.flag,
    unitType: definition.unitType,
    control: definition.control,
    // As the collector writes them: "SPLIT" is what events call `split`.
    eligibleReasons: definition.eligibleReasons.map(normaliseReason),
    guardSeconds: definition.guardSeconds,
    start: new Date(definition.start),
    end: definition.end === null ? null : new Date(definition.end),
    statistics: definition.statistics,
    epochs: StoredEpochs.parse(row.epochs),
    metrics: plannedMetrics(definition, flagWide, StoredMetrics.parse(row.metrics)),
    segments: inOrderOf(definition.segments, z.array(SegmentDefinition).parse(row.segments)),
  };
  return {
    ...parts,
    // They change no figure of a scorecard, and so not its hash.
    guardrails: plannedGuardrails(definition, parts.metrics, flagWide.guardrails),
    optedOut: flagWide.optedOut,
    guardrailsChangedAt: row.guardrails_changed_at,
    decisions: definition.decisions,
    segmentAttributes: definition.segmentAttributes,
    status: row.status,
    refreshSeconds: definition.refreshSeconds,
    specHash: createHash('sha256').update(canonicalJson(parts)).digest('hex'),
  };
}

function plannedMetrics(
  definition: ExperimentDefinition,
  flagWide: FlagWide,
  pinned: z.output<typeof StoredMetrics>,
): PlannedMetric[] {
  return rolesWith(definition, flagWide).map(({ metric, role }) => {
    const version = pinned.find((candidate) => candidate.definition.key === metric);
    if (version === undefined)
      throw new AppError(
        'internal',
        `Experiment "${definition.key}" counts by no version of metric "${metric}".`,
      );
    return { role, ...version };
  });
}

function inOrderOf(keys: readonly string[], segments: readonly SegmentDefinition[]): SegmentDefinition[] {
  return keys.flatMap((key) => segments.find((segment) => segment.key === key) ?? []);
}
