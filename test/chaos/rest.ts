import { setTimeout as timeout } from 'node:timers/promises';
import { type CheckReport, check } from './check.ts';
import { type Cluster, TOPIC } from './cluster.ts';
import { readJournal } from './journal.ts';
import { readTopic } from './read-topic.ts';
import { untilRead } from './until-read.ts';
import type { Exit } from './victims.ts';

export interface Rest {
  /** Until the last message was in the tables. */
  readonly recoverySeconds: number;
  /** How the services ended when they were told to at last. */
  readonly exits: readonly (Exit & { readonly victim: string })[];
  /** Events that producers sent at least once. */
  readonly offered: number;
  readonly check: CheckReport;
}

const READ_TOPIC_MS = 600_000;

/**
 * Lets producers finish what they have begun and ingesters read the topic to its end, tells the services to end, and
 * compares everything. @throws Error where that does not come to rest within so many seconds.
 */
export async function restAndCompare(
  cluster: Cluster,
  withinSeconds: number,
  log: (line: string) => void,
): Promise<Rest> {
  const startedAt = performance.now();
  const deadline = startedAt + withinSeconds * 1000;
  await within(
    Promise.all(cluster.producers.map(({ terminate }) => terminate?.() ?? Promise.resolve())),
    deadline,
  );
  const topicId = await untilRead({ ...cluster, topic: TOPIC }, deadline - performance.now());
  const recoverySeconds = (performance.now() - startedAt) / 1000;
  log(`everything was read after ${recoverySeconds.toFixed(1)} s`);
  const exits = await Promise.all(
    cluster.services.map(async ({ name, terminate }) => ({
      victim: name,
      ...((await terminate?.()) ?? { code: null, seconds: 0 }),
    })),
  );
  const journals = cluster.journals.map(readJournal);
  const topic = await readTopic(cluster.brokers, TOPIC, READ_TOPIC_MS);
  log(`comparing ${topic.messages} messages with the tables`);
  return {
    recoverySeconds,
    exits,
    offered: journals.reduce((sum, { sent, workload }) => sum + sent.size * workload.eventsPerBatch, 0),
    check: await check({ topic, topicId, clickhouse: cluster.clickhouse, journals }),
  };
}

async function within(work: Promise<unknown>, deadline: number): Promise<void> {
  const patience = new AbortController();
  const late = timeout(deadline - performance.now(), undefined, { signal: patience.signal }).then(() => {
    throw new Error('the producers’ events were not all accepted by the deadline');
  });
  late.catch(() => undefined);
  try {
    await Promise.race([work, late]);
  } finally {
    patience.abort();
  }
}
