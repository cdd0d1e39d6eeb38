import type { ExperimentPlan } from '../../catalogue/index.ts';
import { AppError } from '../../errors.ts';
import { guardedPart } from './ahead/index.ts';
import type { AttributorOptions } from './attributor-options.ts';
import { type Build, type Builds, backfill, type LiveBuild, nextDue, removeRetired } from './builds/index.ts';
import { type CycleTools, runCycle } from './cycle.ts';
import { groupOf } from './group.ts';
import type { Shard } from './shard/index.ts';
import { countFreshRows } from './touched/index.ts';
import { TOLERANCE, type Verified, verification } from './verification.ts';

/** Rows of retired builds are of no use, but who has begun to read them is to end. */
const CLEAN_EVERY_MS = 600_000;
/** An experiment whose build failed waits for so long, and holds up nothing else. */
const RETRY_AFTER_MS = 60_000;

interface BuildJob {
  readonly kind: 'build';
  readonly id: number;
  readonly plan: ExperimentPlan;
  readonly through: number;
  readonly slices: ReturnType<typeof backfill>;
}

interface VerifyJob {
  readonly kind: 'verify';
  readonly build: LiveBuild;
  readonly through: number;
  readonly slices: ReturnType<typeof verification>;
}

/** What is the attributor's while it does a piece of work. Receipt times in ms. */
export interface Turn {
  readonly fence: number;
  readonly tools: CycleTools;
  /** All live builds have exactly what was received up to here. */
  readonly through: number;
  /** Everything received up to here is in the raw tables, and where it is later, nothing after `through` touches a live build. */
  readonly upTo: number;
}

type SideWorkOptions = Pick<AttributorOptions, 'clickhouse' | 'postgres' | 'logger' | 'plans'> &
  Required<Pick<AttributorOptions, 'limits' | 'slice' | 'reconcileEveryMs' | 'elapsed'>> & {
    readonly shard: Shard;
    readonly builds: Builds;
    readonly changed: (builds: readonly Build[]) => void;
  };

/** What is done between cycles, a slice at a time: new builds, verifications, and the removal of what was retired. */
export class SideWork {
  readonly #options: SideWorkOptions;
  #live: readonly LiveBuild[] = [];
  #guarded: ReadonlyMap<string, ReadonlySet<string>> = new Map();
  #job: BuildJob | VerifyJob | null = null;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #cleanedAt = Number.NEGATIVE_INFINITY;
  readonly #retryAt = new Map<string, number>();

  constructor(options: SideWorkOptions) {
    this.#options = options;
  }

  get live(): readonly LiveBuild[] {
    return this.#live;
  }

  /** The live builds with nothing but the metrics that guardrails are decided by. */
  get guarded(): LiveBuild[] {
    return this.#live.flatMap((build) => {
      const guarded = this.#guarded.get(build.plan.key) ?? guardedMetrics(build.plan);
      return guardedPart(build, guarded) ?? [];
    });
  }

  /** Whether a build or a verification is half made. */
  get busy(): boolean {
    return this.#job !== null;
  }

  /** The plans may have changed: look at them next time. */
  look(): void {
    this.#lookedAt = Number.NEGATIVE_INFINITY;
  }

  /** What was under way is given up; the live builds are read again. */
  async restart(): Promise<void> {
    this.#job = null;
    this.look();
    await this.reload();
  }

  async reload(): Promise<void> {
    this.#live = await this.#options.builds.live();
  }

  /** Goes on with a build or a verification, or begins one; false where there is nothing to do. */
  async next(turn: Turn): Promise<boolean> {
    this.#job ??= (await this.#beginBuild(turn)) ?? (await this.#beginVerification(turn));
    const job = this.#job;
    if (job === null) return false;
    try {
      if (job.kind === 'verify') {
        const { value, done } = await job.slices.next();
        if (done === true) await this.#endVerification(job, value);
      } else {
        const { value, done } = await job.slices.next();
        if (done === true) await this.#endBuild(turn, job, value);
        else await this.#options.builds.advance(job.id, value.progress);
      }
    } catch (error) {
      this.#job = null;
      this.look();
      if (isNobodysFault(error)) throw error;
      const { key } = job.kind === 'build' ? job.plan : job.build.plan;
      this.#retryAt.set(key, this.#options.elapsed() + RETRY_AFTER_MS);
      this.#options.logger.error(
        { err: error, experiment: key },
        `a ${job.kind} of moments failed; later again`,
      );
    }
    return true;
  }

  async #beginBuild(turn: Turn): Promise<BuildJob | null> {
    const { clickhouse, postgres, shard, builds, elapsed, reconcileEveryMs } = this.#options;
    const now = elapsed();
    if (now - this.#lookedAt < reconcileEveryMs) return null;
    this.#lookedAt = now;
    const plans = await this.#options.plans();
    this.#guarded = new Map(plans.map((plan) => [plan.key, guardedMetrics(plan)]));
    const keys = new Set(plans.map((plan) => plan.key));
    const gone = this.#live.filter((build) => !keys.has(build.plan.key));
    for (const build of gone) await builds.retire(turn.fence, build.plan.key);
    await this.#clean(now);
    // Others may have asked for something.
    await this.reload();
    const ready = plans.filter((plan) => !this.#waits(plan.key));
    const plan = await nextDue(clickhouse, ready, this.#live);
    if (plan === null) return null;
    if (turn.upTo > turn.through) await shard.passOver(turn.fence, turn.upTo);
    const through = turn.upTo;
    const id = await builds.begin(turn.fence, plan);
    const number = await shard.number(turn.fence);
    const tools = { ...this.#sliceTools(), postgres, permit: turn.tools.permit };
    return { kind: 'build', id, plan, through, slices: backfill(tools, { id, plan }, { number, through }) };
  }

  async #endBuild(turn: Turn, job: BuildJob, build: Build): Promise<void> {
    const { shard, builds, logger } = this.#options;
    const { through } = await shard.read();
    // What was received meanwhile; no cycle of the others comes between this and its joining them.
    if (through > job.through) {
      const number = await shard.number(turn.fence);
      const stretch = { from: job.through, to: through };
      const rows = await countFreshRows(turn.tools, stretch);
      await runCycle(turn.tools, [groupOf([build])], { ...stretch, rows, number });
    }
    await builds.join(turn.fence, build, through);
    this.#job = null;
    this.look();
    await this.reload();
    this.#options.changed([build]);
    logger.info({ experiment: build.plan.key, build: build.id }, 'moments are live');
  }

  async #beginVerification({ through }: Turn): Promise<VerifyJob | null> {
    const id = await this.#options.builds.nextVerification();
    const build = this.#live.find((live) => live.id === id);
    if (build === undefined || this.#waits(build.plan.key)) return null;
    return { kind: 'verify', build, through, slices: verification(this.#sliceTools(), build, through) };
  }

  async #endVerification({ build, through }: VerifyJob, verified: Verified): Promise<void> {
    const { logger, builds } = this.#options;
    const { difference } = verified;
    const untrusted = difference.largest > TOLERANCE;
    await builds.verified(build.id, through, verified, untrusted);
    this.#job = null;
    this.#options.changed([build]);
    const told = { experiment: build.plan.key, build: build.id, ...difference };
    if (!untrusted) logger.info(told, 'live moments are what raw rows give');
    else {
      logger.error(told, 'live moments are not what raw rows give; they are made anew');
      this.look();
    }
  }

  async #clean(now: number): Promise<void> {
    if (now - this.#cleanedAt < CLEAN_EVERY_MS) return;
    this.#cleanedAt = now;
    const removed = await removeRetired(this.#options, CLEAN_EVERY_MS);
    if (removed > 0)
      this.#options.logger.info({ builds: removed }, 'what was kept of retired builds is gone');
  }

  #waits(experiment: string): boolean {
    return (this.#retryAt.get(experiment) ?? Number.NEGATIVE_INFINITY) > this.#options.elapsed();
  }

  #sliceTools() {
    const { clickhouse, limits, slice } = this.#options;
    return { clickhouse, limits, slice };
  }
}

function guardedMetrics({ guardrails }: ExperimentPlan): Set<string> {
  return new Set(guardrails.map(({ metric }) => metric));
}

/** The stores are away, or another process attributes; everything else is tried again without holding up the others. */
function isNobodysFault(error: unknown): boolean {
  return !(error instanceof AppError) || ['conflict', 'unavailable'].includes(error.code);
}
