import {
  type Attributor,
  buildScorecard,
  type Plans,
  type ScorecardPointer,
  scorecardIdOf,
} from '../analyse/index.ts';
import { type Attribution, buildIdentity, type LiveMoments } from '../attribute/index.ts';
import type { ExperimentPlan } from '../catalogue/index.ts';
import type { ComputedDocuments } from './computed-documents.ts';
import { type DocumentCache, type ServedDocument, servedDocument } from './document-cache.ts';
import { SingleFlight } from './single-flight.ts';

export interface ClosedResultsDependencies {
  readonly catalogue: Plans;
  readonly live: Pick<LiveMoments, 'read'>;
  readonly recomputation: Attributor;
  readonly computed: ComputedDocuments;
  readonly cache: DocumentCache;
  readonly engineVersion: string;
  readonly now: () => Date;
}

/** Scorecards over closed windows alone: out of live moments, and where there are none, recomputed from raw rows. */
export class ClosedResults {
  readonly #deps: ClosedResultsDependencies;
  readonly #flights = new SingleFlight<ServedDocument | null>();

  constructor(deps: ClosedResultsDependencies) {
    this.#deps = deps;
  }

  /**
   * Over everything in the live moments, else over the data of a stored scorecard. Rejects as ComputedDocuments does
   * where it has to be recomputed.
   */
  async document(experiment: string, pointer: ScorecardPointer): Promise<ServedDocument> {
    const { catalogue, computed, recomputation } = this.#deps;
    const plan = await catalogue.plan(experiment);
    const live = await this.#flights.run(`${experiment} ${plan.specHash}`, () => this.#fromMoments(plan));
    if (live !== null) return live;
    return computed.get(`${pointer.scorecardId} closed ${plan.specHash}`, async () =>
      this.#resultsOf(plan, await recomputation.run(plan, { dataThrough: pointer.dataThrough })),
    );
  }

  /** null where there are none of this definition. */
  async #fromMoments(plan: ExperimentPlan): Promise<ServedDocument | null> {
    const { live, cache } = this.#deps;
    const attribution = await live.read(plan.key);
    if (attribution === null || attribution.identity !== buildIdentity(plan)) return null;
    // Who asks again while nothing was received gets the same bytes.
    const { build, dataThrough, provenance } = attribution;
    const checked = `${provenance.untrusted} ${provenance.verifiedAt?.getTime()}`;
    const id = `closed ${plan.key} ${plan.specHash} ${build} ${dataThrough.getTime()} ${checked}`;
    const cached = cache.get(id);
    if (cached !== undefined) return cached;
    const document = servedDocument(JSON.stringify(this.#resultsOf(plan, attribution)));
    cache.set(id, document);
    return document;
  }

  #resultsOf(plan: ExperimentPlan, attribution: Attribution) {
    const { engineVersion, now } = this.#deps;
    return buildScorecard(plan, attribution, {
      computedAt: now(),
      scorecardId: scorecardIdOf(plan, attribution.dataThrough, engineVersion),
      ...{ engineVersion, windows: 'closed' },
    }).results;
  }
}
