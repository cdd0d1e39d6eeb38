import { hostname } from 'node:os';
import type { Cluster } from './cluster.ts';
import { readJournal } from './journal.ts';
import type { Victim } from './victims.ts';

/**
 * What a process has begun and not finished: an ingester's frozen ranges, batches that a collector or a producer has not
 * seen acknowledged; for a store, what everybody has there. Asked right after a kill it is what the process left.
 */
export async function inFlight(
  { postgres, journals }: Cluster,
  { kind, name }: Victim,
  pid: number | undefined,
): Promise<number> {
  if (kind === 'collector' || kind === 'producer' || kind === 'broker') {
    const files = kind === 'producer' ? journals.filter((file) => file.includes(name)) : journals;
    return files.reduce((sum, file) => {
      const { sent, accepted } = readJournal(file);
      const open = [...sent].filter(
        ([batch, to]) => !accepted.has(batch) && (kind !== 'collector' || to === name),
      );
      return sum + open.length;
    }, 0);
  }
  // A killed ingester's ranges stay its own until somebody takes them over.
  const owner = kind === 'ingester' ? `${hostname()}:${pid}` : null;
  const [row] = await postgres.query<{ n: number }>(
    'SELECT count(*)::integer AS n FROM stream_partitions WHERE frozen_last IS NOT NULL AND ($1::text IS NULL OR owner = $1::text)',
    [owner],
  );
  return row?.n ?? 0;
}
