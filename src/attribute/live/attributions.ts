import { setTimeout as pause } from 'node:timers/promises';
import type { AttributeFilter, ExperimentPlan } from '../../catalogue/index.ts';
import type { Attribution } from '../attribution.ts';
import type { Recomputation } from '../recomputation.ts';
import { buildIdentity } from './builds/index.ts';
import type { LiveMoments } from './live-moments.ts';

/** How long live moments may take to come up to what is asked for, before everything is read again. */
const WAIT_MS = 10_000;
const LOOK_EVERY_MS = 50;

/** Attributions out of live moments where there are any, else out of raw rows. */
export class Attributions {
  readonly #live: Pick<LiveMoments, 'read'>;
  readonly #recomputation: Pick<Recomputation, 'run'>;
  readonly #elapsed: () => number;

  constructor(options: {
    readonly live: Pick<LiveMoments, 'read'>;
    readonly recomputation: Pick<Recomputation, 'run'>;
    readonly elapsed?: () => number;
  }) {
    this.#live = options.live;
    this.#recomputation = options.recomputation;
    this.#elapsed = options.elapsed ?? (() => performance.now());
  }

  /**
   * Everything received up to `dataThrough`, and perhaps more: the answer says up to when. A segment, and a definition
   * whose moments are not made yet, are answered out of raw rows.
   */
  async run(
    plan: ExperimentPlan,
    options: { readonly dataThrough: Date; readonly segment?: readonly AttributeFilter[] },
  ): Promise<Attribution> {
    const { dataThrough, segment = [] } = options;
    const until = this.#elapsed() + WAIT_MS;
    while (segment.length === 0) {
      const live = await this.#live.read(plan.key);
      if (live === null || live.identity !== buildIdentity(plan)) break;
      if (live.dataThrough >= dataThrough) return live;
      if (this.#elapsed() > until) break;
      await pause(LOOK_EVERY_MS);
    }
    return this.#recomputation.run(plan, options);
  }
}
