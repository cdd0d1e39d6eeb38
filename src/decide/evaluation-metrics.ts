import { Counter, Histogram, type Registry } from 'prom-client';
import { harmBegan, type Stop } from './decision-stops.ts';

/** How evaluations go. */
export class EvaluationMetrics {
  readonly #seconds: Histogram;
  readonly #failed: Counter;
  readonly #stops: Histogram<'stage'>;

  constructor(registry: Registry) {
    this.#seconds = new Histogram({
      name: 'assay_evaluation_seconds',
      help: 'Deciding on all treatments of an experiment',
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
      registers: [registry],
    });
    this.#failed = new Counter({
      name: 'assay_evaluations_failed_total',
      help: 'Experiments that could not be decided on at the time; they are tried again',
      registers: [registry],
    });
    this.#stops = new Histogram({
      name: 'assay_stop_seconds',
      help: 'Of treatments that were stopped: from the estimated start of the harm to the receipt of the last event that shows it (shown), and from there to the verdict (decided)',
      labelNames: ['stage'],
      buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 1800, 7200, 86_400],
      registers: [registry],
    });
  }

  evaluated({ seconds, failed }: { readonly seconds: number; readonly failed: boolean }): void {
    this.#seconds.observe(seconds);
    if (failed) this.#failed.inc();
  }

  /** What is not known is not counted. */
  stopped(stop: Stop): void {
    const { decidedAt, dataThrough } = stop;
    if (dataThrough === null) return;
    const began = harmBegan(stop);
    const secondsFrom = (from: string, to: string) => Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000);
    if (began !== null) this.#stops.observe({ stage: 'shown' }, secondsFrom(began, dataThrough));
    this.#stops.observe({ stage: 'decided' }, secondsFrom(dataThrough, decidedAt));
  }
}
