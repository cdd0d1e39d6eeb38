import { setTimeout as timeout } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import { compressFrame, decompressFrame } from 'lz4-napi';
import { TopicContents } from './topic-contents.ts';

const { CompressionCodecs, CompressionTypes, Kafka, logLevel } = kafkajs;

// Without the service's adapter, whose faults must show.
CompressionCodecs[CompressionTypes.LZ4] ??= () => ({
  compress: ({ buffer }: { buffer: Buffer }) => compressFrame(buffer),
  decompress: (buffer: Buffer) => decompressFrame(buffer),
});

/** Reads a topic from its first message to what is its end now, by a consumer of its own. */
export async function readTopic(brokers: string, topic: string, deadlineMs: number): Promise<TopicContents> {
  const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING });
  const ends = await endsOfTopic(kafka, topic);
  const contents = new TopicContents();
  const consumer = kafka.consumer({ groupId: `reader-${process.pid}-${Date.now()}` });
  let failure: unknown = null;
  const isDone = () => ends.every(({ partition, end }) => (contents.ends.get(partition) ?? 0) >= end);
  try {
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatch: async ({ batch: { partition, messages }, heartbeat }) => {
        const end = ends.find((known) => known.partition === partition)?.end ?? 0;
        try {
          for (const { offset, headers = {}, value } of messages) {
            if (Number(offset) >= end || value === null) continue;
            const texts = Object.entries(headers).map(([name, text]) => [name, String(text)]);
            contents.add({ partition, offset: Number(offset), headers: Object.fromEntries(texts), value });
          }
        } catch (error) {
          failure ??= error;
        }
        await heartbeat();
      },
    });
    const until = Date.now() + deadlineMs;
    while (!isDone()) {
      if (failure !== null) throw failure;
      if (Date.now() > until)
        throw new Error(`${topic} could not be read to its end within ${deadlineMs} ms`);
      await timeout(100);
    }
    return contents;
  } finally {
    await consumer.disconnect();
  }
}

async function endsOfTopic(kafka: InstanceType<typeof Kafka>, topic: string) {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const offsets = await admin.fetchTopicOffsets(topic);
    return offsets.map(({ partition, high }) => ({ partition, end: Number(high) }));
  } finally {
    await admin.disconnect();
  }
}
