import { crc32 } from 'node:zlib';
import { rowsOfMessage, TABLES, type Table, type TopicMessage } from './topic-rows.ts';
import { originOf } from './workload.ts';

/** The rows of one message in one table: how many, and the sum of their checksums, which no order changes. */
export interface MessageRows {
  readonly rows: number;
  readonly sum: number;
}

/** What a topic holds, without holding it. */
export class TopicContents {
  readonly #next = new Map<number, number>();
  readonly #rows: Readonly<Record<Table, Map<number, MessageRows>>>;
  readonly #seen = new Map<string, Uint8Array>();
  /** Offsets that the reader was not given. */
  readonly gaps: string[] = [];
  messages = 0;
  identities = 0;
  /** Rows of the raw tables whose identity an earlier message had already: producers' repeats. */
  repeats = 0;

  constructor() {
    this.#rows = { raw_impressions: new Map(), raw_conversions: new Map(), dead_letters: new Map() };
  }

  add(message: TopicMessage): void {
    const { partition, offset } = message;
    const expected = this.#next.get(partition) ?? 0;
    // A reader that had to start again brings some twice.
    if (offset < expected) return;
    if (offset > expected) this.gaps.push(`partition ${partition}, offsets ${expected} to ${offset - 1}`);
    this.#next.set(partition, offset + 1);
    this.messages += 1;
    const tally = { raw_impressions: [0, 0], raw_conversions: [0, 0], dead_letters: [0, 0] };
    for (const { table, text, unit } of rowsOfMessage(message)) {
      const [rows = 0, sum = 0] = tally[table];
      tally[table] = [rows + 1, sum + crc32(text)];
      if (unit !== null) this.#see(unit.eventId, unit.type);
    }
    for (const table of TABLES) {
      const [rows = 0, sum = 0] = tally[table];
      if (rows > 0) this.#rows[table].set(keyOf(partition, offset), { rows, sum });
    }
  }

  /** Partitions and the offsets after their last messages. */
  get ends(): ReadonlyMap<number, number> {
    return this.#next;
  }

  rowsOf(table: Table, partition: number, offset: number): MessageRows {
    return this.#rows[table].get(keyOf(partition, offset)) ?? NONE;
  }

  /** All rows of a table. */
  total(table: Table): number {
    return this.#rows[table].values().reduce((sum, { rows }) => sum + rows, 0);
  }

  /** A bit for each event and unit type; the second user row of an event is a repeat. */
  #see(eventId: string, unitType: string): void {
    const origin = originOf(eventId);
    if (origin === null) throw new Error(`the topic holds an event that no producer made: ${eventId}`);
    const key = `${origin.producer}-${origin.batch}`;
    let bits = this.#seen.get(key);
    if (bits === undefined || origin.index >= bits.length) {
      const longer = new Uint8Array(Math.max(origin.index + 1, 2 * (bits?.length ?? 64)));
      if (bits !== undefined) longer.set(bits);
      bits = longer;
      this.#seen.set(key, bits);
    }
    const bit = unitType === 'user' ? 1 : 2;
    const known = bits[origin.index] ?? 0;
    if ((known & bit) !== 0) this.repeats += 1;
    else this.identities += 1;
    bits[origin.index] = known | bit;
  }
}

const NONE: MessageRows = { rows: 0, sum: 0 };

/** Partitions below 8192 and offsets below 2^40 have numbers of their own. */
function keyOf(partition: number, offset: number): number {
  return partition * 2 ** 40 + offset;
}
