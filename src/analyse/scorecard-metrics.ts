import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** Prometheus metrics of making scorecards, on the registry given. */
export class ScorecardMetrics {
  readonly #seconds: Histogram;
  readonly #waited: Histogram;
  readonly #due: Gauge;
  readonly #failures: Counter<'experiment'>;

  constructor(registry: Registry) {
    this.#seconds = new Histogram({
      name: 'assay_scorecard_seconds',
      help: 'How long making one scorecard took, from reading the definition to saving it; its share, where many were made together',
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
      registers: [registry],
    });
    this.#waited = new Histogram({
      name: 'assay_scorecard_wait_seconds',
      help: 'From new moments of an experiment to its scorecard, refreshSeconds included',
      buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900, 3600],
      registers: [registry],
    });
    this.#due = new Gauge({
      name: 'assay_scorecards_due',
      help: 'Experiments with new moments that this process is to make a scorecard of, now or when refreshSeconds are over',
      registers: [registry],
    });
    this.#failures = new Counter({
      name: 'assay_scorecard_failures_total',
      help: 'Scorecards that could not be made',
      labelNames: ['experiment'],
      registers: [registry],
    });
  }

  made(seconds: number): void {
    this.#seconds.observe(seconds);
  }

  waited(seconds: number): void {
    this.#waited.observe(seconds);
  }

  due(experiments: number): void {
    this.#due.set(experiments);
  }

  failed(experiment: string): void {
    this.#failures.inc({ experiment });
  }
}
