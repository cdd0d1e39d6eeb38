import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { FlagWideWatch } from '../catalogue/index.ts';
import { AppError } from '../errors.ts';
import type { ClickHouse } from '../stores/clickhouse/index.ts';
import { MetFlags } from './met-flags.ts';

/** Looked so often. */
const EVERY_MS = 1000;
/** Flags that are looked at in one turn, some 10 ms of an embedded store; the next turn goes on after them. */
const MOST_FLAGS = 500;
/** Experiments that are changed in one turn, and that are begun in one. */
const MOST_CHANGES = 100;

export interface FlagWideLoopOptions {
  readonly catalogue: { readonly flagWide: FlagWideWatch };
  readonly clickhouse: ClickHouse;
  readonly logger: Logger;
  readonly now: () => Date;
}

/**
 * Has running experiments carry the flag-wide guardrails of their environment, and begins implicit ones on flags that have
 * none. Any number of processes may do so at once: each change looks again under the flag's lock.
 */
export class FlagWideLoop {
  readonly #options: FlagWideLoopOptions;
  readonly #met: MetFlags;
  readonly #stop = new AbortController();
  #afterFlag: string | null = null;
  #afterExperiment: string | null = null;
  #running: Promise<void> | null = null;

  constructor(options: FlagWideLoopOptions) {
    this.#options = options;
    this.#met = new MetFlags(options.clickhouse);
  }

  start(): void {
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  /** Does what there is to do, as far as it goes in one turn; gives whether there is more. One that fails is told and stops no other. */
  async turn(): Promise<boolean> {
    const { catalogue, now } = this.#options;
    const { flagWide } = catalogue;
    const behind = await flagWide.behind(this.#afterExperiment, MOST_CHANGES, now());
    for (const experiment of behind) await this.#try({ experiment }, () => flagWide.follow(experiment));
    const more = behind.length === MOST_CHANGES;
    // What failed is tried again after all others.
    this.#afterExperiment = more ? (behind.at(-1) ?? null) : null;
    const { flags, last } = await flagWide.unwatched(this.#afterFlag, MOST_FLAGS, now());
    this.#afterFlag = last;
    const met = (await this.#met.of(flags, now())).slice(0, MOST_CHANGES);
    for (const { environment, flag } of met)
      await this.#try({ environment, flag }, () => this.#begin({ environment, flag }));
    return more;
  }

  async #try(of: object, work: () => Promise<unknown>): Promise<void> {
    if (this.#stop.signal.aborted) return;
    try {
      await work();
    } catch (error) {
      this.#options.logger.warn({ err: error, ...of }, 'flag-wide guardrails could not follow; again soon');
    }
  }

  async #begin(flag: { readonly environment: string; readonly flag: string }): Promise<void> {
    try {
      await this.#options.catalogue.flagWide.begin(flag);
    } catch (error) {
      // Another experiment has just taken the flag: there is nothing to begin.
      if (!(error instanceof AppError && error.code === 'conflict')) throw error;
    }
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const more = await this.turn().catch((error: unknown) => {
        this.#options.logger.warn({ err: error }, 'flag-wide guardrails could not be looked at; again soon');
        return false;
      });
      if (!more) await pause(EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}
