import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip, zstdCompress } from 'node:zlib';
import { compressSync } from 'snappy';
import { describe, expect, it } from 'vitest';
import { codecs } from '../../src/stream/codecs.ts';
import { compressSnappy, decompressSnappy } from '../../src/stream/snappy-frames.ts';

const sizes = [0, 1, 1000, 32 * 1024 - 1, 32 * 1024, 32 * 1024 + 1, 1_000_000];
/** Half random, so that it shrinks and is not trivial. */
const sample = (size: number) =>
  Buffer.concat([randomBytes(size >> 1), Buffer.alloc(size - (size >> 1), 'assay ')]);

describe.each(Object.entries(codecs()))('%s', (_, codec) => {
  it.each(sizes)('gives back %i bytes', async (size) => {
    const buffer = sample(size);
    const compressed = await codec.compress({ buffer });
    expect((await codec.decompress(compressed)).equals(buffer)).toBe(true);
  });

  it('refuses what is damaged', async () => {
    const compressed = await codec.compress({ buffer: sample(100_000) });
    await expect(codec.decompress(compressed.subarray(0, compressed.length / 2))).rejects.toThrow();
    await expect(codec.decompress(Buffer.from('this is not compressed at all'))).rejects.toThrow();
  });
});

describe('snappy', () => {
  it('reads one bare block, as librdkafka writes it', () => {
    const data = sample(50_000);
    expect(decompressSnappy(compressSync(data)).equals(data)).toBe(true);
  });

  it('writes the header of snappy-java and blocks of 32 kB with their lengths', () => {
    const framed = compressSnappy(Buffer.alloc(40_000, 'a'));
    expect(framed.subarray(0, 16).toString('latin1')).toBe('\x82SNAPPY\x00\x00\x00\x00\x01\x00\x00\x00\x01');
    const first = framed.readInt32BE(16);
    const second = framed.readInt32BE(20 + first);
    expect(framed.length).toBe(24 + first + second);
  });

  it('refuses blocks whose lengths lead out of the stream', () => {
    for (const length of [1_000_000, -4, -1_000_000]) {
      const framed = compressSnappy(sample(1000));
      framed.writeInt32BE(length, 16);
      expect(() => decompressSnappy(framed)).toThrow('outside');
    }
  });
});

describe('what a few bytes become very many of', () => {
  it('is not unfolded', async () => {
    const bounded = codecs(1_000_000);
    const zeros = Buffer.alloc(2_000_000);
    await expect(bounded.gzip.decompress(await promisify<Buffer, Buffer>(gzip)(zeros))).rejects.toThrow();
    await expect(
      bounded.zstd.decompress(await promisify<Buffer, Buffer>(zstdCompress)(zeros)),
    ).rejects.toThrow();
  });
});
