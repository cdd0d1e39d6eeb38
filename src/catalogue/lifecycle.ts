import { AppError } from '../errors.ts';
import type { Change, Changes, Changing } from './changes.ts';
import { armsOf, insertEpoch } from './epochs.ts';
import { requireExplicit, requireStep, stoppedAt, weightsDiffer } from './experiment-changes.ts';
import { requireFlagFree, requireReferences } from './experiment-references.ts';
import { brokenRules } from './experiment-rules.ts';
import { definitionOf, ExperimentStore, type NextRevision } from './experiment-store.ts';
import { type EpochView, type Experiment, OpenEpoch } from './experiment-view.ts';
import { invalid, parseDocument } from './field-errors.ts';
import { handOver, readFlagWide } from './flag-wide/index.ts';
import { NO_FLAG_WIDE } from './guardrail.ts';

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
   * epoch opens; an implicit experiment on the flag makes way. @throws AppError `conflict` if it is no draft, or another experiment has the flag at that time.
   */
  start(change: Change, key: string): Promise<Experiment> {
    return this.#step('start', change, key, async (changing, before) => {
      const { transaction, now } = changing;
      const draft = definitionOf(before);
      const start = draft.start ?? now.toISOString();
      const definition = { ...draft, start };
      const broken = brokenRules(definition);
      if (broken.length > 0) throw invalid(broken);
      await requireReferences(transaction, definition);
      const changed = await handOver(changing, definition, start);
      await requireFlagFree(transaction, definition, start, definition.end);
      const flagWide = (await readFlagWide(transaction, definition))?.flagWide ?? NO_FLAG_WIDE;
      await new ExperimentStore(transaction).pinMetrics(definition, flagWide);
      const { arms, targeting } = definition;
      const first = { arms, targeting, effectiveAt: start, externalId: null, flagVersion: null };
      await insertEpoch(transaction, definition, first, now);
      const running = { status: 'running', startedAt: now.toISOString(), stoppedAt: null } as const;
      return { next: { definition, ...running, flagWide }, changed };
    });
  }

  /** Impressions count no longer; the windows of those that did stay open. @throws AppError `conflict` if it does not run. */
  stop(change: Change, key: string): Promise<Experiment> {
    return this.#step('stop', change, key, async ({ now }, before) => {
      const definition = stoppedAt(definitionOf(before), now);
      const stopped = { status: 'stopped', stoppedAt: now.toISOString() } as const;
      return { next: { definition, startedAt: before.startedAt, ...stopped } };
    });
  }

  /** Out of sight; its results stay. @throws AppError `conflict` if it was not stopped. */
  archive(change: Change, key: string): Promise<Experiment> {
    return this.#step('archive', change, key, async (_, before) => ({
      next: { ...before, definition: definitionOf(before), status: 'archived' },
    }));
  }

  /** Opens an epoch of a running experiment. @throws AppError `conflict` where it would rewrite history. */
  async openEpoch(change: Change, key: string, document: OpenEpoch): Promise<EpochView> {
    const request = parseDocument(OpenEpoch, document);
    const opened = await this.#changes.make(change, async ({ transaction, now, record }) => {
      const store = new ExperimentStore(transaction);
      const before = await store.lock(key);
      requireExplicit(before);
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
    work: (changing: Changing, before: Experiment) => Promise<Stepped>,
  ): Promise<Experiment> {
    const others: string[] = [];
    const stepped = await this.#changes.make(change, async (changing) => {
      const store = new ExperimentStore(changing.transaction);
      const before = await store.lock(key);
      requireExplicit(before);
      requireStep(step, key, before.status);
      const { next, changed = [] } = await work(changing, before);
      others.push(...changed);
      const after = await store.update(next, changing.now);
      await changing.record({ action: step, resource: `experiments/${key}`, before, after });
      return after;
    });
    for (const each of [...others, key]) await this.#announce(each);
    return stepped;
  }
}

interface Stepped {
  readonly next: NextRevision;
  /** Others that were changed with it. */
  readonly changed?: readonly string[];
}
