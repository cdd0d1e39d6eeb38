import type { Consumer } from 'kafkajs';

interface Pause {
  readonly topic: string;
  readonly partition: number;
  readonly timer: NodeJS.Timeout;
}

/** Partitions that are not fetched for a while. */
export class PausedPartitions {
  readonly #consumer: Pick<Consumer, 'pause' | 'resume'>;
  readonly #pauses = new Map<string, Pause>();

  constructor(consumer: Pick<Consumer, 'pause' | 'resume'>) {
    this.#consumer = consumer;
  }

  pause(topic: string, partition: number, ms: number): void {
    const key = `${partition} ${topic}`;
    const timer = setTimeout(() => {
      this.#pauses.delete(key);
      this.#consumer.resume([{ topic, partitions: [partition] }]);
    }, ms);
    this.#consumer.pause([{ topic, partitions: [partition] }]);
    this.#pauses.set(key, { topic, partition, timer });
  }

  /** kafkajs keeps a pause beyond the assignment that it was meant for. */
  resumeAll(): void {
    const pauses = [...this.#pauses.values()];
    this.clear();
    for (const { topic, partition } of pauses) this.#consumer.resume([{ topic, partitions: [partition] }]);
  }

  /** Forgets them; the consumer stays as it is. */
  clear(): void {
    for (const { timer } of this.#pauses.values()) clearTimeout(timer);
    this.#pauses.clear();
  }
}
