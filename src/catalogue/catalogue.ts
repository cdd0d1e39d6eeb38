import type { Logger } from 'pino';
import type { AuditLog } from '../access/index.ts';
import type { Postgres } from '../stores/postgres/index.ts';
import { Announcer } from './announcer.ts';
import { type Change, Changes } from './changes.ts';
import { Entries } from './entries.ts';
import { environmentKind, flagKind, segmentKind } from './entry-kinds.ts';
import type { Environment } from './environment.ts';
import { listEpochs } from './epochs.ts';
import type { ExperimentPlan } from './experiment.ts';
import type { EpochView, Experiment, OpenEpoch } from './experiment-view.ts';
import { Experiments } from './experiments.ts';
import type { Flag } from './flag.ts';
import { FlagGuardrailsEntries, FlagWideWatch } from './flag-wide/index.ts';
import { Lifecycle } from './lifecycle.ts';
import { Metrics } from './metrics.ts';
import { readPlan } from './plan.ts';
import { RunningPlans } from './running-plans.ts';
import type { SegmentDefinition } from './segment.ts';

export interface CatalogueHooks {
  /** After an experiment was made, changed, or took a step; told its latest state, one after the other. */
  readonly onExperimentChanged?: (experiment: Experiment) => Promise<void> | void;
}

export interface CatalogueDeps {
  readonly postgres: Postgres;
  readonly audit: AuditLog;
  readonly clock: () => Date;
  readonly logger: Logger;
  readonly hooks?: CatalogueHooks;
}

/** What is measured, and how: every change checked, audited and in one transaction. */
export class Catalogue {
  readonly environments: Entries<typeof Environment>;
  readonly flags: Entries<typeof Flag>;
  readonly flagGuardrails: FlagGuardrailsEntries;
  readonly flagWide: FlagWideWatch;
  readonly segments: Entries<typeof SegmentDefinition>;
  readonly metrics: Metrics;
  readonly experiments: Experiments;
  readonly #lifecycle: Lifecycle;
  readonly #running: RunningPlans;
  readonly #postgres: Postgres;

  constructor(deps: CatalogueDeps) {
    const { postgres } = deps;
    const changes = new Changes(deps);
    const announcer = new Announcer({
      read: (key) => this.experiments.read(key),
      hook: deps.hooks?.onExperimentChanged,
      logger: deps.logger,
    });
    const announce = (key: string) => announcer.announce(key);
    const shared = { postgres, changes, announce };
    this.environments = new Entries(environmentKind, shared);
    this.flags = new Entries(flagKind, shared);
    this.flagGuardrails = new FlagGuardrailsEntries(shared);
    this.flagWide = new FlagWideWatch(shared);
    this.segments = new Entries(segmentKind, shared);
    this.metrics = new Metrics({ postgres, changes });
    this.experiments = new Experiments(shared);
    this.#lifecycle = new Lifecycle({ changes, announce });
    this.#running = new RunningPlans(postgres);
    this.#postgres = postgres;
  }

  /** See Lifecycle.start. */
  start(change: Change, key: string): Promise<Experiment> {
    return this.#lifecycle.start(change, key);
  }

  stop(change: Change, key: string): Promise<Experiment> {
    return this.#lifecycle.stop(change, key);
  }

  archive(change: Change, key: string): Promise<Experiment> {
    return this.#lifecycle.archive(change, key);
  }

  openEpoch(change: Change, key: string, request: OpenEpoch): Promise<EpochView> {
    return this.#lifecycle.openEpoch(change, key, request);
  }

  /** In their order; none for a draft. @throws AppError `not-found`. */
  async epochs(key: string): Promise<EpochView[]> {
    await this.experiments.read(key);
    return listEpochs(this.#postgres, key);
  }

  /** All that attribution and analysis need to know, at one moment. @throws AppError `not-found`, or `conflict` for a draft. */
  plan(key: string): Promise<ExperimentPlan> {
    return readPlan(this.#postgres, key);
  }

  /** Of the experiments that need scorecards: the running ones, and stopped ones whose windows are still open. Of some keys, or of all. */
  runningPlans(now: Date, keys: readonly string[] | null = null): Promise<ExperimentPlan[]> {
    return keys === null ? this.#running.all(now) : this.#running.of(keys, now);
  }

  /** The running ones that have guardrails. */
  guardedExperiments(): ReturnType<Experiments['guarded']> {
    return this.experiments.guarded();
  }
}
