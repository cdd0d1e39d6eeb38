import type { Decision } from '../../../src/ruling/index.ts';
import type { Client } from './client.ts';

/** A decision as a rollout engine received it. */
export interface Received {
  readonly flag: string;
  /** In ms of the process's own clock. */
  readonly at: number;
  readonly decision: Decision;
}

/** Waits for every flag's decisions by long-polling, as an engine does; it knows the flags' keys and nothing else. */
export function watchDecisions(
  client: Client,
  flags: readonly string[],
  { elapsed, signal }: { readonly elapsed: () => number; readonly signal: AbortSignal },
): { readonly received: readonly Received[]; readonly ended: Promise<void> } {
  const received: Received[] = [];
  const watch = async (flag: string) => {
    let etag = '"0-stale-none"';
    while (!signal.aborted) {
      const next = await client.next(flag, etag, signal).catch((error: unknown) => {
        if (signal.aborted) return null;
        throw error;
      });
      if (next === null) continue;
      received.push({ flag, at: elapsed(), decision: next.decision });
      etag = next.etag;
    }
  };
  return { received, ended: Promise.all(flags.map(watch)).then(() => undefined) };
}
