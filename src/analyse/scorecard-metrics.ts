import type { Logger } from 'pino';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** When the latest scorecard of each running experiment has data through; experiments without one are absent. */
type DataThroughOfRunning = () => Promise<ReadonlyMap<string, Date>>;

/** Prometheus metrics of making scorecards, on the registry given. */
export class ScorecardMetrics {
  readonly #seconds: Histogram;
  readonly #failures: Counter<'experiment'>;

  constructor(
    registry: Registry,
    {
      dataThroughOfRunning,
      now,
      logger,
    }: { dataThroughOfRunning: DataThroughOfRunning; now: () => Date; logger: Logger },
  ) {
    this.#seconds = new Histogram({
      name: 'assay_scorecard_seconds',
      help: 'How long making one scorecard took, from reading the definition to saving it',
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
      registers: [registry],
    });
    this.#failures = new Counter({
      name: 'assay_scorecard_failures_total',
      help: 'Scorecards that could not be made',
      labelNames: ['experiment'],
      registers: [registry],
    });
    new Gauge({
      name: 'assay_scorecard_age_seconds',
      help: 'Age of the data in the latest scorecard of each running experiment',
      labelNames: ['experiment'],
      registers: [registry],
      // Asked at each scrape: a gauge set by the last run would stay young after runs stop.
      async collect() {
        this.reset();
        // Absent when the stores cannot be asked: a failing gauge would take all other figures with it.
        const ages = await dataThroughOfRunning().catch((error: unknown) => {
          logger.warn({ err: error }, 'the ages of the scorecards could not be read');
          return new Map<string, Date>();
        });
        for (const [experiment, dataThrough] of ages)
          this.set({ experiment }, (now().getTime() - dataThrough.getTime()) / 1000);
      },
    });
  }

  made(seconds: number): void {
    this.#seconds.observe(seconds);
  }

  failed(experiment: string): void {
    this.#failures.inc({ experiment });
  }
}
