import { type BeforeApplicationShutdown, type DynamicModule, Inject, Module } from '@nestjs/common';
import { AttributeResults } from './attribute-results.ts';
import { AttributionController } from './attribution.controller.ts';
import { ClosedResults } from './closed-results.ts';
import { ComputedDocuments } from './computed-documents.ts';
import { DocumentCache } from './document-cache.ts';
import { LatestPointers } from './latest-pointers.ts';
import { ResultsController } from './results.controller.ts';
import { RunsController } from './runs.controller.ts';
import { ScorecardReader } from './scorecard-reader.ts';
import { SegmentResults } from './segment-results.ts';
import {
  SERVE_CATALOGUE,
  SERVE_CLOCK,
  SERVE_JOBS,
  SERVE_SCORECARDS,
  SERVE_UPKEEP,
  type ServeDependencies,
} from './serve-dependencies.ts';

const DEFAULT_CACHE_BYTES = 64 * 1024 * 1024;
const DEFAULT_COMPUTING_WAIT_MS = 20_000;

/** The routes of results, health, time series, runs and attribution. */
@Module({})
export class ServeModule implements BeforeApplicationShutdown {
  readonly #computed: ComputedDocuments;

  constructor(@Inject(ComputedDocuments) computed: ComputedDocuments) {
    this.#computed = computed;
  }

  /** Requests for what is computed may wait for long, and the server closes only when none is under way. */
  beforeApplicationShutdown(): void {
    this.#computed.stop();
  }

  static forRoot(deps: ServeDependencies): DynamicModule {
    const { scorecards, catalogue, live, recomputation, engineVersion, now } = deps;
    const cache = new DocumentCache(deps.cacheBytes ?? DEFAULT_CACHE_BYTES);
    const latest = new LatestPointers(scorecards, () => performance.now());
    const computed = new ComputedDocuments({
      cache,
      waitMs: deps.computingWaitMs ?? DEFAULT_COMPUTING_WAIT_MS,
    });
    const computing = { catalogue, recomputation, computed, engineVersion, now };
    return {
      module: ServeModule,
      controllers: [ResultsController, RunsController, AttributionController],
      providers: [
        {
          provide: ScorecardReader,
          useValue: new ScorecardReader({ scorecards, latest, catalogue, cache, engineVersion }),
        },
        {
          provide: AttributeResults,
          useValue: new AttributeResults({ catalogue, live, cache, engineVersion, now }),
        },
        { provide: ComputedDocuments, useValue: computed },
        { provide: SegmentResults, useValue: new SegmentResults(computing) },
        { provide: ClosedResults, useValue: new ClosedResults({ ...computing, live, cache }) },
        { provide: SERVE_SCORECARDS, useValue: scorecards },
        { provide: SERVE_CATALOGUE, useValue: catalogue },
        { provide: SERVE_UPKEEP, useValue: deps.upkeep },
        { provide: SERVE_JOBS, useValue: deps.jobs },
        { provide: SERVE_CLOCK, useValue: now },
      ],
    };
  }
}
