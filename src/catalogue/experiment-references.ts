import { AppError, type FieldError } from '../errors.ts';
import type { PostgresRunner } from '../stores/postgres/index.ts';
import { loadSql } from '../stores/sql-file.ts';
import type { ExperimentDefinition } from './experiment.ts';
import { rolesOf } from './experiment-rules.ts';
import { invalid } from './field-errors.ts';
import { Flag } from './flag.ts';
import { guardrailsAgainstMetrics } from './guardrail-rules.ts';
import { Metric } from './metric.ts';
import type { StoredRow } from './stored.ts';

const knownMetricsSql = loadSql(new URL('./find-known-metrics.sql', import.meta.url));
const guardedMetricsSql = loadSql(new URL('./find-guarded-metrics.sql', import.meta.url));
const knownEntriesSql = loadSql(new URL('./find-known-entries.sql', import.meta.url));
const lockEntrySql = loadSql(new URL('./lock-entry.sql', import.meta.url));
const readEntrySql = loadSql(new URL('./read-entry.sql', import.meta.url));
const overlappingSql = loadSql(new URL('./find-overlapping-experiment.sql', import.meta.url));

/** @throws AppError `unprocessable`, pointing at every reference to something that is not there. */
export async function requireReferences(
  transaction: PostgresRunner,
  definition: ExperimentDefinition,
): Promise<void> {
  const missing = [
    ...(await missingFlag(transaction, definition)),
    ...(await brokenMetricReferences(transaction, definition)),
    ...(await missingSegments(transaction, definition)),
  ];
  if (missing.length > 0) throw invalid(missing);
}

async function missingFlag(
  transaction: PostgresRunner,
  { environment, flag: key, arms }: ExperimentDefinition,
): Promise<FieldError[]> {
  const environments = await transaction.query(knownEntriesSql, ['environments', [environment]]);
  if (environments.length === 0)
    return [{ pointer: '/environment', detail: unknown('environment', environment, 'environments') }];
  const id = `${environment}/${key}`;
  // Nobody takes a variant away while we rely on it.
  await transaction.query(lockEntrySql, ['flags', id]);
  const [row] = await transaction.query<StoredRow>(readEntrySql, ['flags', id]);
  if (row === undefined) {
    const body = { environment, key, variants: arms.map((arm) => ({ key: arm.variant })) };
    return [
      {
        pointer: '/flag',
        detail: `there is no flag "${key}" in environment "${environment}"; make it by POST /api/v1/flags ${JSON.stringify(body)}`,
      },
    ];
  }
  const variants = new Set(Flag.parse(row.definition).variants.map((variant) => variant.key));
  return arms.flatMap((arm, index) =>
    variants.has(arm.variant)
      ? []
      : [
          {
            pointer: `/arms/${index}/variant`,
            detail: `flag "${key}" has no variant "${arm.variant}", only ${[...variants].join(', ')}`,
          },
        ],
  );
}

type Measured = Pick<ExperimentDefinition, 'key' | 'metrics' | 'guardrails'>;

/** Metrics that are not there, and guardrails that ask of theirs what it cannot show. */
export async function brokenMetricReferences(
  transaction: PostgresRunner,
  definition: Measured,
): Promise<FieldError[]> {
  return [
    ...(await missingMetrics(transaction, definition)),
    ...(await unfitGuardrails(transaction, definition)),
  ];
}

async function missingMetrics(transaction: PostgresRunner, definition: Measured): Promise<FieldError[]> {
  const listed = rolesOf(definition);
  const rows = await transaction.query<{ key: string }>(knownMetricsSql, [
    listed.map((entry) => entry.metric),
  ]);
  const known = new Set(rows.map((row) => row.key));
  return listed
    .filter((entry) => !known.has(entry.metric))
    .map(({ metric, pointer }) => ({ pointer, detail: unknown('metric', metric, 'metrics') }));
}

async function unfitGuardrails(transaction: PostgresRunner, definition: Measured): Promise<FieldError[]> {
  if (definition.guardrails.length === 0) return [];
  const rows = await transaction.query<{ definition: unknown }>(guardedMetricsSql, [
    definition.key,
    definition.guardrails.map(({ metric }) => metric),
  ]);
  const metrics = rows.map((row) => Metric.parse(row.definition));
  return guardrailsAgainstMetrics(definition, new Map(metrics.map((metric) => [metric.key, metric])));
}

async function missingSegments(
  transaction: PostgresRunner,
  { segments }: ExperimentDefinition,
): Promise<FieldError[]> {
  const rows = await transaction.query<{ id: string }>(knownEntriesSql, ['segments', segments]);
  const known = new Set(rows.map((row) => row.id));
  return segments.flatMap((segment, index) =>
    known.has(segment)
      ? []
      : [{ pointer: `/segments/${index}`, detail: unknown('segment', segment, 'segments') }],
  );
}

const unknown = (what: string, key: string, route: string): string =>
  `there is no ${what} "${key}"; make it by POST /api/v1/${route}`;

/**
 * Two experiments on one flag may not overlap in time: their impressions could not be told apart. Holds the flag until
 * the transaction ends, so that two starts cannot both find it free. @throws AppError `conflict`, naming the other.
 */
export async function requireFlagFree(
  transaction: PostgresRunner,
  { key, environment, flag }: ExperimentDefinition,
  from: string,
  to: string | null,
): Promise<void> {
  await transaction.query(lockEntrySql, ['flags', `${environment}/${flag}`]);
  const [other] = await transaction.query<{
    key: string;
    implicit: boolean;
    starts_at: Date;
    ends_at: Date | null;
  }>(overlappingSql, [environment, flag, key, from, to]);
  if (other === undefined) return;
  const until = other.ends_at === null ? 'with no end' : `to ${other.ends_at.toISOString()}`;
  throw new AppError(
    'conflict',
    `Experiment "${other.key}" has flag "${flag}" from ${other.starts_at.toISOString()} ${until}, and two on one flag may not overlap; ${other.implicit ? 'that one is implicit and its time cannot be taken back: begin now or later' : 'stop it or choose other dates'}.`,
  );
}
