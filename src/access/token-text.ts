import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { toBase62 } from './base62.ts';

const PREFIX = 'assay_pat_';
const RANDOM_BYTES = 32;
/** 62^43 > 2^256 and 62^6 > 2^32: neither part ever outgrows its width. */
const RANDOM_WIDTH = 43;
const CHECKSUM_WIDTH = 6;
const SHAPE = new RegExp(`^${PREFIX}([0-9A-Za-z]{${RANDOM_WIDTH}})_([0-9A-Za-z]{${CHECKSUM_WIDTH}})$`);

const checksumOf = (random: string): string => toBase62(BigInt(crc32(random)), CHECKSUM_WIDTH);

/** A new token, `assay_pat_<random>_<checksum>`: 32 bytes of the given generator and the CRC-32 of their text, in base 62. */
export function newTokenText(randomBytes: (count: number) => Uint8Array): string {
  const hex = Buffer.from(randomBytes(RANDOM_BYTES)).toString('hex');
  const random = toBase62(BigInt(`0x${hex}`), RANDOM_WIDTH);
  return `${PREFIX}${random}_${checksumOf(random)}`;
}

/**
 * `mistyped`: it begins like one of ours, but was cut off or has a wrong character; `foreign`: not of our making, as
 * a configured token may be.
 */
export function judgeTokenText(text: string): 'wellFormed' | 'mistyped' | 'foreign' {
  if (!text.startsWith(PREFIX)) return 'foreign';
  const [, random, checksum] = SHAPE.exec(text) ?? [];
  return random !== undefined && checksum === checksumOf(random) ? 'wellFormed' : 'mistyped';
}

/** SHA-256 of a token: all that is ever stored of it. Its 256 random bits need no salt and no slow hash. */
export function hashToken(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}
