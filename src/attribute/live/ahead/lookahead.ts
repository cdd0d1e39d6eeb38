import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { ClickHouse, StatementLimits } from '../../../stores/clickhouse/index.ts';
import { ALL_UNITS } from '../../segments.ts';
import type { LiveBuild } from '../builds/index.ts';
import { addDelta } from '../cycle.ts';
import { groupsOf } from '../group.ts';
import { type LiveAttribution, liveAttributionOf } from '../live-moments.ts';
import { MomentRows, type TableRow } from '../moment-rows.ts';
import { readMoments } from '../moments-table.ts';
import type { Shard } from '../shard/index.ts';
import { FRESH, kindsOfRows, type Touched } from '../touched/index.ts';
import { lightest } from './lightest.ts';

/** Whoever has more to catch up with does so sooner alone. */
const MOST_ROWS = 100_000;
/** So many new rows are looked at whatever share of all they are. */
const FEW_ROWS = 500;
const ALL_OF_THEM = { index: 0, count: 1 };
/** The moments of so many builds are read before any of them is known to be touched. */
const MOST_READ_AHEAD = 200;
/** The next step begins sooner, unless there is little to do. */
const BETWEEN_MS = 500;

export interface LookaheadOptions {
  readonly clickhouse: ClickHouse;
  readonly shard: Pick<Shard, 'read'>;
  readonly logger: Logger;
  readonly limits: StatementLimits;
  /** As the attributor's. */
  readonly watermark: () => Promise<Date>;
  /** How long a step is under way before anybody looks ahead of it, and how far apart looks are. */
  readonly afterMs: number;
  /** Of the new rows, how many may be looked at ahead: from 0 to 1. */
  readonly share: number;
  /** Milliseconds of a monotonic clock. */
  readonly elapsed: () => number;
  /** Told what the moments of guardrails' metrics, and no others, are by now. */
  readonly found: (attributions: readonly LiveAttribution[]) => void;
  /** Told how long (s) a look took. */
  readonly looked: (seconds: number) => void;
}

/** Where the live moments are while looks go on. */
export interface Standing {
  readonly fence: number;
  /** Tables that nothing but looks ahead use. */
  readonly touched: Touched;
  /** All live builds have exactly what was received up to here (ms). */
  readonly from: number;
  /** Under which a step adds to them; null: none does. */
  readonly cycle: number | null;
  /** The live builds with nothing but the metrics that guardrails are decided by. */
  readonly builds: () => readonly LiveBuild[];
}

/** Looks ahead of one step. */
export interface Looks {
  /** Resolves once the looks of earlier steps are over; nothing that they read may be written before. */
  readonly earlier: Promise<void>;
  /** The step has ended; gives whether it took its time. */
  end(): boolean;
}

/**
 * Finds what guardrails are decided by while a step of the attributor takes its time, a cycle over all metrics or a slice of
 * a build: the moments up to where the step began, and what all that was received since adds to those of the guardrails.
 * Nothing of it is written, so whatever becomes of a look, nothing is lost or counted twice; what it finds is what the
 * moments will be when cycles have come that far.
 */
export class Lookahead {
  readonly #options: LookaheadOptions;
  #looking: Promise<void> = Promise.resolve();
  /** Of the look that was begun last. */
  #over: Promise<void> = Promise.resolve();
  #ended = new AbortController();
  /** Whether the last step was one that took its time. */
  #outlasted = false;
  /** What was received up to here (ms) was looked at, or left to the cycle. */
  #seen = 0;
  /** Up to when what was told of a build reaches. */
  readonly #told = new Map<number, number>();

  constructor(options: LookaheadOptions) {
    this.#options = options;
  }

  /** Looks again and again, beginning at once where the step before took its time, until it is told that the step has ended. */
  during(standing: Standing): Looks {
    const { elapsed, afterMs } = this.#options;
    const startedAt = elapsed();
    const earlier = this.#looking;
    const ended = this.#begin(standing, this.#outlasted);
    return {
      earlier,
      end: () => {
        this.#outlasted = elapsed() - startedAt >= afterMs;
        ended.abort();
        return this.#outlasted;
      },
    };
  }

  /** Resolves once the look that is under way has ended, if there is one: whoever has time lets it go first. */
  get over(): Promise<void> {
    return this.#over;
  }

  /** Goes on looking between two steps, for a while at most. */
  between(standing: Standing): void {
    const ended = this.#begin(standing, true);
    void pause(BETWEEN_MS, undefined, { ref: false, signal: ended.signal }).then(
      () => ended.abort(),
      () => undefined,
    );
  }

  /** Resolves once no look is under way: rows may be removed, and tables dropped, as long as no step begins. */
  async settled(): Promise<void> {
    this.#ended.abort();
    await this.#looking;
  }

  #begin(standing: Standing, hurries: boolean): AbortController {
    this.#ended.abort();
    const ended = new AbortController();
    this.#ended = ended;
    this.#looking = this.#looking
      .then(() => this.#lookOn(standing, hurries, ended.signal))
      .catch((error: unknown) => {
        this.#options.logger.warn(
          { err: error },
          'what guardrails are decided by could not be read ahead of a cycle; it comes with the cycle',
        );
      });
    return ended;
  }

  async #lookOn(standing: Standing, hurries: boolean, ended: AbortSignal): Promise<void> {
    const { watermark, afterMs, share, elapsed, looked } = this.#options;
    const { from } = standing;
    /** The rows of builds, as they are where the live moments stand. */
    const before = new Map<number, readonly TableRow[]>();
    for (const [id, to] of this.#told) if (to <= from) this.#told.delete(id);
    let seen = Math.max(from, this.#seen);
    let begun = false;
    let lookMs = 0;
    let waitMs = hurries ? 0 : afterMs;
    for (; !ended.aborted; waitMs = Math.max(afterMs, lookMs)) {
      await pause(waitMs, undefined, { signal: ended }).catch(() => undefined);
      if (ended.aborted) return;
      const builds = standing.builds();
      if (builds.length === 0) continue;
      if (!begun && builds.length <= MOST_READ_AHEAD) await this.#readBefore(standing, before, builds);
      begun = true;
      lookMs = 0;
      const to = (await watermark()).getTime();
      if (to <= seen) continue;
      const kinds = await kindsOfRows(this.#options, { rows: FRESH, params: { from, to } });
      if (kinds.all > MOST_ROWS) return;
      const touched = lightest(builds, { kinds, seen, most: Math.max(FEW_ROWS, share * kinds.all) });
      if (touched.length > 0) {
        const startedAt = elapsed();
        const look = this.#look(standing, before, { builds: touched, to });
        this.#over = look.then(
          () => undefined,
          () => undefined,
        );
        const isAll = await look;
        lookMs = elapsed() - startedAt;
        looked(lookMs / 1000);
        // What could not be told comes with the cycle that is about to end.
        if (!isAll) return;
      }
      seen = to;
      this.#seen = to;
    }
  }

  /** Tells what it finds; gives whether that is all. */
  async #look(
    standing: Standing,
    before: Map<number, readonly TableRow[]>,
    { builds, to }: { readonly builds: readonly LiveBuild[]; readonly to: number },
  ): Promise<boolean> {
    const { shard, found } = this.#options;
    const { fence, touched, from } = standing;
    await this.#readBefore(standing, before, builds);
    const known = builds.filter(({ id }) => before.has(id));
    const added = new MomentRows();
    for (const group of groupsOf(known)) {
      await touched.find(group, { from, to }, ALL_OF_THEM, 'moments');
      await addDelta(touched, group, added);
    }
    // Another attributor waits for no look of this one.
    const isAlone = (await shard.read()).fence === fence;
    const changes = Map.groupBy(added.changes(), ({ build }) => build);
    // Of those the cycle says what has become of them.
    const overflowed = new Set(added.overflowed.map(({ build }) => build));
    const attributions = known.flatMap((build): LiveAttribution[] => {
      const changed = changes.get(build.id) ?? [];
      if (!isAlone || overflowed.has(build.id)) return [];
      if (changed.length === 0 && !this.#told.has(build.id)) return [];
      this.#told.set(build.id, to);
      const rows = sumOf([...(before.get(build.id) ?? []), ...changed]);
      return [liveAttributionOf({ build, rows, dataThrough: new Date(to) }, ALL_UNITS)];
    });
    if (attributions.length > 0) found(attributions);
    await touched.clear();
    return isAlone && known.length === builds.length;
  }

  /** Those that are not known; not where the cycle has added to them already. */
  async #readBefore(
    { cycle }: Standing,
    before: Map<number, readonly TableRow[]>,
    builds: readonly LiveBuild[],
  ): Promise<void> {
    const unread = builds.filter(({ id }) => !before.has(id));
    if (unread.length === 0) return;
    const { rows, landed } = await readMoments(this.#options.clickhouse, unread, cycle, [ALL_UNITS]);
    if (!landed) for (const { id } of unread) before.set(id, rows.get(id) ?? []);
  }
}

function sumOf(rows: readonly TableRow[]): TableRow[] {
  const sum = new MomentRows();
  for (const row of rows) sum.add(row, 1, row);
  return sum.rows();
}
