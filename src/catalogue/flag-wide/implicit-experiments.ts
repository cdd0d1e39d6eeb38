import type { PostgresRunner } from '../../stores/postgres/index.ts';
import { loadSql } from '../../stores/sql-file.ts';
import type { Changing } from '../changes.ts';
import { insertEpoch } from '../epochs.ts';
import { stoppedAt } from '../experiment-changes.ts';
import { requireFlagFree } from '../experiment-references.ts';
import { definitionOf, ExperimentStore } from '../experiment-store.ts';
import type { Experiment } from '../experiment-view.ts';
import { implicitDefinition, implicitKey, implicitTerms } from './implicit-definition.ts';
import { readFlagWide } from './read-flag-wide.ts';

const LOCK = loadSql(new URL('../lock-entry.sql', import.meta.url));
const COUNT = loadSql(new URL('./count-implicit.sql', import.meta.url));
const RUNNING = loadSql(new URL('./running-on-flag.sql', import.meta.url));

/** Where a flag is. */
export interface FlagPlace {
  readonly environment: string;
  readonly flag: string;
}

/** Those that run on a flag, in the order of their keys. */
export async function runningOn(
  transaction: PostgresRunner,
  { environment, flag }: FlagPlace,
): Promise<{ readonly key: string; readonly implicit: boolean }[]> {
  return transaction.query(RUNNING, [environment, flag]);
}

/**
 * Begins a flag's implicit experiment from now on; null where the flag wants none by now.
 * @throws AppError `conflict` where another experiment has the flag
 */
export async function beginImplicit(
  { transaction, now, record }: Changing,
  place: FlagPlace,
): Promise<Experiment | null> {
  const { environment, flag } = place;
  await transaction.query(LOCK, ['flags', `${environment}/${flag}`]);
  const known = await readFlagWide(transaction, place);
  const terms = known && implicitTerms(known);
  if (known === null || terms === null) return null;
  const store = new ExperimentStore(transaction);
  const [had] = await transaction.query<{ count: number }>(COUNT, [environment, flag]);
  for (let number = (had?.count ?? 0) + 1; ; number += 1) {
    const definition = implicitDefinition({ ...place, key: implicitKey(flag, number) }, terms, now);
    const { key, arms, targeting } = definition;
    await requireFlagFree(transaction, definition, now.toISOString(), null);
    // Another environment may have a flag of this key.
    if (!(await store.insert(definition, now, { implicit: true }))) continue;
    await store.pinMetrics(definition, known.flagWide);
    const effectiveAt = now.toISOString();
    const first = { arms, targeting, effectiveAt, externalId: null, flagVersion: null };
    await insertEpoch(transaction, definition, first, now);
    const running = { definition, status: 'running', startedAt: effectiveAt, stoppedAt: null } as const;
    const after = await store.update({ ...running, flagWide: known.flagWide }, now);
    await record({ action: 'start', resource: `experiments/${key}`, before: null, after });
    return after;
  }
}

/** Stops one that runs, now or where its end was before; its row is locked. */
export async function endImplicit(
  { transaction, now, record }: Changing,
  before: Experiment,
): Promise<Experiment> {
  const store = new ExperimentStore(transaction);
  const definition = stoppedAt(definitionOf(before), now);
  const stopped = { status: 'stopped', stoppedAt: now.toISOString() } as const;
  const after = await store.update({ ...before, definition, ...stopped }, now);
  await record({ action: 'stop', resource: `experiments/${before.key}`, before, after });
  return after;
}

/**
 * Makes room for an experiment that starts on the flag: the implicit one ends where that begins. Gives the keys of those
 * that were changed.
 */
export async function handOver(
  changing: Changing,
  { environment, flag, key }: FlagPlace & { readonly key: string },
  start: string,
): Promise<string[]> {
  const { transaction, now, record } = changing;
  await transaction.query(LOCK, ['flags', `${environment}/${flag}`]);
  const running = await runningOn(transaction, { environment, flag });
  const implicit = running.filter((one) => one.implicit && one.key !== key);
  const store = new ExperimentStore(transaction);
  for (const one of implicit) {
    const before = await store.lock(one.key);
    if (Date.parse(start) <= now.getTime()) {
      await endImplicit(changing, before);
      continue;
    }
    // Until then it watches on.
    const definition = { ...definitionOf(before), end: start };
    const after = await store.update({ ...before, definition }, now);
    await record({ action: 'update', resource: `experiments/${one.key}`, before, after });
  }
  return implicit.map((one) => one.key);
}
