import type { Stream } from '../stream/index.ts';
import type { PartitionMarks } from './partition-marks.ts';
import type { Reader, Readers } from './readers.ts';

/**
 * Asks the broker how far the partitions read here have come, and records those that have nothing to read: everything
 * received until the question was asked is in the tables. Ask for what the group has given, not for what is fetched: a
 * consumer that hangs shows as lag.
 */
export async function watchLag(
  stream: Stream,
  marks: PartitionMarks,
  readers: Readers,
  now: () => number,
): Promise<void> {
  const byTopic = Map.groupBy(readers.all(), ({ topic }) => topic);
  for (const [topic, own] of byTopic) {
    const askedAt = now();
    const ends = new Map((await stream.ends(topic.name)).map(({ partition, end }) => [partition, end]));
    const idle = new Map<number, number>();
    for (const reader of own) {
      await reader.ingest.begin();
      const lag = lagOf(reader, ends.get(reader.partition));
      reader.lagMessages = lag;
      const next = reader.ingest.next;
      if (lag === 0 && next !== null) idle.set(reader.partition, next);
    }
    const advanced = await marks.advance(topic.id, idle, askedAt);
    for (const reader of own) if (advanced.has(reader.partition)) reader.through = askedAt;
  }
}

function lagOf({ ingest }: Reader, end: number | undefined): number | null {
  return ingest.next === null || end === undefined ? null : Math.max(0, end - ingest.next);
}
