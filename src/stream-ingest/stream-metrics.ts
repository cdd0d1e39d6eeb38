import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** What /metrics says of reading the stream. */
export interface StreamMetrics {
  readonly messages: Counter;
  readonly rows: Counter<'table'>;
  readonly ranges: Counter<'outcome'>;
  readonly deadLetters: Counter<'code'>;
  readonly rangeSeconds: Histogram;
  readonly assignments: Counter;
  readonly rebuilds: Counter;
  readonly lost: Counter;
  readonly lagMessages: Gauge<'topic' | 'partition'>;
  readonly lagSeconds: Gauge<'topic' | 'partition'>;
  readonly stuck: Gauge<'topic' | 'partition'>;
}

/** Registers the metrics of reading the stream. */
export function createStreamMetrics(registry: Registry): StreamMetrics {
  const registers = [registry];
  const counter = (name: string, help: string) => new Counter({ name, help, registers });
  const labelled = <Label extends string>(name: string, help: string, label: Label) =>
    new Counter({ name, help, labelNames: [label], registers });
  const ofPartition = (name: string, help: string) =>
    new Gauge({ name, help, labelNames: ['topic', 'partition'] as const, registers });
  return {
    messages: counter('assay_stream_messages_total', 'Messages that are in the raw tables'),
    rows: labelled('assay_stream_rows_total', 'Rows written from the stream, by table', 'table'),
    ranges: labelled(
      'assay_stream_ranges_total',
      'Ranges written, or failed and to be tried again',
      'outcome',
    ),
    deadLetters: labelled(
      'assay_stream_dead_letters_total',
      'Events of the stream that were not taken',
      'code',
    ),
    rangeSeconds: new Histogram({
      name: 'assay_stream_batch_seconds',
      help: 'From a batch that was read to its rows being durable and marked',
      buckets: [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30],
      registers,
    }),
    assignments: counter(
      'assay_stream_rebalances_total',
      'Times that partitions were assigned to this process',
    ),
    rebuilds: counter('assay_stream_consumer_rebuilds_total', 'Consumers that ended and were replaced'),
    lost: counter(
      'assay_stream_messages_lost_total',
      'Messages that the broker deleted before they were read',
    ),
    lagMessages: ofPartition(
      'assay_stream_lag_messages',
      'Messages not yet in the raw tables, of partitions read here',
    ),
    lagSeconds: ofPartition(
      'assay_stream_lag_seconds',
      'How long ago everything received was in the raw tables',
    ),
    stuck: ofPartition('assay_stream_partition_stuck', '1 where a partition has failed for 30 s or longer'),
  };
}

/** Fills the gauges whenever they are asked for, with the partitions that are read here then. */
export function observeReaders(
  metrics: StreamMetrics,
  partitions: () => readonly {
    readonly topic: string;
    readonly partition: number;
    readonly lagMessages: number | null;
    readonly lagSeconds: number | null;
    readonly stuck: string | null;
  }[],
): void {
  const fill = (
    gauge: Gauge<'topic' | 'partition'>,
    value: (of: ReturnType<typeof partitions>[number]) => number | null,
  ) => {
    Object.assign(gauge, {
      collect() {
        gauge.reset();
        for (const of of partitions()) {
          const figure = value(of);
          // What is not known has no figure.
          if (figure !== null) gauge.set({ topic: of.topic, partition: String(of.partition) }, figure);
        }
      },
    });
  };
  fill(metrics.lagMessages, ({ lagMessages }) => lagMessages);
  fill(metrics.lagSeconds, ({ lagSeconds }) => lagSeconds);
  fill(metrics.stuck, ({ stuck }) => (stuck === null ? 0 : 1));
}
