import { compressSync, uncompressSync } from 'snappy';

/** What snappy-java's streams begin with: its magic, version 1, readable since version 1. */
const HEADER = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1]);
const MAGIC = HEADER.subarray(0, 8);
/** Kafka's Java client compresses in blocks of so many bytes. */
const BLOCK_BYTES = 32 * 1024;

/** Snappy as Java's producers write it: a header, then blocks with their lengths before them. */
export function compressSnappy(data: Buffer): Buffer {
  const parts: Buffer[] = [HEADER];
  for (let at = 0; at < data.length; at += BLOCK_BYTES) {
    const block = compressSync(data.subarray(at, at + BLOCK_BYTES));
    const length = Buffer.alloc(4);
    length.writeInt32BE(block.length);
    parts.push(length, block);
  }
  return Buffer.concat(parts);
}

/** Takes both forms apart: with snappy-java's header and as one bare block, which librdkafka writes. */
export function decompressSnappy(data: Buffer): Buffer {
  if (!data.subarray(0, MAGIC.length).equals(MAGIC)) return uncompress(data);
  const parts: Buffer[] = [];
  for (let at = HEADER.length; at < data.length; ) {
    const end = at + 4 + data.readInt32BE(at);
    if (end <= at || end > data.length) throw new RangeError('a snappy block ends outside of its stream');
    parts.push(uncompress(data.subarray(at + 4, end)));
    at = end;
  }
  return Buffer.concat(parts);
}

function uncompress(block: Buffer): Buffer {
  const data = uncompressSync(block);
  return typeof data === 'string' ? Buffer.from(data) : data;
}
