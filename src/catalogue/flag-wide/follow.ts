import { sameJson } from '../../canonical-json.ts';
import { loadSql } from '../../stores/sql-file.ts';
import type { Changing } from '../changes.ts';
import { insertEpoch, listEpochs } from '../epochs.ts';
import type { Arm, ExperimentDefinition } from '../experiment.ts';
import { weightsDiffer } from '../experiment-changes.ts';
import { definitionOf, ExperimentStore } from '../experiment-store.ts';
import type { Experiment } from '../experiment-view.ts';
import { type ImplicitTerms, implicitTerms } from './implicit-definition.ts';
import { endImplicit } from './implicit-experiments.ts';
import { readFlagWide } from './read-flag-wide.ts';

const MARK = loadSql(new URL('./mark-followed.sql', import.meta.url));

/**
 * Makes a running experiment carry what its flag and its environment say by now, as an added guardrail would be: metrics
 * that are new are counted by their current versions, and what was spent of its error budget stays spent. An implicit one
 * takes its flag's weights too, and ends where they are no longer its own to follow. Gives whether it was changed.
 */
export async function followFlag(changing: Changing, key: string): Promise<boolean> {
  const { transaction, now, record } = changing;
  const store = new ExperimentStore(transaction);
  const before = await store.lock(key);
  if (before.status !== 'running') return false;
  const known = await readFlagWide(transaction, before);
  if (known === null) return false;
  const terms = before.implicit ? implicitTerms(known) : null;
  if (before.implicit && (isOver(before, now) || terms === null || !fits(before, terms))) {
    await endImplicit(changing, before);
    return true;
  }
  const old = definitionOf(before);
  const definition = terms === null ? old : following(old, terms);
  const { flagWide } = known;
  const { revision: _, ...carried } = flagWide;
  const { revision: __, ...carriedBefore } = before.flagWide;
  if (sameJson(carried, carriedBefore) && sameJson(old, definition)) {
    if (flagWide.revision !== before.flagWide.revision)
      await transaction.query(MARK, [key, JSON.stringify(flagWide)]);
    return false;
  }
  await store.update({ ...before, definition, flagWide }, now);
  await store.pinMetrics(definition, flagWide);
  const after = await store.read(key);
  await record({ action: 'update', resource: `experiments/${key}`, before, after });
  if (weightsDiffer(old.arms, definition.arms)) await openEpoch(changing, definition);
  return true;
}

const isOver = ({ end }: Experiment, now: Date): boolean => end !== null && Date.parse(end) <= now.getTime();

/** What is compared with what cannot change while it runs. */
function fits(experiment: Experiment, { unitType, control, arms }: ImplicitTerms): boolean {
  const variants = (list: readonly Arm[]) => list.map(({ variant }) => variant).sort();
  return (
    experiment.unitType === unitType &&
    experiment.control === control &&
    sameJson(variants(experiment.arms), variants(arms))
  );
}

/** Weights in the same proportions are no change. The alpha was promised when it began. */
function following(old: ExperimentDefinition, { arms, decisions }: ImplicitTerms): ExperimentDefinition {
  return {
    ...old,
    arms: weightsDiffer(old.arms, arms) ? [...arms] : old.arms,
    decisions: { ...decisions, alpha: old.decisions.alpha },
  };
}

async function openEpoch(
  { transaction, now, record }: Changing,
  definition: ExperimentDefinition,
): Promise<void> {
  const { key, arms, targeting } = definition;
  const last = (await listEpochs(transaction, key)).at(-1);
  // Of two changes in one millisecond the later one counts.
  const earliestMs = last === undefined ? 0 : Date.parse(last.effectiveAt) + 1;
  const effectiveAt = new Date(Math.max(now.getTime(), earliestMs)).toISOString();
  const epoch = { arms, targeting, effectiveAt, externalId: null, flagVersion: null };
  const opened = await insertEpoch(transaction, definition, epoch, now);
  await record({ action: 'openEpoch', resource: `experiments/${key}`, ...opened });
}
