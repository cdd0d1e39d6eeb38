import {
  missingHealth,
  missingResults,
  type Plans,
  type ScorecardDocuments,
  type ScorecardPointer,
  type Scorecards,
} from '../analyse/index.ts';
import type { ExperimentPlan } from '../catalogue/index.ts';
import { AppError } from '../errors.ts';
import { type DocumentCache, type ServedDocument, servedDocument } from './document-cache.ts';
import type { LatestPointers } from './latest-pointers.ts';
import { SingleFlight } from './single-flight.ts';

type Kind = keyof ScorecardDocuments;

/** Either a scorecard, or why there is none for an experiment that exists; a draft has no plan. */
export type Found =
  | { readonly kind: 'scorecard'; readonly pointer: ScorecardPointer }
  | { readonly kind: 'none'; readonly reason: string; readonly plan: ExperimentPlan | null };

export interface ScorecardReaderDependencies {
  readonly scorecards: Pick<Scorecards, 'asOf' | 'documents'>;
  readonly latest: LatestPointers;
  readonly catalogue: Plans;
  readonly cache: DocumentCache;
  readonly engineVersion: string;
}

/** Stored scorecards as bytes: of a known id from memory, so that a poll costs one pointer. */
export class ScorecardReader {
  readonly #deps: ScorecardReaderDependencies;
  readonly #flights = new SingleFlight<ScorecardDocuments>();

  constructor(deps: ScorecardReaderDependencies) {
    this.#deps = deps;
  }

  /** The latest scorecard, or that of an instant. Rejects with `not-found` for an unknown experiment. */
  async find(experiment: string, asOf: Date | undefined): Promise<Found> {
    const { latest, scorecards, catalogue } = this.#deps;
    const pointer =
      asOf === undefined ? await latest.get(experiment) : await scorecards.asOf(experiment, asOf);
    if (pointer !== null) return { kind: 'scorecard', pointer };
    const plan = await catalogue.plan(experiment).catch(nullIfDraft);
    return {
      kind: 'none',
      plan,
      reason: asOf === undefined ? 'no-scorecard-yet' : 'no-scorecard-at-that-time',
    };
  }

  /** The document as stored; the same keys with nothing known where there is no scorecard. */
  async document(experiment: string, found: Found, kind: Kind): Promise<ServedDocument> {
    if (found.kind === 'scorecard') return this.#stored(experiment, found.pointer, kind);
    if (kind === 'health') return servedDocument(JSON.stringify(missingHealth(experiment, found.reason)));
    const { plan, reason } = found;
    const { engineVersion } = this.#deps;
    return servedDocument(JSON.stringify(missingResults(experiment, plan, { engineVersion, reason })));
  }

  async #stored(experiment: string, pointer: ScorecardPointer, kind: Kind): Promise<ServedDocument> {
    const { cache } = this.#deps;
    const name = (of: Kind) => `${pointer.scorecardId} ${of}`;
    const cached = cache.get(name(kind));
    if (cached !== undefined) return cached;
    const documents = await this.#flights.run(pointer.scorecardId, () => this.#read(experiment, pointer));
    const served = { results: servedDocument(documents.results), health: servedDocument(documents.health) };
    cache.set(name('results'), served.results);
    cache.set(name('health'), served.health);
    return served[kind];
  }

  async #read(experiment: string, pointer: ScorecardPointer): Promise<ScorecardDocuments> {
    const documents = await this.#deps.scorecards.documents(experiment, pointer);
    if (documents !== null) return documents;
    throw new AppError(
      'store-failed',
      `Scorecard ${pointer.scorecardId} is not in its store; POST /api/v1/experiments/${experiment}:refresh makes a new one.`,
    );
  }
}

/** The catalogue refuses the plan of a draft, which exists all the same. */
function nullIfDraft(error: unknown): null {
  if (error instanceof AppError && error.code === 'conflict') return null;
  throw error;
}
