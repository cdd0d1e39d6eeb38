import { existsSync } from 'node:fs';
import { setTimeout as timeout } from 'node:timers/promises';
import { Journal, readJournal } from './journal.ts';
import type { Workload } from './workload.ts';

export interface Producing {
  readonly journal: string;
  readonly workload: Workload;
  readonly batchesPerSecond: number;
  /** Batches on their way at once. */
  readonly atOnce: number;
  /** Whom the `attempt`-th sending (from 0) of a batch goes to, for the journal. */
  readonly to: (batch: number, attempt: number) => string;
  /** Resolves once somebody has taken responsibility for the batch; rejects where that is not known. */
  readonly send: (batch: number, attempt: number, journal: Journal) => Promise<void>;
}

const TICK_MS = 20;

/**
 * Sends batches at a steady pace, counted from the workload's start, so that a producer that was dead or held up makes
 * good for it; each until it is accepted, those first that an earlier life did not see accepted. SIGTERM: sends what
 * was begun, then ends with 0.
 */
export async function produce(options: Producing): Promise<void> {
  const { workload, batchesPerSecond, atOnce } = options;
  const before = existsSync(options.journal) ? readJournal(options.journal) : null;
  const journal = new Journal(options.journal, workload);
  const sent = before === null ? [] : [...before.sent.keys()];
  const waiting = sent.filter((batch) => before?.accepted.has(batch) === false);
  let next = 1 + sent.reduce((last, batch) => Math.max(last, batch), -1);
  let stopping = false;
  process.on('SIGTERM', () => {
    stopping = true;
  });
  const underWay = new Set<Promise<void>>();
  for (;;) {
    const due = Math.floor(((Date.now() - workload.startedAt) / 1000) * batchesPerSecond);
    while (underWay.size < atOnce) {
      const batch = waiting.shift() ?? (!stopping && next < due ? next++ : undefined);
      if (batch === undefined) break;
      const work = untilAccepted(batch, options, journal).finally(() => underWay.delete(work));
      underWay.add(work);
    }
    if (stopping && underWay.size === 0) return;
    await timeout(TICK_MS);
  }
}

async function untilAccepted(batch: number, { to, send }: Producing, journal: Journal): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    journal.sending(batch, to(batch, attempt));
    try {
      await send(batch, attempt, journal);
      journal.accepted(batch);
      return;
    } catch {
      await timeout(Math.min(1000, 100 * 2 ** attempt));
    }
  }
}
