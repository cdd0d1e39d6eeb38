import type { Postgres } from '../stores/postgres/index.ts';
import { loadSql } from '../stores/sql-file.ts';

const sql = (file: string) => loadSql(new URL(file, import.meta.url));
const REGISTER = sql('./register-partitions.sql');
const TAKE = sql('./take-partition.sql');
const FREEZE = sql('./freeze-range.sql');
const FINISH = sql('./finish-range.sql');
const ADVANCE = sql('./advance-partitions.sql');
const THROUGH = sql('./stream-through.sql');

/** A partition of one incarnation of a topic. */
export interface PartitionKey {
  readonly topicId: string;
  readonly partition: number;
}

/** A range that is on its way into the raw tables, or may be there already. */
export interface FrozenRange {
  readonly last: number;
  readonly checksum: string;
  /** Of all its rows, in milliseconds since the Unix epoch. */
  readonly receivedAt: number;
}

/** How far a partition has come: everything before `next` is in the raw tables. */
export interface PartitionMark {
  readonly next: number;
  readonly frozen: FrozenRange | null;
}

interface MarkRow {
  readonly next: string;
  readonly last: string | null;
  readonly checksum: string | null;
  readonly received_at: Date | null;
}

/** What ingesters tell each other, through Postgres, of the partitions they read. */
export class PartitionMarks {
  readonly #postgres: Postgres;
  readonly #owner: string;

  /** @param owner this process, for operators to read. */
  constructor(postgres: Postgres, owner: string) {
    this.#postgres = postgres;
    this.#owner = owner;
  }

  /** Makes a topic's partitions known; the number of partitions of a deleted topic of that name that were closed. */
  async register(topic: { id: string; name: string; partitions: number }): Promise<number> {
    const [row] = await this.#postgres.query<{ closed: number }>(REGISTER, [
      topic.id,
      topic.name,
      topic.partitions,
    ]);
    return row?.closed ?? 0;
  }

  /** The partition's mark, which this process now looks after; null where it is not known or its topic is gone. */
  async take({ topicId, partition }: PartitionKey): Promise<PartitionMark | null> {
    const [row] = await this.#postgres.query<MarkRow>(TAKE, [topicId, partition, this.#owner]);
    if (row === undefined) return null;
    const { last, checksum, received_at: receivedAt } = row;
    const frozen =
      last === null || checksum === null || receivedAt === null
        ? null
        : { last: Number(last), checksum, receivedAt: receivedAt.getTime() };
    return { next: Number(row.next), frozen };
  }

  /** Freezes the range from `next` on; null where somebody else froze or finished one since. */
  async freeze(
    { topicId, partition }: PartitionKey,
    next: number,
    range: FrozenRange,
  ): Promise<FrozenRange | null> {
    const at = new Date(range.receivedAt).toISOString();
    const [row] = await this.#postgres.query<{ received_at: Date }>(FREEZE, [
      topicId,
      partition,
      next,
      range.last,
      range.checksum,
      at,
    ]);
    return row === undefined ? null : { ...range, receivedAt: row.received_at.getTime() };
  }

  /** Whether this call finished the frozen range; false where somebody else did. */
  async finish({ topicId, partition }: PartitionKey, next: number, last: number): Promise<boolean> {
    const rows = await this.#postgres.query(FINISH, [topicId, partition, next, last]);
    return rows.length > 0;
  }

  /**
   * Says that partitions had nothing to read at `at` (milliseconds since the Unix epoch) from their next offsets on;
   * gives those for which that still holds.
   */
  async advance(
    topicId: string,
    idle: ReadonlyMap<number, number>,
    at: number,
  ): Promise<ReadonlySet<number>> {
    if (idle.size === 0) return new Set();
    const rows = await this.#postgres.query<{ partition: number }>(ADVANCE, [
      topicId,
      [...idle.keys()],
      [...idle.values()],
      new Date(at).toISOString(),
      this.#owner,
    ]);
    return new Set(rows.map(({ partition }) => partition));
  }
}

/**
 * `dataThrough` of the stream: `through` is null while some partition has never been read to its end, and the whole is
 * null where there is no stream.
 */
export async function readStreamThrough(postgres: Postgres): Promise<{ through: Date | null } | null> {
  const [row] = await postgres.query<{ through: Date | null }>(THROUGH);
  const through = row?.through ?? null;
  return through === null ? null : { through: through.getTime() === 0 ? null : through };
}
