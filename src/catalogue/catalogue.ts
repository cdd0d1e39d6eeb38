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
import { Lifecycle } from './lifecycle.ts';
import { Metrics } from './metrics.ts';
import { readPlan } from './plan.ts';
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
  readonly segments: Entries<typeof SegmentDefinition>;
  readonly metrics: Metrics;
  readonly experiments: Experiments;
  readonly #lifecycle: Lifecycle;
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
    this.environments = new Entries(environmentKind, { postgres, changes });
    this.flags = new Entries(flagKind, { postgres, changes });
    this.segments = new Entries(segmentKind, { postgres, changes });
    this.metrics = new Metrics({ postgres, changes });
    this.experiments = new Experiments({ postgres, changes, announce });
    this.#lifecycle = new Lifecycle({ changes, announce });
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

  /** Those that need a scorecard made regularly: the running ones, and stopped ones whose windows are still open. */
  experimentsToRefresh(now: Date): Promise<{ key: string; refreshSeconds: number }[]> {
    return this.experiments.toRefresh(now);
  }
}
