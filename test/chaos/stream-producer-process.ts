// Somebody else's producer: writes events to the topic itself, in a process of its own: node stream-producer-process.ts <settings as JSON>
import kafkajs, { type Producer } from 'kafkajs';
import { produce } from './produce.ts';
import { batchOf, type ChaosEvent, type Workload } from './workload.ts';

export interface StreamProducerSettings {
  readonly journal: string;
  readonly workload: Workload;
  readonly batchesPerSecond: number;
  readonly atOnce: number;
  readonly brokers: readonly string[];
  readonly topic: string;
}

const { CompressionTypes, Kafka, logLevel } = kafkajs;
const settings = JSON.parse(process.argv[2] ?? '') as StreamProducerSettings;
const { workload, topic } = settings;
/** One batch in so many is sent a second time although it was acknowledged. */
const REPEATED = 20;
const ALL_IN_SYNC = -1;

function connect(): Promise<Producer> {
  const producer = new Kafka({
    brokers: [...settings.brokers],
    logLevel: logLevel.NOTHING,
    requestTimeout: 5000,
    enforceRequestTimeout: true,
    retry: { retries: 2, maxRetryTime: 500 },
  }).producer({ allowAutoTopicCreation: false });
  return producer.connect().then(() => producer);
}

let producer = connect();

/** Events one by one, in arrays, and one a line. */
function messagesOf(batch: number): { value: string }[] {
  const events = batchOf(workload, batch);
  if (batch % 3 === 0) return events.map((event) => ({ value: JSON.stringify(event) }));
  const groups: ChaosEvent[][] = [];
  for (let i = 0; i < events.length; i += 10) groups.push(events.slice(i, i + 10));
  return groups.map((group) => ({
    value:
      batch % 3 === 1 ? JSON.stringify(group) : group.map((event) => `${JSON.stringify(event)}\n`).join(''),
  }));
}

async function send(batch: number): Promise<void> {
  const used = producer;
  const record = {
    topic,
    messages: messagesOf(batch),
    acks: ALL_IN_SYNC,
    compression: batch % 2 === 0 ? CompressionTypes.GZIP : CompressionTypes.None,
  };
  try {
    const connected = await used;
    await connected.send(record);
    if (batch % REPEATED === 0) await connected.send(record);
  } catch (error) {
    // A producer that has failed may be jammed.
    if (producer === used) {
      producer = connect();
      producer.catch(() => undefined);
    }
    void used.then((old) => old.disconnect()).catch(() => undefined);
    throw error;
  }
}

producer.catch(() => undefined);
await produce({ ...settings, to: () => 'broker', send: (batch) => send(batch) });
process.exit(0);
