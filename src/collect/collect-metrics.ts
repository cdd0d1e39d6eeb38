import { Counter, Gauge, type Registry } from 'prom-client';

/** What /metrics says of collecting. */
export interface CollectMetrics {
  readonly accepted: Counter;
  readonly duplicates: Counter;
  readonly rejected: Counter<'code'>;
  readonly refused: Counter<'code'>;
}

/** Registers the metrics of the collector; `load` is asked at each scrape. */
export function createCollectMetrics(
  registry: Registry,
  load: () => { readonly rows: number; readonly bytes: number },
): CollectMetrics {
  const registers = [registry];
  new Gauge({
    name: 'assay_collect_buffer_rows',
    help: 'Rows taken in that are not durable yet',
    registers,
    collect() {
      this.set(load().rows);
    },
  });
  new Gauge({
    name: 'assay_collect_buffer_bytes',
    help: 'Bytes taken in that are not durable yet',
    registers,
    collect() {
      this.set(load().bytes);
    },
  });
  return {
    accepted: new Counter({ name: 'assay_collect_accepted_total', help: 'Events accepted', registers }),
    duplicates: new Counter({
      name: 'assay_collect_duplicates_total',
      help: 'Events answered as duplicates',
      registers,
    }),
    rejected: new Counter({
      name: 'assay_collect_rejected_total',
      help: 'Events not taken, by reason',
      labelNames: ['code'],
      registers,
    }),
    refused: new Counter({
      name: 'assay_collect_refused_requests_total',
      help: 'Requests refused as a whole, by error',
      labelNames: ['code'],
      registers,
    }),
  };
}
