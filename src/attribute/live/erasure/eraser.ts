import type { Logger } from 'pino';
import type { Build } from '../builds/index.ts';
import type { CycleTools } from '../cycle.ts';
import type { Intent, Shard } from '../shard/index.ts';
import { eraseUnits } from './erase-units.ts';
import type { ErasureBatches } from './erasure-batches.ts';

/** A batch costs about as much as one unit, and its statements must not grow too long. */
const MOST_UNITS = 100;
const LOOK_EVERY_MS = 2_000;

export interface EraserOptions {
  readonly batches: ErasureBatches;
  readonly shard: Shard;
  readonly logger: Logger;
  /** Milliseconds of a monotonic clock. */
  readonly elapsed: () => number;
  /** Batches follow each other at least so far apart: each costs seconds where tables are large. */
  readonly eraseEveryMs: number;
  /** How long before the watermark a unit must have been asked for: clocks differ, and events may be on their way. */
  readonly eraseAfterMs: number;
}

/** What is the attributor's while it looks for units to erase. */
interface Turn {
  readonly fence: number;
  /** All live builds have exactly what was received up to here (ms). */
  readonly through: number;
  readonly watermark: () => Promise<Date>;
  readonly live: readonly Build[];
}

/** Erases units between cycles, a batch at a time. No cycle comes between the beginning of a batch and its end. */
export class Eraser {
  readonly #options: EraserOptions;
  #lookAt = Number.NEGATIVE_INFINITY;

  constructor(options: EraserOptions) {
    this.#options = options;
  }

  /** Freezes the next batch as what is under way; false where none is due. Not while a build or a verification is half made. */
  async begin({ fence, through, watermark, live }: Turn): Promise<boolean> {
    const { batches, shard, elapsed, eraseEveryMs, eraseAfterMs } = this.#options;
    if (elapsed() < this.#lookAt) return false;
    const oldest = await batches.oldest();
    if (oldest === null) {
      this.#lookAt = elapsed() + Math.min(LOOK_EVERY_MS, eraseEveryMs);
      return false;
    }
    let reached = through;
    if (oldest + eraseAfterMs > through && live.length === 0) {
      // Nobody is held up by what there is to attribute.
      reached = Math.max(through, (await watermark()).getTime());
      if (reached > through) await shard.passOver(fence, reached);
    }
    const askedUntil = reached - eraseAfterMs;
    if (oldest > askedUntil) return false;
    const number = await batches.take(fence, { through: reached, askedUntil, most: MOST_UNITS });
    return number !== null;
  }

  /** Does what was frozen, perhaps by another that died over it. */
  async run(
    tools: Omit<CycleTools, 'touched'>,
    { fence, live }: Pick<Turn, 'fence' | 'live'>,
    { cycle, through }: Intent,
  ): Promise<void> {
    const { batches, elapsed, eraseEveryMs, logger } = this.#options;
    this.#lookAt = elapsed() + eraseEveryMs;
    const units = await batches.units(cycle);
    // None are left where another has done it meanwhile.
    if (units.length > 0) await eraseUnits(tools, fence, live, { number: cycle, through, units });
    await batches.finish(fence, cycle);
    logger.info({ units: units.length, cycle }, 'units were erased');
  }
}
