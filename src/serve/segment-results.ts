import { createHash } from 'node:crypto';
import { type Attributor, buildScorecard, type Plans, type ScorecardPointer } from '../analyse/index.ts';
import type { ExperimentPlan, Segment } from '../catalogue/index.ts';
import { AppError } from '../errors.ts';
import { type DocumentCache, type ServedDocument, servedDocument } from './document-cache.ts';
import { SingleFlight } from './single-flight.ts';

/** Segments computed at a time, whatever is asked: each reads raw rows. */
const MAX_UNDER_WAY = 4;

export interface SegmentResultsDependencies {
  readonly catalogue: Plans;
  readonly recomputation: Attributor;
  readonly cache: DocumentCache;
  readonly engineVersion: string;
  readonly now: () => Date;
  /** How long a request waits; the work goes on, and who asks again finds it done. */
  readonly waitMs: number;
}

/** Scorecards restricted to a declared segment, recomputed from raw rows when somebody asks. */
export class SegmentResults {
  readonly #deps: SegmentResultsDependencies;
  readonly #flights = new SingleFlight<ServedDocument>();
  readonly #stopping = Promise.withResolvers<never>();

  constructor(deps: SegmentResultsDependencies) {
    this.#deps = deps;
    // Nobody may be waiting when it stops.
    this.#stopping.promise.catch(() => undefined);
  }

  /** Sends those who wait away, so that the service can end. */
  stop(): void {
    this.#stopping.reject(
      new AppError('unavailable', 'The service is stopping; ask again once it is back.', {
        retryAfterSeconds: 5,
      }),
    );
  }

  /**
   * The results of one segment over the data of a stored scorecard. Rejects with `not-found` for a segment that the
   * experiment does not declare, `unavailable` while it is still being computed, `too-many-requests` while others are.
   */
  async document(experiment: string, pointer: ScorecardPointer, key: string): Promise<ServedDocument> {
    const { catalogue, cache } = this.#deps;
    const plan = await catalogue.plan(experiment);
    const segment = plan.segments.find((declared) => declared.key === key);
    if (segment === undefined) {
      const declared = plan.segments.map((each) => each.key).join(', ');
      throw new AppError(
        'not-found',
        `Experiment "${experiment}" has no segment "${key}"; ${declared === '' ? 'it declares none' : `it declares ${declared}`}.`,
      );
    }
    const id = cacheIdOf(pointer, plan, segment);
    const cached = cache.get(id);
    if (cached !== undefined) return cached;
    if (!this.#flights.has(id) && this.#flights.size >= MAX_UNDER_WAY)
      throw new AppError('too-many-requests', 'Other segments are being computed; ask again in a moment.', {
        retryAfterSeconds: 5,
      });
    return this.#withinTime(this.#flights.run(id, () => this.#compute(plan, segment, pointer, id)));
  }

  async #compute(
    plan: ExperimentPlan,
    segment: Segment,
    pointer: ScorecardPointer,
    id: string,
  ): Promise<ServedDocument> {
    const { recomputation, engineVersion, now, cache } = this.#deps;
    const attribution = await recomputation.run(plan, {
      dataThrough: pointer.dataThrough,
      segment: segment.filters,
    });
    const { results } = buildScorecard(plan, attribution, {
      computedAt: now(),
      scorecardId: pointer.scorecardId,
      engineVersion,
      segment: segment.key,
    });
    const document = servedDocument(JSON.stringify(results));
    cache.set(id, document);
    return document;
  }

  async #withinTime(work: Promise<ServedDocument>): Promise<ServedDocument> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () =>
          reject(
            new AppError('unavailable', 'This segment is still being computed; ask again in a moment.', {
              retryAfterSeconds: 5,
            }),
          ),
        this.#deps.waitMs,
      );
    });
    // When nobody waits any more, a failure has nobody to tell: the next to ask computes it again.
    work.catch(() => undefined);
    try {
      return await Promise.race([work, late, this.#stopping.promise]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** The scorecard, and all of today's definition that the figures depend on. */
function cacheIdOf(pointer: ScorecardPointer, plan: ExperimentPlan, segment: Segment): string {
  const definition = createHash('sha256')
    .update(JSON.stringify([plan.specHash, segment.filters]))
    .digest('hex');
  return `${pointer.scorecardId} segment ${segment.key} ${definition}`;
}
