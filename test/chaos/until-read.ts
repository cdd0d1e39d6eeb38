import { setTimeout as timeout } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import type { Postgres } from '../../src/stores/postgres/index.ts';

/**
 * Resolves with the topic's id once every message that it has now is marked as being in the tables, asked of the broker
 * and the database and of none of the service's own figures.
 * @throws Error with what is behind, after `deadlineMs`.
 */
export async function untilRead(
  { brokers, topic, postgres }: { brokers: string; topic: string; postgres: Postgres },
  deadlineMs: number,
): Promise<string> {
  const { Kafka, logLevel } = kafkajs;
  const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  const until = performance.now() + deadlineMs;
  await admin.connect();
  try {
    for (;;) {
      const ends = await admin.fetchTopicOffsets(topic);
      const marks = await postgres.query<{ id: string; partition: number; next: string; frozen: boolean }>(
        `SELECT topic_id AS id, partition, next_offset::text AS next, frozen_last IS NOT NULL AS frozen
         FROM stream_partitions WHERE topic = $1 AND closed_at IS NULL`,
        [topic],
      );
      const behind = ends.filter(
        ({ partition, high }) =>
          !marks.some((mark) => mark.partition === partition && mark.next === high && !mark.frozen),
      );
      const [first] = marks;
      if (behind.length === 0 && first !== undefined) return first.id;
      if (performance.now() > until)
        throw new Error(`partitions of ${topic} are still behind: ${JSON.stringify({ behind, marks })}`);
      await timeout(200);
    }
  } finally {
    await admin.disconnect();
  }
}
