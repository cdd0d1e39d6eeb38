import { AppError } from '../errors.ts';
import type { PostgresRunner } from '../stores/postgres/index.ts';
import { loadSql } from '../stores/sql-file.ts';
import type { Changing } from './changes.ts';
import type { EntryKind } from './entries.ts';
import { Environment } from './environment.ts';
import type { Arm } from './experiment.ts';
import { invalid } from './field-errors.ts';
import { brokenFlag, Flag } from './flag.ts';
import { followFlag, runningOn } from './flag-wide/index.ts';
import { SegmentDefinition } from './segment.ts';

const knownEntriesSql = loadSql(new URL('./find-known-entries.sql', import.meta.url));
const experimentsOfFlagSql = loadSql(new URL('./find-experiments-of-flag.sql', import.meta.url));

export const environmentKind: EntryKind<typeof Environment> = {
  kind: 'environments',
  schema: Environment,
  idFields: ['key'],
};

export const segmentKind: EntryKind<typeof SegmentDefinition> = {
  kind: 'segments',
  schema: SegmentDefinition,
  idFields: ['key'],
};

export const flagKind: EntryKind<typeof Flag> = {
  kind: 'flags',
  schema: Flag,
  idFields: ['environment', 'key'],
  check: requireEnvironmentAndVariants,
  checkChange: requireUsedVariants,
  follow: followedBy,
};

/** Experiments that run on the flag carry what it has not opted out of; an implicit one has its weights. */
async function followedBy(changing: Changing, { environment, key }: Flag): Promise<string[]> {
  const followed: string[] = [];
  for (const experiment of await runningOn(changing.transaction, { environment, flag: key }))
    if (await followFlag(changing, experiment.key)) followed.push(experiment.key);
  return followed;
}

async function requireEnvironmentAndVariants(transaction: PostgresRunner, flag: Flag): Promise<void> {
  const errors = brokenFlag(flag);
  const known = await transaction.query(knownEntriesSql, ['environments', [flag.environment]]);
  if (known.length === 0)
    errors.push({
      pointer: '/environment',
      detail: `there is no environment "${flag.environment}"; make it by POST /api/v1/environments`,
    });
  if (errors.length > 0) throw invalid(errors);
}

async function requireUsedVariants(transaction: PostgresRunner, _: Flag, flag: Flag): Promise<void> {
  const keys = new Set(flag.variants.map((variant) => variant.key));
  const experiments = await transaction.query<{ key: string; arms: Arm[] }>(experimentsOfFlagSql, [
    flag.environment,
    flag.key,
  ]);
  for (const { key, arms } of experiments) {
    const missing = arms.find((arm) => !keys.has(arm.variant));
    if (missing !== undefined)
      throw new AppError(
        'conflict',
        `Variant "${missing.variant}" cannot go: experiment "${key}" has an arm of it; stop that one first.`,
      );
  }
}
