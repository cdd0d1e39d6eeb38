import { type EnvelopeRows, unitOfRow } from '../events/index.ts';
import type { BlockRows } from '../ingest/index.ts';

/** What becomes one envelope. */
export interface PartitionRows {
  readonly partition: number;
  readonly rows: EnvelopeRows;
}

export interface SplitOptions {
  readonly partitions: number;
  /** Of one envelope, in UTF-8 and with a newline a row; a row that is larger by itself stands alone. */
  readonly envelopeBytes: number;
  /** Where rows go that belong to no unit. */
  readonly deadLetterPartition: number;
}

interface OpenEnvelope {
  readonly rows: { impressions: string[]; conversions: string[]; deadLetters: string[] };
  bytes: number;
}

/**
 * A block's rows as envelopes: all rows of a unit in the same partition. What fits into one envelope a partition is one
 * round; the rounds are to be sent one after the other.
 */
export function splitRows(block: BlockRows, options: SplitOptions): PartitionRows[][] {
  const { partitions, envelopeBytes, deadLetterPartition } = options;
  const rounds: PartitionRows[][] = [];
  const open = new Map<number, OpenEnvelope & { readonly round: number }>();
  const begin = (partition: number, round: number) => {
    const envelope = { rows: { impressions: [], conversions: [], deadLetters: [] }, bytes: 0, round };
    open.set(partition, envelope);
    rounds[round] ??= [];
    rounds[round].push({ partition, rows: envelope.rows });
    return envelope;
  };
  const put = (kind: keyof EnvelopeRows, partition: number, row: string) => {
    const bytes = Buffer.byteLength(row) + 1;
    let envelope = open.get(partition) ?? begin(partition, 0);
    if (envelope.bytes > 0 && envelope.bytes + bytes > envelopeBytes)
      envelope = begin(partition, envelope.round + 1);
    envelope.rows[kind].push(row);
    envelope.bytes += bytes;
  };
  for (const row of block.impressions) put('impressions', partitionOf(row, partitions), row);
  for (const row of block.conversions) put('conversions', partitionOf(row, partitions), row);
  for (const row of block.deadLetters) put('deadLetters', deadLetterPartition % partitions, row);
  return rounds;
}

/** FNV-1a over UTF-16 units: every collector must choose the same partition for a unit, and nobody else need know it. */
function partitionOf(row: string, partitions: number): number {
  const unit = unitOfRow(row);
  let hash = 0x811c9dc5;
  for (let i = 0; i < unit.length; i += 1) hash = Math.imul(hash ^ unit.charCodeAt(i), 0x01000193);
  // The low bits of FNV alternate with the last character: the high ones are folded in.
  return ((hash ^ (hash >>> 15)) >>> 0) % partitions;
}
