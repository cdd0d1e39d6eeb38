import type { EachBatchPayload } from 'kafkajs';

export interface Commit {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

type Committer = Pick<EachBatchPayload, 'commitOffsetsIfNecessary'>;

/** Offsets of this generation that the group is yet to be told; what one request did not bring across goes with the next. */
export class Commits {
  readonly #waiting = new Map<string, Commit>();
  #committer: Committer | null = null;
  #sending = false;

  /** @param committer of the batch: it commits for the generation that the consumer is in, once. */
  add(commit: Commit, committer: Committer): void {
    this.#waiting.set(`${commit.partition} ${commit.topic}`, commit);
    this.#committer = committer;
  }

  /** Those of an older generation, which may no longer commit. */
  forget(): void {
    this.#waiting.clear();
    this.#committer = null;
  }

  /** Whether any are left behind, with no request for them under way. */
  get areWaiting(): boolean {
    return this.#waiting.size > 0 && !this.#sending;
  }

  /** Not through `consumer.commitOffsets`, which tries again for seconds and then under the generation of that time. */
  async send(): Promise<void> {
    const sent = [...this.#waiting];
    this.#sending = true;
    try {
      await this.#committer?.commitOffsetsIfNecessary({
        topics: sent.map(([, { topic, partition, offset }]) => ({
          topic,
          partitions: [{ partition, offset: String(offset) }],
        })),
      });
    } finally {
      this.#sending = false;
    }
    for (const [key, commit] of sent) if (this.#waiting.get(key) === commit) this.#waiting.delete(key);
  }
}
