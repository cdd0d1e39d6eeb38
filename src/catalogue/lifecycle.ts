import { AppError } from '../errors.ts';
import type { Change, Changes, Changing } from './changes.ts';
import { armsOf, insertEpoch } from './epochs.ts';
import { requireStep, weightsDiffer } from './experiment-changes.ts';
import { requireFlagFree, requireReferences } from './experiment-references.ts';
import { brokenRules } from './experiment-rules.ts';
import { definitionOf, ExperimentStore, type NextRevision } from './experiment-store.ts';
import { type EpochView, type Experiment, OpenEpoch } from './experiment-view.ts';
import { invalid, parseDocument } from './field-errors.ts';

export interface LifecycleDeps {
  readonly changes: Changes;
  /** Called after each change is kept. */
  readonly announce: (key: string) => Promise<void>;
}

type Step = 'start' | 'stop' | 'archive';

/** Takes experiments from draft to running to stopped to archived, and from epoch to epoch while they run. */
export class Lifecycle {
  readonly #changes: Changes;
  readonly #announce: (key: string) => Promise<void>;

  constructor(deps: LifecycleDeps) {
    this.#changes = deps.changes;
    this.#announce = deps.announce;
  }

  /**
   * Impressions count from its start on (now, where it has none); its metrics keep their current versions; its first
   * epoch opens. @throws AppError `conflict` if it is no draft, or another experiment has the flag at that time.
   */
  start(change: Change, key: string): Promise<Experiment> {
    return this.#step('start', change, key, async ({ transaction, now }, before) => {
      const draft = definitionOf(before);
      const start = draft.start ?? now.toISOString();
      const definition = { ...draft, start };
      const broken = brokenRules(definition);
      if (broken.length > 0) throw invalid(broken);
      await requireReferences(transaction, definition);
      await requireFlagFree(transaction, definition, start, definition.end);
      await new ExperimentStore(transaction).pinMetrics(definition);
      const { arms, targeting } = definition;
      const first = { arms, targeting, effectiveAt: start, externalId: null, flagVersion: null };
      await insertEpoch(transaction, definition, first, now);
      return { definition, status: 'running', startedAt: now.toISOString(), stoppedAt: null };
    });
  }

  /** Impressions count no longer; the windows of those that did stay open. @throws AppError `conflict` if it does not run. */
  stop(change: Change, key: string): Promise<Experiment> {
    return this.#step('stop', change, key, async ({ now }, before) => {
      const { start, end, ...rest } = definitionOf(before);
      const past = end !== null && Date.parse(end) <= now.getTime();
      const early = start !== null && Date.parse(start) > now.getTime();
      // Stopped before it began, it has no time at all.
      const definition = { ...rest, start, end: past ? end : early ? start : now.toISOString() };
      return { definition, status: 'stopped', startedAt: before.startedAt, stoppedAt: now.toISOString() };
    });
  }

  /** Out of sight; its results stay. @throws AppError `conflict` if it was not stopped. */
  archive(change: Change, key: string): Promise<Experiment> {
    return this.#step('archive', change, key, async (_, before) => ({
      definition: definitionOf(before),
      status: 'archived',
      startedAt: before.startedAt,
      stoppedAt: before.stoppedAt,
    }));
  }

  /** Opens an epoch of a running experiment. @throws AppError `conflict` where it would rewrite history. */
  async openEpoch(change: Change, key: string, document: OpenEpoch): Promise<EpochView> {
    const request = parseDocument(OpenEpoch, document);
    const opened = await this.#changes.make(change, async ({ transaction, now, record }) => {
      const store = new ExperimentStore(transaction);
      const before = await store.lock(key);
      if (before.status !== 'running')
        throw new AppError(
          'conflict',
          `Experiment "${key}" is ${before.status === 'draft' ? 'a draft' : before.status}; epochs open only while it runs.`,
        );
      const arms = armsOf(request, before.arms);
      const definition = { ...definitionOf(before), arms, targeting: request.targeting ?? before.targeting };
      weightsDiffer(before.arms, arms);
      const broken = brokenRules(definition).filter(({ pointer }) => pointer.startsWith('/arms'));
      if (broken.length > 0) throw invalid(broken);
      const epoch = {
        arms,
        targeting: definition.targeting,
        effectiveAt: new Date(request.effectiveAt ?? now).toISOString(),
        externalId: request.externalId ?? null,
        flagVersion: request.flagVersion ?? null,
      };
      const epochs = await insertEpoch(transaction, definition, epoch, now);
      await store.update({ ...before, definition }, now);
      await record({ action: 'openEpoch', resource: `experiments/${key}`, ...epochs });
      return epochs.after;
    });
    await this.#announce(key);
    return opened;
  }

  async #step(
    step: Step,
    change: Change,
    key: string,
    work: (changing: Changing, before: Experiment) => Promise<NextRevision>,
  ): Promise<Experiment> {
    const stepped = await this.#changes.make(change, async (changing) => {
      const store = new ExperimentStore(changing.transaction);
      const before = await store.lock(key);
      requireStep(step, key, before.status);
      const after = await store.update(await work(changing, before), changing.now);
      await changing.record({ action: step, resource: `experiments/${key}`, before, after });
      return after;
    });
    await this.#announce(key);
    return stepped;
  }
}
