import { createHash } from 'node:crypto';
import { type Attributor, buildScorecard, type Plans, type ScorecardPointer } from '../analyse/index.ts';
import type { ExperimentPlan, Segment } from '../catalogue/index.ts';
import { AppError } from '../errors.ts';
import type { ComputedDocuments } from './computed-documents.ts';
import type { ServedDocument } from './document-cache.ts';

export interface SegmentResultsDependencies {
  readonly catalogue: Plans;
  readonly recomputation: Attributor;
  readonly computed: ComputedDocuments;
  readonly engineVersion: string;
  readonly now: () => Date;
}

/** Scorecards restricted to a declared segment, recomputed from raw rows when somebody asks. */
export class SegmentResults {
  readonly #deps: SegmentResultsDependencies;

  constructor(deps: SegmentResultsDependencies) {
    this.#deps = deps;
  }

  /**
   * The results of one segment over the data of a stored scorecard. Rejects with `not-found` for a segment that the
   * experiment does not declare, and as ComputedDocuments does.
   */
  async document(
    experiment: string,
    pointer: ScorecardPointer,
    key: string,
    windows: 'all' | 'closed',
  ): Promise<ServedDocument> {
    const { catalogue, computed, recomputation, engineVersion, now } = this.#deps;
    const plan = await catalogue.plan(experiment);
    const segment = plan.segments.find((declared) => declared.key === key);
    if (segment === undefined) {
      const declared = plan.segments.map((each) => each.key).join(', ');
      throw new AppError(
        'not-found',
        `Experiment "${experiment}" has no segment "${key}"; ${declared === '' ? 'it declares none' : `it declares ${declared}`}.`,
      );
    }
    return computed.get(cacheIdOf(pointer, plan, segment, windows), async () => {
      const attribution = await recomputation.run(plan, {
        dataThrough: pointer.dataThrough,
        segment: segment.filters,
      });
      const { scorecardId } = pointer;
      const stamp = { computedAt: now(), scorecardId, engineVersion, segment: segment.key, windows };
      return buildScorecard(plan, attribution, stamp).results;
    });
  }
}

/** The scorecard, and all of today's definition that the figures depend on. */
function cacheIdOf(
  pointer: ScorecardPointer,
  plan: ExperimentPlan,
  segment: Segment,
  windows: string,
): string {
  const definition = createHash('sha256')
    .update(JSON.stringify([plan.specHash, segment.filters]))
    .digest('hex');
  return `${pointer.scorecardId} segment ${segment.key} ${windows} ${definition}`;
}
