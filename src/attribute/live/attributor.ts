import type { Logger } from 'pino';
import type { ExperimentPlan } from '../../catalogue/index.ts';
import { AppError } from '../../errors.ts';
import type { ClickHouse, StatementLimits } from '../../stores/clickhouse/index.ts';
import type { Postgres } from '../../stores/postgres/index.ts';
import { loadSql } from '../../stores/sql-file.ts';
import type { SliceSize } from '../slices.ts';
import { backfill } from './backfill.ts';
import type { Build } from './build.ts';
import { Builds, type LiveBuild } from './builds.ts';
import { type CycleTools, runCycle } from './cycle.ts';
import { nextDue } from './due-builds.ts';
import { groupOf, groupsOf } from './group.ts';
import { overflowReason } from './moment-rows.ts';
import { removeRetired } from './remove-retired.ts';
import { lostLease, Shard } from './shard.ts';
import { Touched } from './touched.ts';
import { type Difference, TOLERANCE, verification } from './verification.ts';

const FRESH_ROWS = loadSql(new URL('./fresh-rows.sql', import.meta.url));

export interface AttributorOptions {
  readonly clickhouse: ClickHouse;
  readonly postgres: Postgres;
  readonly logger: Logger;
  /** Everything received up to it is in the raw tables, and nothing will be added later. */
  readonly watermark: () => Promise<Date>;
  /** The experiments that are to have live moments. */
  readonly plans: () => Promise<readonly ExperimentPlan[]>;
  /** Names this process; never used by another one. */
  readonly holder: string;
  /** Whether the stores are such that no other process can have them open. */
  readonly sole: boolean;
  /** Milliseconds of a monotonic clock. */
  readonly elapsed?: () => number;
  /** Told of each cycle that has ended. */
  readonly cycled?: (cycle: { readonly seconds: number; readonly rows: number }) => void;
  readonly limits?: StatementLimits;
  readonly slice?: SliceSize;
  /** How often the plans are looked at for what has changed. */
  readonly reconcileEveryMs?: number;
  /** How often it is written down that nothing was received. */
  readonly passOverEveryMs?: number;
  /** About how many new rows one cycle takes at most. */
  readonly mostRows?: number;
}

const LEASE_MS = 30_000;
/** A statement that was permitted is over, or of no effect, when another may begin. */
const KEPT_BACK_MS = 5_000;
/** Rows of retired builds are of no use, but who has begun to read them is to end. */
const CLEAN_EVERY_MS = 600_000;
const defaultLimits: StatementLimits = { maxSeconds: 120, maxMemoryBytes: 4_000_000_000 };
const defaultSlice: SliceSize = { impressions: 4_000_000, conversions: 6_000_000, listed: 10_000 };

/** What one step did. */
export type Step = 'cycle' | 'build' | 'idle' | 'elsewhere';

interface Lease {
  readonly fence: number;
  readonly touched: Touched;
  /** Milliseconds of the monotonic clock; renewed by every step. */
  until: number;
}

interface BuildJob {
  readonly kind: 'build';
  readonly id: number;
  readonly through: number;
  readonly slices: ReturnType<typeof backfill>;
}

interface VerifyJob {
  readonly kind: 'verify';
  readonly build: LiveBuild;
  readonly through: number;
  readonly slices: ReturnType<typeof verification>;
}

/**
 * Keeps the moments of all running experiments up to date: one step after the other, each a cycle over the new rows or a
 * slice of a new build. Any number of processes may have one; one of them works at a time.
 */
export class Attributor {
  readonly #options: AttributorOptions;
  readonly #limits: StatementLimits;
  readonly #elapsed: () => number;
  readonly #shard: Shard;
  readonly #builds: Builds;
  #lease: Lease | null = null;
  #live: readonly LiveBuild[] = [];
  #job: BuildJob | VerifyJob | null = null;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #cleanedAt = Number.NEGATIVE_INFINITY;
  #last: Step = 'idle';
  #failed = false;

  constructor(options: AttributorOptions) {
    this.#options = options;
    this.#limits = options.limits ?? defaultLimits;
    this.#elapsed = options.elapsed ?? (() => performance.now());
    this.#shard = new Shard(options.postgres);
    this.#builds = new Builds(options.postgres);
  }

  /**
   * Does the next thing there is to do. What it rejects with is over: the next step takes up what was under way. Not to
   * be called again before it has settled.
   */
  async step(): Promise<Step> {
    try {
      const lease = await this.#hold();
      if (lease === null) return 'elsewhere';
      this.#last = await this.#next(lease);
      return this.#last;
    } catch (error) {
      // A build that failed half-way is begun anew; a cycle is run again as it was.
      this.#job = null;
      this.look();
      if (error instanceof AppError && error.code === 'conflict') this.#lease = null;
      throw error;
    }
  }

  /** The plans may have changed: look at them in the next step. */
  look(): void {
    this.#lookedAt = Number.NEGATIVE_INFINITY;
  }

  /** Lets another process go on at once. */
  async close(): Promise<void> {
    const lease = this.#lease;
    this.#lease = null;
    if (lease === null) return;
    await lease.touched.drop();
    await this.#shard.release(lease.fence);
  }

  async #hold() {
    const startedAt = this.#elapsed();
    if (this.#lease !== null && this.#lease.until - startedAt > LEASE_MS / 2) return this.#lease;
    const { clickhouse, holder, sole } = this.#options;
    const fence = await this.#shard.acquire(holder, LEASE_MS, sole);
    if (fence === null) {
      this.#lease = null;
      return null;
    }
    const until = startedAt + LEASE_MS - KEPT_BACK_MS;
    if (this.#lease?.fence === fence) {
      this.#lease.until = until;
      return this.#lease;
    }
    const touched = new Touched(clickhouse, fence, this.#limits);
    await touched.create();
    await this.#builds.retireAbandoned(fence);
    this.#live = await this.#builds.live();
    this.#job = null;
    this.#lease = { fence, until, touched };
    return this.#lease;
  }

  async #next(lease: Lease): Promise<Step> {
    const { through, under } = await this.#shard.read();
    if (under !== null) {
      await this.#cycle(lease, { number: under.cycle, from: through, to: under.through });
      return 'cycle';
    }
    // Builds go on between cycles, however much there is to do.
    if (this.#last === 'cycle' && (await this.#side(lease, through))) return 'build';
    const to = await this.#until(through);
    if (to === null) return (await this.#side(lease, through)) ? 'build' : 'idle';
    if (to.rows > 0 && this.#live.length > 0) {
      const startedAt = this.#elapsed();
      const number = await this.#shard.intend(lease.fence, to.received);
      await this.#cycle(lease, { number, from: through, to: to.received });
      this.#options.cycled?.({ seconds: (this.#elapsed() - startedAt) / 1000, rows: to.rows });
      return 'cycle';
    }
    if (to.received - through < (this.#options.passOverEveryMs ?? 1000))
      return (await this.#side(lease, through)) ? 'build' : 'idle';
    await this.#shard.passOver(lease.fence, to.received);
    return (await this.#side(lease, to.received)) ? 'build' : 'idle';
  }

  /** Up to where the next cycle goes; null where nothing was received. */
  async #until(from: number): Promise<{ received: number; rows: number } | null> {
    const to = (await this.#options.watermark()).getTime();
    if (to <= from) return null;
    if (this.#live.length === 0) return { received: to, rows: 0 };
    const fresh = await this.#options.clickhouse.query<{ received: string; rows: string }>({
      sql: FRESH_ROWS,
      params: { from, to },
      limits: this.#limits,
    });
    const most = this.#options.mostRows ?? 1_000_000;
    let rows = 0;
    for (const at of fresh) {
      rows += Number(at.rows);
      if (rows >= most) return { received: Number(at.received), rows };
    }
    return { received: to, rows };
  }

  async #cycle(
    lease: Lease,
    cycle: { readonly number: number; readonly from: number; readonly to: number },
  ): Promise<void> {
    await runCycle(this.#tools(lease), groupsOf(this.#live), cycle);
    await this.#shard.finish(lease.fence, cycle.number);
    if (this.#failed) this.#live = await this.#builds.live();
    this.#failed = false;
  }

  #tools(lease: Lease): CycleTools {
    return {
      ...{ clickhouse: this.#options.clickhouse, touched: lease.touched, limits: this.#limits },
      permit: () => this.#permit(lease),
      overflowed: async (metrics) => {
        for (const { build, metric } of metrics)
          await this.#builds.fail(build, metric, overflowReason(metric));
        this.#failed ||= metrics.length > 0;
      },
    };
  }

  #permit(lease: Lease): void {
    if (this.#elapsed() > lease.until) throw lostLease();
  }

  /** Goes on with a build or a verification, or begins one; false where there is nothing to do. */
  async #side(lease: Lease, through: number): Promise<boolean> {
    this.#job ??= (await this.#beginBuild(lease, through)) ?? (await this.#beginVerification(through));
    const job = this.#job;
    if (job === null) return false;
    if (job.kind === 'verify') {
      const { value, done } = await job.slices.next();
      if (done === true) await this.#endVerification(job, value);
      return true;
    }
    const { value, done } = await job.slices.next();
    if (done === true) await this.#endBuild(lease, job, value, through);
    else await this.#builds.advance(job.id, value.progress);
    return true;
  }

  async #beginBuild(lease: Lease, through: number): Promise<BuildJob | null> {
    const { clickhouse, postgres, reconcileEveryMs = 15_000 } = this.#options;
    const now = this.#elapsed();
    if (now - this.#lookedAt < reconcileEveryMs) return null;
    this.#lookedAt = now;
    const plans = await this.#options.plans();
    const gone = this.#live.filter((build) => !plans.some((plan) => plan.key === build.plan.key));
    for (const build of gone) await this.#builds.retire(lease.fence, build.plan.key);
    await this.#clean(now);
    // Others may have asked for something.
    this.#live = await this.#builds.live();
    const plan = await nextDue(clickhouse, plans, this.#live);
    if (plan === null) return null;
    const id = await this.#builds.begin(lease.fence, plan);
    const number = await this.#shard.number(lease.fence);
    const tools = { ...this.#sliceTools(), postgres, permit: () => this.#permit(lease) };
    return { kind: 'build', id, through, slices: backfill(tools, { id, plan }, { number, through }) };
  }

  async #clean(now: number): Promise<void> {
    if (now - this.#cleanedAt < CLEAN_EVERY_MS) return;
    this.#cleanedAt = now;
    const { clickhouse, logger } = this.#options;
    const tools = { clickhouse, builds: this.#builds, limits: this.#limits };
    const removed = await removeRetired(tools, CLEAN_EVERY_MS);
    if (removed > 0) logger.info({ builds: removed }, 'what was kept of retired builds is gone');
  }

  async #endBuild(lease: Lease, job: BuildJob, build: Build, through: number): Promise<void> {
    // What was received meanwhile; no cycle of the others comes between this and its joining them.
    if (through > job.through) {
      const number = await this.#shard.number(lease.fence);
      await runCycle(this.#tools(lease), [groupOf([build])], { number, from: job.through, to: through });
    }
    await this.#builds.join(lease.fence, build, through);
    this.#job = null;
    this.look();
    this.#live = await this.#builds.live();
    this.#options.logger.info({ experiment: build.plan.key, build: build.id }, 'moments are live');
  }

  async #beginVerification(through: number): Promise<VerifyJob | null> {
    const id = await this.#builds.nextVerification();
    const build = this.#live.find((live) => live.id === id);
    if (build === undefined) return null;
    return { kind: 'verify', build, through, slices: verification(this.#sliceTools(), build, through) };
  }

  async #endVerification({ build, through }: VerifyJob, difference: Difference): Promise<void> {
    const { logger } = this.#options;
    const untrusted = difference.largest > TOLERANCE;
    await this.#builds.verified(build.id, through, difference, untrusted);
    this.#job = null;
    const told = { experiment: build.plan.key, build: build.id, ...difference };
    if (!untrusted) logger.info(told, 'live moments are what raw rows give');
    else {
      logger.error(told, 'live moments are not what raw rows give; they are made anew');
      this.look();
    }
  }

  #sliceTools() {
    const { clickhouse, slice } = this.#options;
    return { clickhouse, limits: this.#limits, slice: slice ?? defaultSlice };
  }
}
