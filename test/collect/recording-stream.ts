import { decodeEnvelope } from '../../src/events/index.ts';
import type { OutgoingMessage, Stream } from '../../src/stream/index.ts';

/** One call of `send`; `done` is left to the test where the stream is told to hold. */
export interface Send {
  readonly messages: readonly OutgoingMessage[];
  readonly done: PromiseWithResolvers<void>;
}

/** A stream that keeps what is sent to it; only what a writer uses. */
export class RecordingStream implements Stream {
  readonly sends: Send[] = [];
  asked = 0;
  /** Null: the topic does not exist. */
  partitions: number | null;
  hold = false;
  fail: Error | null = null;

  constructor(partitions: number) {
    this.partitions = partitions;
  }

  async topics(names: readonly string[]) {
    this.asked += 1;
    const { partitions } = this;
    return partitions === null ? [] : names.map((name) => ({ name, id: 'id', partitions }));
  }

  async send(_topic: string, messages: readonly OutgoingMessage[]): Promise<void> {
    if (this.fail !== null) throw this.fail;
    const done = Promise.withResolvers<void>();
    if (!this.hold) done.resolve();
    this.sends.push({ messages, done });
    await done.promise;
  }

  createTopic(): never {
    throw new Error('a writer makes no topics');
  }
  consume(): never {
    throw new Error('a writer reads nothing');
  }
  ends(): never {
    throw new Error('a writer asks for no ends');
  }
  async ping(): Promise<void> {}
  async close(): Promise<void> {}

  /** All rows so far, by partition and table, as they were sent. */
  rows(): Map<number, { impressions: string[]; conversions: string[]; deadLetters: string[] }> {
    const found = new Map<number, { impressions: string[]; conversions: string[]; deadLetters: string[] }>();
    for (const { partition, headers, value } of this.sends.flatMap(({ messages }) => messages)) {
      const envelope = decodeEnvelope(headers, value ?? Buffer.alloc(0));
      if (envelope === null) throw new Error('a message is no envelope');
      const rows = found.get(partition) ?? { impressions: [], conversions: [], deadLetters: [] };
      found.set(partition, rows);
      for (const kind of ['impressions', 'conversions', 'deadLetters'] as const) {
        const lines = envelope[kind].lines.toString('utf8').split('\n').slice(0, -1);
        if (lines.length !== envelope[kind].rows) throw new Error('an envelope counts its rows wrongly');
        rows[kind].push(...lines);
      }
    }
    return found;
  }
}
