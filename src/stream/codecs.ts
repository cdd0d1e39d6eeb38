import { promisify } from 'node:util';
import zlib from 'node:zlib';
import kafkajs from 'kafkajs';
import { compressFrameSync, decompressFrameSync } from 'lz4-napi';
import { compressSnappy, decompressSnappy } from './snappy-frames.ts';

/** How messages are compressed when they are sent; all of these are read, whoever chose them. */
export type Compression = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';

const { CompressionTypes, CompressionCodecs } = kafkajs;

/** kafkajs's (and Kafka's) numbers. */
export const COMPRESSION_TYPES: Readonly<Record<Compression, number>> = {
  none: CompressionTypes.None,
  gzip: CompressionTypes.GZIP,
  snappy: CompressionTypes.Snappy,
  lz4: CompressionTypes.LZ4,
  zstd: CompressionTypes.ZSTD,
};

/** One batch of records never gets as large; what claims to is an attack or damage. */
const MAX_DECOMPRESSED_BYTES = 256 * 1024 * 1024;

const gzip = promisify<Buffer, Buffer>(zlib.gzip);
const gunzip = promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.gunzip);
const zstdCompress = promisify<Buffer, Buffer>(zlib.zstdCompress);
const zstdDecompress = promisify<Buffer, zlib.ZstdOptions, Buffer>(zlib.zstdDecompress);

interface Codec {
  compress(encoder: { readonly buffer: Buffer }): Promise<Buffer>;
  decompress(data: Buffer): Promise<Buffer>;
}

/** Each form, refusing to unfold what gets larger than so many bytes (where a few may become very many). */
export function codecs(
  maxOutputLength = MAX_DECOMPRESSED_BYTES,
): Readonly<Record<Exclude<Compression, 'none'>, Codec>> {
  return {
    gzip: { compress: ({ buffer }) => gzip(buffer), decompress: (data) => gunzip(data, { maxOutputLength }) },
    snappy: {
      compress: async ({ buffer }) => compressSnappy(buffer),
      decompress: async (data) => decompressSnappy(data),
    },
    // Frames of blocks that do not lean on each other, which is what Kafka's own reader takes. On this thread: the package's
    // own threads each keep what they have allocated (250 MB at full load), and a megabyte takes two milliseconds.
    lz4: {
      compress: async ({ buffer }) => compressFrameSync(buffer),
      decompress: async (data) => decompressFrameSync(data),
    },
    zstd: {
      compress: ({ buffer }) => zstdCompress(buffer),
      decompress: (data) => zstdDecompress(data, { maxOutputLength }),
    },
  };
}

/** Gives kafkajs the codecs that it leaves to others, for every client in this process. */
export function registerCodecs(): void {
  const registered: Record<number, () => Codec> = CompressionCodecs;
  for (const [name, codec] of Object.entries(codecs()) as [Exclude<Compression, 'none'>, Codec][])
    registered[COMPRESSION_TYPES[name]] = () => codec;
}
