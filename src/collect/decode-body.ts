import { constants, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { AppError } from '../errors.ts';
import { type EventsRequest, REQUEST_LIMITS } from './events-request.ts';

export type BodyFormat = 'json' | 'ndjson';

/** The producers' formats; the character set, where given, can only be UTF-8. */
const CONTENT_TYPE = /^application\/(?:(json)|x-ndjson|ndjson)\s*(?:;\s*charset\s*=\s*"?utf-?8"?\s*)?;?$/i;

/** 8 MB, what every zstd decoder should allow: a frame of a few bytes can ask for a window of 2 GB. */
const ZSTD_WINDOW_LOG = 23;
/** Each frame costs a decoder of its own, and one of a few bytes is empty. */
const ZSTD_FRAMES = 100;

/**
 * The body's bytes, decompressed within bounds, and its format. @throws AppError `unsupported-media`, `too-large` or
 * `bad-request`.
 */
export function decodeBody(request: EventsRequest): { readonly format: BodyFormat; readonly bytes: Buffer } {
  const format = formatOf(request.contentType);
  if (request.body.length > REQUEST_LIMITS.bytes) throw tooLarge('');
  return { format, bytes: decompress(request.body, request.contentEncoding) };
}

function formatOf(contentType: string | undefined): BodyFormat {
  const match = CONTENT_TYPE.exec(contentType?.trim() ?? '');
  if (match !== null) return match[1] === undefined ? 'ndjson' : 'json';
  throw new AppError(
    'unsupported-media',
    `Events come as application/json (an array) or application/x-ndjson (one a line), in UTF-8; this is ${
      contentType === undefined ? 'without a Content-Type' : `"${contentType.slice(0, 100)}"`
    }.`,
  );
}

function decompress(body: Buffer, contentEncoding: string | undefined): Buffer {
  switch (contentEncoding?.trim().toLowerCase() ?? '') {
    case '':
    case 'identity':
      return body;
    case 'gzip':
    case 'x-gzip':
      return bounded('gzip', () => gunzipSync(body, { maxOutputLength: REQUEST_LIMITS.bytes }));
    case 'zstd':
      return bounded('zstd', () => decompressFrames(body));
    default:
      throw new AppError(
        'unsupported-media',
        'Content-Encoding must be gzip, zstd or identity, and only one; send the body so.',
      );
  }
}

/** All frames of a body one after the other: Node's decoder stops silently at the end of the first. */
function decompressFrames(body: Buffer): Buffer {
  const parts: Buffer[] = [];
  let size = 0;
  let from = 0;
  do {
    if (parts.length === ZSTD_FRAMES) throw new RangeError(`more than ${ZSTD_FRAMES} frames`);
    const { buffer, read } = decompressFrame(body.subarray(from), REQUEST_LIMITS.bytes - size);
    parts.push(buffer);
    size += buffer.length;
    from += read;
  } while (from < body.length);
  return Buffer.concat(parts, size);
}

function decompressFrame(bytes: Buffer, longest: number): { readonly buffer: Buffer; readonly read: number } {
  const { buffer, engine } = zstdDecompressSync(bytes, {
    // 0 is refused; a byte too many is found below.
    maxOutputLength: Math.max(longest, 1),
    params: { [constants.ZSTD_d_windowLogMax]: ZSTD_WINDOW_LOG },
    info: true,
    // With `info` the answer is an object, which the types of Node do not say.
  }) as unknown as { readonly buffer: Buffer; readonly engine: { readonly bytesWritten: number } };
  if (buffer.length > longest) throw tooLarge(' once decompressed');
  if (engine.bytesWritten === 0) throw new RangeError('a frame without an end');
  return { buffer, read: engine.bytesWritten };
}

/** A few milliseconds at most, since the output is bounded; a thread of the pool would cost more than it saves. */
function bounded(name: string, decode: () => Buffer): Buffer {
  try {
    return decode();
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    if (cause instanceof Error && 'code' in cause && cause.code === 'ERR_BUFFER_TOO_LARGE') {
      throw tooLarge(' once decompressed');
    }
    throw new AppError(
      'bad-request',
      `The body is no valid ${name}; nothing of it was taken. Send it again.`,
      { cause },
    );
  }
}

function tooLarge(when: string): AppError {
  return new AppError(
    'too-large',
    `The body is larger than 1 MB (1 048 576 bytes)${when}; send fewer events a request.`,
  );
}
