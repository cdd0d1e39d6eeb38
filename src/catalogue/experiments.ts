import type { z } from 'zod';
import type { Page, PageQuery } from '../access/index.ts';
import { AppError } from '../errors.ts';
import type { Postgres } from '../stores/postgres/index.ts';
import type { Change, Changes, Changing } from './changes.ts';
import { insertEpoch } from './epochs.ts';
import { ExperimentDefinition } from './experiment.ts';
import {
  changedFields,
  requireChangeable,
  requireExplicit,
  requirePromiseKept,
  weightsDiffer,
} from './experiment-changes.ts';
import { requireFlagFree, requireReferences } from './experiment-references.ts';
import { brokenRules, inUtc, reservedKey } from './experiment-rules.ts';
import {
  definitionOf,
  type ExperimentFilter,
  ExperimentStore,
  type GuardedExperiment,
} from './experiment-store.ts';
import type { Experiment } from './experiment-view.ts';
import { invalid, parseDocument } from './field-errors.ts';
import { parsePatched } from './merge-patch.ts';
import { type Precondition, requireCurrent } from './precondition.ts';

export interface ExperimentsDeps {
  readonly postgres: Postgres;
  readonly changes: Changes;
  /** Called after each change is kept. */
  readonly announce: (key: string) => Promise<void>;
}

/** Create, read, list and change experiments. */
export class Experiments {
  readonly #store: ExperimentStore;
  readonly #changes: Changes;
  readonly #announce: (key: string) => Promise<void>;

  constructor(deps: ExperimentsDeps) {
    this.#store = new ExperimentStore(deps.postgres);
    this.#changes = deps.changes;
    this.#announce = deps.announce;
  }

  /** A draft. @throws AppError `conflict` if there is one of this key, `unprocessable` if it is not valid. */
  async create(change: Change, document: z.input<typeof ExperimentDefinition>): Promise<Experiment> {
    const definition = inUtc(parseDocument(ExperimentDefinition, document));
    const broken = [...reservedKey(definition), ...brokenRules(definition)];
    if (broken.length > 0) throw invalid(broken);
    const { key } = definition;
    const created = await this.#changes.make(change, async ({ transaction, now, record }) => {
      await requireReferences(transaction, definition);
      const store = new ExperimentStore(transaction);
      if (!(await store.insert(definition, now)))
        throw new AppError(
          'conflict',
          `There is already an experiment "${key}"; PATCH it or choose another key.`,
        );
      const after = await store.read(key);
      await record({ action: 'create', resource: `experiments/${key}`, before: null, after });
      return after;
    });
    await this.#announce(key);
    return created;
  }

  /** null if there is none. */
  find(key: string): Promise<Experiment | null> {
    return this.#store.find(key);
  }

  /** @throws AppError `not-found`. */
  read(key: string): Promise<Experiment> {
    return this.#store.read(key);
  }

  /** In the order of their keys. */
  list(query: PageQuery, filter: ExperimentFilter = {}): Promise<Page<Experiment>> {
    return this.#store.list(query, filter);
  }

  /** The running ones that have guardrails. */
  guarded(): Promise<GuardedExperiment[]> {
    return this.#store.guarded();
  }

  /**
   * Applies a merge patch. While it runs, other weights or targeting open an epoch from now on, and a metric that is
   * added counts by its current version. One that changes nothing makes no revision.
   * @throws AppError `precondition-failed`, `unprocessable`, or `conflict` for what its status does not let change.
   */
  async patch(change: Change, key: string, precondition: Precondition, patch: unknown): Promise<Experiment> {
    const patched = await this.#changes.make(change, async (changing) => {
      const store = new ExperimentStore(changing.transaction);
      const before = await store.lock(key);
      requireCurrent(precondition, before.revision, `experiments/${key}`);
      requireExplicit(before);
      const old = definitionOf(before);
      const definition = inUtc(parsePatched(ExperimentDefinition, old, patch));
      const changed = changedFields(old, definition);
      if (changed.length === 0) return before;
      if (changed.includes('key'))
        throw invalid([{ pointer: '/key', detail: 'is part of the address and never changes' }]);
      requireChangeable(before.status, changed);
      requirePromiseKept(before.status, old, definition);
      requireValid(definition, changed);
      await requireReferences(changing.transaction, definition);
      if (before.status === 'running') await requireEnd(changing, old, definition, changed);
      const after = await store.update({ ...before, definition }, changing.now);
      if (before.status === 'draft') return recorded(changing, before, after);
      await store.pinMetrics(definition, before.flagWide);
      const pinned = await recorded(changing, before, await store.read(key));
      await openEpochIfNeeded(changing, old, definition, changed);
      return pinned;
    });
    await this.#announce(key);
    return patched;
  }
}

async function recorded({ record }: Changing, before: Experiment, after: Experiment): Promise<Experiment> {
  await record({ action: 'update', resource: `experiments/${after.key}`, before, after });
  return after;
}

function requireValid(definition: ExperimentDefinition, changed: readonly string[]): void {
  const dates = changed.includes('start') || changed.includes('end');
  // One stopped before its start has an empty stretch of time, which is no fault of a later patch of its name.
  const broken = brokenRules(definition).filter(({ pointer }) => pointer !== '/end' || dates);
  if (broken.length > 0) throw invalid(broken);
}

async function requireEnd(
  { transaction, now }: Changing,
  old: ExperimentDefinition,
  { end, ...definition }: ExperimentDefinition,
  changed: readonly string[],
): Promise<void> {
  if (!changed.includes('end') || old.start === null) return;
  const extended = end === null || (old.end !== null && Date.parse(end) > Date.parse(old.end));
  if (!extended && Date.parse(end) <= now.getTime())
    throw new AppError(
      'conflict',
      'A running experiment cannot be cut short in the past: impressions were counted since then; stop it instead.',
      { fields: [{ pointer: '/end', detail: 'must be in the future' }] },
    );
  await requireFlagFree(transaction, { ...definition, end }, old.start, end);
}

async function openEpochIfNeeded(
  { transaction, now, record }: Changing,
  old: ExperimentDefinition,
  definition: ExperimentDefinition,
  changed: readonly string[],
): Promise<void> {
  const weights = changed.includes('arms') && weightsDiffer(old.arms, definition.arms);
  if (!weights && !changed.includes('targeting')) return;
  const { arms, targeting } = definition;
  const epoch = { arms, targeting, effectiveAt: now.toISOString(), externalId: null, flagVersion: null };
  const opened = await insertEpoch(transaction, definition, epoch, now);
  await record({ action: 'openEpoch', resource: `experiments/${definition.key}`, ...opened });
}
