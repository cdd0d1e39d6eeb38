import { setTimeout as pause } from 'node:timers/promises';
import { AppError } from './errors.ts';
import { readDataThrough } from './ingest/index.ts';
import type { Postgres } from './stores/postgres/index.ts';
import { readStreamThrough } from './stream-ingest/index.ts';

/** A new stream has been read to its end once its first consumer has joined the group. */
const FIRST_READ_MS = 15_000;
const LOOK_EVERY_MS = 200;

/**
 * `dataThrough` where rows come from the stream, or through other processes.
 * @param signal ends the wait for a stream that nobody has read yet.
 * @throws AppError `unavailable` where it is not known.
 */
export async function watermarkOfOthers(postgres: Postgres, signal: AbortSignal): Promise<Date> {
  const until = performance.now() + FIRST_READ_MS;
  for (;;) {
    const stream = await readStreamThrough(postgres);
    if (stream === null) return watermarkOfCollectors(postgres);
    if (stream.through !== null) return stream.through;
    if (signal.aborted || performance.now() > until)
      throw new AppError(
        'unavailable',
        'Not every partition of the stream has been read to its end yet; wait, or start a process with the role ingest.',
      );
    await pause(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
}

async function watermarkOfCollectors(postgres: Postgres): Promise<Date> {
  const through = await readDataThrough(postgres);
  if (through !== null) return through;
  throw new AppError(
    'unavailable',
    'No collector has used these stores yet, so there is nothing to compute from; start a process with the role collect.',
  );
}
