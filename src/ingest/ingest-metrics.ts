import { Counter, Histogram, type Registry } from 'prom-client';

/** What /metrics says of writing raw rows. */
export interface IngestMetrics {
  readonly rows: Counter<'table'>;
  readonly blocks: Counter<'outcome'>;
  readonly retries: Counter;
  readonly insertSeconds: Histogram;
}

/** Registers the metrics of ingest. */
export function createIngestMetrics(registry: Registry): IngestMetrics {
  const registers = [registry];
  return {
    rows: new Counter({
      name: 'assay_ingest_rows_total',
      help: 'Rows written, by table',
      labelNames: ['table'],
      registers,
    }),
    blocks: new Counter({
      name: 'assay_ingest_blocks_total',
      help: 'Blocks written or given up',
      labelNames: ['outcome'],
      registers,
    }),
    retries: new Counter({ name: 'assay_ingest_retries_total', help: 'Inserts tried again', registers }),
    insertSeconds: new Histogram({
      name: 'assay_ingest_insert_seconds',
      help: 'From a sealed block to its rows being durable in all tables',
      buckets: [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10],
      registers,
    }),
  };
}
