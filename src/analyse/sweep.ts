import { setImmediate as breathe } from 'node:timers/promises';
import type { Logger } from 'pino';
import { buildIdentity, type LiveAttribution, type LiveMoments } from '../attribute/index.ts';
import type { ExperimentPlan } from '../catalogue/index.ts';
import { AppError } from '../errors.ts';
import { buildScorecard, type Scorecard } from './build-scorecard.ts';
import { Due, type Waiting } from './due.ts';
import type { ScorecardMetrics } from './scorecard-metrics.ts';
import { scorecardIdOf } from './scorecard-run.ts';
import type { Scorecards } from './scorecards.ts';

/** Scorecards that are read, made and saved together: so many are lost where one cannot be saved. */
const AT_ONCE = 250;
/** What failed because a store was away is tried again after so long. */
const RETRY_MS = 1_000;
/** What failed by itself. */
const RETRY_ALONE_MS = 60_000;
/** Without anything new a scorecard is made so often, because windows close as time goes by. */
const IDLE_MS = 86_400_000;

export interface SweepDependencies {
  /** The plans of experiments that need scorecards: of all, or of those of some keys that do. */
  readonly plans: (now: Date, keys: readonly string[] | null) => Promise<readonly ExperimentPlan[]>;
  /** Attributions out of live moments; experiments without are absent. */
  readonly live: Pick<LiveMoments, 'readMany' | 'experiments'>;
  readonly scorecards: Pick<Scorecards, 'saveAll' | 'latest'>;
  /** Makes the scorecard of an experiment that has no live moments of its definition. */
  readonly alone: (experiment: string) => Promise<unknown>;
  readonly metrics: ScorecardMetrics;
  readonly logger: Logger;
  readonly now: () => Date;
  readonly engineVersion: string;
}

/**
 * Makes the scorecards of the experiments that something happened to, many at a time, each as often as its
 * `refreshSeconds` at most. One that nothing happens to costs nothing, but for a scorecard a day.
 */
export class Sweep {
  readonly #deps: SweepDependencies;
  readonly #due = new Due();
  #stopped = false;
  #timer: NodeJS.Timeout | undefined;
  #making: Promise<void> | null = null;

  constructor(deps: SweepDependencies) {
    this.#deps = deps;
  }

  /** Their scorecards are no longer what their moments give. */
  changed(experiments: readonly string[]): void {
    const nowMs = this.#nowMs();
    for (const experiment of experiments) this.#due.add(experiment, nowMs);
    this.#wake();
  }

  /** Looks through all experiments for those whose scorecard is missing or old. */
  async look(): Promise<void> {
    const { plans, live, scorecards, now } = this.#deps;
    const all = await plans(now(), null);
    const keys = all.map(({ key }) => key);
    this.#due.keep(new Set(keys));
    const [latest, attributed] = [await scorecards.latest(keys), await live.experiments()];
    const nowMs = this.#nowMs();
    // Without live moments nobody tells that something is new.
    const lastsMs = (plan: ExperimentPlan) =>
      attributed.has(plan.key) ? IDLE_MS : plan.refreshSeconds * 1000;
    const isOld = (plan: ExperimentPlan) => {
      const pointer = latest.get(plan.key);
      return pointer === undefined || nowMs - pointer.computedAt.getTime() >= lastsMs(plan);
    };
    this.changed(all.filter(isOld).map(({ key }) => key));
  }

  /** Resolves when all that is due by now has been made. */
  async settled(): Promise<void> {
    while (this.#making !== null) await this.#making;
  }

  /** Ends after the scorecards that are being made. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#making;
  }

  #nowMs(): number {
    return this.#deps.now().getTime();
  }

  #wake(): void {
    if (this.#stopped || this.#making !== null) return;
    clearTimeout(this.#timer);
    this.#deps.metrics.due(this.#due.size);
    const next = this.#due.next();
    if (next === null) return;
    const waitMs = next - this.#nowMs();
    if (waitMs > 0) {
      this.#timer = setTimeout(() => this.#wake(), waitMs);
      this.#timer.unref();
      return;
    }
    this.#making = this.#make(this.#due.take(this.#nowMs(), AT_ONCE)).finally(() => {
      this.#making = null;
      this.#wake();
    });
  }

  /** Halves what fails together until what fails is alone: it holds up no other. */
  async #make(waiting: readonly Waiting[]): Promise<void> {
    const { logger, metrics } = this.#deps;
    const startedAt = performance.now();
    try {
      const made = await this.#makeAll(waiting.map(({ experiment }) => experiment));
      const seconds = (performance.now() - startedAt) / 1000;
      for (let n = 0; n < made; n += 1) metrics.made(seconds / made);
      const nowMs = this.#nowMs();
      for (const { since } of waiting) metrics.waited((nowMs - since) / 1000);
      logger.debug({ scorecards: made, seconds }, 'scorecards made');
    } catch (error) {
      const isAway = error instanceof AppError && error.code === 'unavailable';
      if (isAway || this.#stopped) {
        logger.error({ err: error, experiments: waiting.length }, 'scorecards not made; tried again soon');
        for (const one of waiting) this.#due.again(one, this.#nowMs() + RETRY_MS);
        return;
      }
      const [first, ...rest] = waiting;
      if (first !== undefined && rest.length === 0) {
        this.#failed(first.experiment, error);
        this.#due.again(first, this.#nowMs() + RETRY_ALONE_MS);
        return;
      }
      logger.warn(
        { err: error, experiments: waiting.length },
        'scorecards not made together; made by halves',
      );
      const middle = Math.ceil(waiting.length / 2);
      await this.#make(waiting.slice(0, middle));
      await this.#make(waiting.slice(middle));
    }
  }

  /** How many were made here. */
  async #makeAll(experiments: readonly string[]): Promise<number> {
    const { plans, live, scorecards, alone, now } = this.#deps;
    const wanted = new Map((await plans(now(), experiments)).map((plan) => [plan.key, plan]));
    for (const plan of wanted.values()) this.#due.every(plan.key, plan.refreshSeconds * 1000);
    const made: Scorecard[] = [];
    for await (const attribution of live.readMany([...wanted.keys()])) {
      const plan = wanted.get(attribution.experiment);
      if (plan === undefined || attribution.identity !== buildIdentity(plan)) continue;
      wanted.delete(plan.key);
      const scorecard = this.#scorecardOf(plan, attribution);
      if (scorecard !== null) made.push(scorecard);
      // Others wait for this thread too.
      await breathe();
    }
    await scorecards.saveAll(made);
    for (const experiment of wanted.keys()) await alone(experiment);
    return made.length;
  }

  /** null: it cannot be made, and the others can. */
  #scorecardOf(plan: ExperimentPlan, attribution: LiveAttribution): Scorecard | null {
    const { now, engineVersion } = this.#deps;
    try {
      return buildScorecard(plan, attribution, {
        computedAt: now(),
        scorecardId: scorecardIdOf(plan, attribution.dataThrough, engineVersion),
        engineVersion,
      });
    } catch (error) {
      this.#failed(plan.key, error);
      return null;
    }
  }

  #failed(experiment: string, error: unknown): void {
    this.#deps.metrics.failed(experiment);
    this.#deps.logger.error({ experiment, err: error }, 'scorecard not made');
  }
}
