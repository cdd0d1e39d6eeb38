import { availableParallelism } from 'node:os';
import { AppError } from '../../errors.ts';
import type { StatementLimits } from '../../stores/clickhouse/index.ts';
import type { SliceSize } from '../slices.ts';
import { givingWay, Lookahead, type Standing } from './ahead/index.ts';
import type { AttributorOptions } from './attributor-options.ts';
import { type Build, Builds } from './builds/index.ts';
import { type Cycle, type CycleTools, runCycle } from './cycle.ts';
import { Eraser, ErasureBatches } from './erasure/index.ts';
import { groupsOf } from './group.ts';
import { overflowReason } from './moment-rows.ts';
import { atOnce } from './pace.ts';
import { Shard } from './shard/index.ts';
import { SideWork } from './side-work.ts';
import { countFreshRows, FRESH, freshRows, Touched, touchedBuilds } from './touched/index.ts';

/**
 * The more rows are attributed together, the more of them share a look at the stored ones; until a cycle has ended nothing
 * of it is shown.
 */
const MOST_ROWS = 4_000_000;
const LEASE_MS = 30_000;
/** A statement that was permitted is over, or of no effect, when another may begin. */
const KEPT_BACK_MS = 5_000;
const AHEAD_AFTER_MS = 100;
/** A cycle waits for a look. */
const AHEAD_SECONDS = 10;
/** Looks and cycles have the same cores: where these are few, what is looked at twice holds up all the rest. */
const AHEAD_SHARE = Math.min(0.5, 0.05 * availableParallelism());
const defaultLimits: StatementLimits = { maxSeconds: 120, maxMemoryBytes: 4_000_000_000 };
const defaultSlice: SliceSize = { impressions: 4_000_000, conversions: 6_000_000, listed: 10_000 };

/** What one step did. */
export type Step = 'cycle' | 'erasure' | 'build' | 'idle' | 'elsewhere';

interface Lease {
  readonly fence: number;
  readonly touched: Touched;
  /** The tables of whoever looks ahead. */
  readonly ahead: Touched;
  /** Milliseconds of the monotonic clock; renewed by every step. */
  until: number;
}

/**
 * Keeps the moments of all running experiments up to date: one step after the other, each a cycle over the new rows, a
 * slice of a new build or the erasure of some units. Any number of processes may have one; one of them works at a time.
 */
export class Attributor {
  readonly #options: AttributorOptions;
  readonly #limits: StatementLimits;
  readonly #aheadLimits: StatementLimits;
  readonly #elapsed: () => number;
  readonly #shard: Shard;
  readonly #builds: Builds;
  readonly #side: SideWork;
  readonly #eraser: Eraser;
  readonly #lookahead: Lookahead;
  #lease: Lease | null = null;
  #last: Step = 'idle';
  #failed = false;

  constructor(options: AttributorOptions) {
    this.#options = options;
    this.#limits = options.limits ?? defaultLimits;
    this.#aheadLimits = { ...this.#limits, maxSeconds: Math.min(AHEAD_SECONDS, this.#limits.maxSeconds) };
    this.#elapsed = options.elapsed ?? (() => performance.now());
    this.#shard = new Shard(options.postgres);
    this.#builds = new Builds(options.postgres);
    const { clickhouse, postgres, logger, plans } = options;
    this.#side = new SideWork({
      ...{
        clickhouse,
        postgres,
        logger,
        plans,
        changed: this.#changed,
        shard: this.#shard,
        builds: this.#builds,
      },
      ...{ limits: this.#limits, slice: options.slice ?? defaultSlice, elapsed: this.#elapsed },
      reconcileEveryMs: options.reconcileEveryMs ?? 15_000,
    });
    this.#eraser = new Eraser({
      ...{ batches: new ErasureBatches(postgres), shard: this.#shard, logger, elapsed: this.#elapsed },
      eraseEveryMs: options.eraseEveryMs ?? 60_000,
      eraseAfterMs: options.eraseAfterMs ?? 5_000,
    });
    this.#lookahead = new Lookahead({
      ...{ clickhouse, logger, shard: this.#shard, watermark: options.watermark, elapsed: this.#elapsed },
      limits: this.#aheadLimits,
      afterMs: options.aheadAfterMs ?? AHEAD_AFTER_MS,
      share: options.aheadShare ?? AHEAD_SHARE,
      found: (attributions) => options.ahead?.(attributions),
      looked: (seconds) => options.looked?.(seconds),
    });
  }

  /**
   * Does the next thing there is to do. What it rejects with is over: the next step takes up what was under way. Not to
   * be called again before it has settled.
   */
  async step(): Promise<Step> {
    try {
      const lease = await this.#hold();
      if (lease === null) {
        this.#options.reached?.(null);
        return 'elsewhere';
      }
      this.#last = await this.#next(lease);
      return this.#last;
    } catch (error) {
      // A cycle is run again as it was; what failed beside the cycles comes after the next one.
      this.#last = 'build';
      this.#failed = true;
      if (error instanceof AppError && error.code === 'conflict') this.#lease = null;
      // Whoever has taken over has taken this one's tables away: look who has the lease before anything else.
      else if (this.#lease !== null) this.#lease.until = Number.NEGATIVE_INFINITY;
      throw error;
    }
  }

  /** The plans may have changed: look at them in the next step. */
  look(): void {
    this.#side.look();
  }

  /** Resolves once nothing is read any more ahead of a cycle that has ended. */
  settled(): Promise<void> {
    return this.#lookahead.settled();
  }

  /** Lets another process go on at once. */
  async close(): Promise<void> {
    const lease = this.#lease;
    this.#lease = null;
    await this.#lookahead.settled();
    if (lease === null) return;
    await lease.touched.drop();
    await lease.ahead.drop();
    await this.#shard.release(lease.fence);
  }

  async #hold(): Promise<Lease | null> {
    if (this.#lease !== null) {
      // Where another has taken over meanwhile this rejects, and the next step looks whether that one still has it.
      await this.#permit(this.#lease);
      return this.#lease;
    }
    const startedAt = this.#elapsed();
    const { clickhouse, holder, sole } = this.#options;
    const fence = await this.#shard.acquire(holder, LEASE_MS, sole);
    if (fence === null) return null;
    const touched = new Touched(givingWay(clickhouse, this.#lookahead), fence, this.#limits);
    await touched.create();
    const ahead = new Touched(clickhouse, fence, this.#aheadLimits, { kind: 'ahead_', pace: atOnce });
    await ahead.create();
    await this.#builds.retireAbandoned(fence);
    await this.#side.restart();
    // What the one before did last may not have been told to anybody.
    this.#changed(this.#side.live);
    this.#lease = { fence, until: startedAt + LEASE_MS - KEPT_BACK_MS, touched, ahead };
    return this.#lease;
  }

  async #next(lease: Lease): Promise<Step> {
    if (this.#failed) {
      await this.#side.reload();
      // What failed may have been done all the same.
      this.#changed(this.#side.live);
    }
    this.#failed = false;
    const { fence, through, under } = await this.#shard.read();
    // What another one has done since it took over was told there.
    this.#options.reached?.(fence === lease.fence ? new Date(through) : null);
    const { live } = this.#side;
    const { watermark } = this.#options;
    if (under?.erases === true) {
      // It reads what is about to go.
      await this.#lookahead.settled();
      await this.#eraser.run(this.#tools(lease), { fence: lease.fence, live }, under);
      this.#changed(live);
      return 'erasure';
    }
    if (under !== null) {
      const stretch = { from: through, to: under.through };
      const rows = await countFreshRows(this.#tools(lease), stretch);
      await this.#cycle(lease, { ...stretch, rows, number: under.cycle });
      return 'cycle';
    }
    // What is half made may have read the units: it is ended first, and nothing is begun before they are gone.
    if (!this.#side.busy && (await this.#eraser.begin({ fence: lease.fence, through, watermark, live })))
      return 'erasure';
    const side = async (upTo: number): Promise<Step> => {
      const turn = { fence: lease.fence, tools: this.#tools(lease), through, upTo };
      const looks = this.#lookahead.during(this.#standing(lease, through, null));
      try {
        return (await this.#side.next(turn)) ? 'build' : 'idle';
      } finally {
        looks.end();
      }
    };
    // Builds go on between cycles, however much there is to do.
    if (this.#last === 'cycle' && (await side(through)) === 'build') return 'build';
    const to = await this.#until(through);
    if (to === null) return side(through);
    if (to.rows > 0) {
      const startedAt = this.#elapsed();
      const number = await this.#shard.intend(lease.fence, to.received);
      await this.#cycle(lease, { number, from: through, to: to.received, rows: to.rows });
      this.#options.cycled?.({ seconds: (this.#elapsed() - startedAt) / 1000, rows: to.rows });
      return 'cycle';
    }
    const step = await side(to.received);
    // Without live builds nobody asks how far they have come.
    const late = to.received - through >= (this.#options.passOverEveryMs ?? 1000);
    if (step === 'idle' && late && this.#side.live.length > 0)
      await this.#shard.passOver(lease.fence, to.received);
    return step;
  }

  /** Up to where the next cycle goes; null where nothing was received. */
  async #until(from: number): Promise<{ received: number; rows: number } | null> {
    const to = (await this.#options.watermark()).getTime();
    if (to <= from) return null;
    if (this.#side.live.length === 0) return { received: to, rows: 0 };
    const fresh = await freshRows(
      { clickhouse: this.#options.clickhouse, limits: this.#limits },
      { from, to },
    );
    const most = this.#options.mostRows ?? MOST_ROWS;
    let rows = 0;
    for (const at of fresh) {
      rows += at.rows;
      if (rows >= most) return { received: at.received, rows };
    }
    return { received: to, rows };
  }

  async #cycle(lease: Lease, cycle: Cycle): Promise<void> {
    const tools = this.#tools(lease);
    const { from, to } = cycle;
    const among = { rows: FRESH, params: { from, to } };
    const touched = await touchedBuilds(tools, this.#side.live, among);
    const looks = this.#lookahead.during(this.#standing(lease, from, cycle.number));
    const permit = async () => {
      await looks.earlier;
      await tools.permit();
    };
    let isLong = false;
    try {
      await runCycle({ ...tools, permit }, groupsOf(touched), cycle);
      await this.#shard.finish(lease.fence, cycle.number);
    } finally {
      isLong = looks.end();
    }
    if (isLong) this.#lookahead.between(this.#standing(lease, to, null));
    this.#changed(touched);
  }

  #standing({ fence, ahead: touched }: Lease, from: number, cycle: number | null): Standing {
    const isAsked = this.#options.ahead !== undefined;
    return { fence, touched, from, cycle, builds: () => (isAsked ? this.#side.guarded : []) };
  }

  readonly #changed = (builds: readonly Build[]): void => {
    if (builds.length > 0) this.#options.changed?.(builds.map(({ plan }) => plan.key));
  };

  #tools(lease: Lease): CycleTools {
    return {
      ...{ clickhouse: this.#options.clickhouse, touched: lease.touched, limits: this.#limits },
      rowsAtATime: this.#options.rowsAtATime ?? 500_000,
      permit: () => this.#permit(lease),
      exceeded: (ranges, error) =>
        this.#options.logger.warn(
          { err: error, ranges },
          'a cycle was too much at a time; in smaller ranges again',
        ),
      overflowed: async (metrics) => {
        for (const { build, metric } of metrics)
          await this.#builds.fail(build, metric, overflowReason(metric));
        this.#failed ||= metrics.length > 0;
      },
    };
  }

  /** A step may take longer than the lease lasts. */
  async #permit(lease: Lease): Promise<void> {
    const startedAt = this.#elapsed();
    if (lease.until - startedAt > LEASE_MS / 2) return;
    await this.#shard.renew(lease.fence, LEASE_MS);
    lease.until = startedAt + LEASE_MS - KEPT_BACK_MS;
  }
}
