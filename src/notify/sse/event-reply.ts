import { once } from 'node:events';
import { AppError } from '../../errors.ts';

/** The part of `http.ServerResponse` that a stream of events is written to. */
export interface EventReply extends NodeJS.EventEmitter {
  readonly closed: boolean;
  readonly destroyed: boolean;
  writeHead(status: number, headers: Readonly<Record<string, string>>): unknown;
  flushHeaders(): void;
  /** False where the reader has not taken what was written before. */
  write(chunk: string): boolean;
  end(): unknown;
  destroy(error?: Error): unknown;
}

/**
 * Writes, and waits until the reader takes more.
 * @throws AppError `too-many-requests` where it does not within `patienceMs`; whatever ends `signal` ends the waiting.
 */
export async function writeTo(
  reply: EventReply,
  chunk: string,
  patienceMs: number,
  signal: AbortSignal,
): Promise<void> {
  // Who is to be ended is given no more, not even the rest of a page.
  if (signal.aborted || reply.write(chunk)) return;
  const given = new AbortController();
  const giveUp = () => given.abort();
  const timer = setTimeout(giveUp, patienceMs);
  signal.addEventListener('abort', giveUp);
  try {
    await once(reply, 'drain', { signal: given.signal });
  } catch (cause) {
    if (signal.aborted) return;
    throw new AppError('too-many-requests', 'The reader is too slow: connect again and resume.', { cause });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', giveUp);
  }
}
