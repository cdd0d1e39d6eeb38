import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { Workload } from './workload.ts';

/** What a producer has written down: before it sent a batch, and after somebody had taken responsibility for it. */
export interface JournalContents {
  readonly workload: Workload;
  /** Batches that were sent at least once, with whom they went to the last time. */
  readonly sent: ReadonlyMap<number, string>;
  readonly accepted: ReadonlySet<number>;
  /** Answers that no batch may get. */
  readonly complaints: readonly string[];
}

/**
 * A producer's memory across kill -9: one short line a write, so that a line is there whole or is the last one and cut
 * off. `S 7 collector-1`: batch 7 is about to be sent there; `A 7`: it was accepted; `X …`: an answer that is wrong.
 */
export class Journal {
  readonly #file: string;

  constructor(file: string, workload: Workload) {
    this.#file = file;
    appendFileSync(file, existsSync(file) ? '\n' : `${JSON.stringify(workload)}\n`);
  }

  sending(batch: number, to: string): void {
    appendFileSync(this.#file, `S ${batch} ${to}\n`);
  }

  accepted(batch: number): void {
    appendFileSync(this.#file, `A ${batch}\n`);
  }

  complain(about: string): void {
    appendFileSync(this.#file, `X ${about.replaceAll('\n', ' ')}\n`);
  }
}

/** Reads a journal, also while its producer writes. */
export function readJournal(file: string): JournalContents {
  const text = readFileSync(file, 'utf8');
  // What follows the last newline is not whole.
  const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
  const workload = JSON.parse(lines[0] ?? '') as Workload;
  const sent = new Map<number, string>();
  const accepted = new Set<number>();
  const complaints: string[] = [];
  for (const line of lines.slice(1)) {
    const [, kind, rest = ''] = /^([SAX]) (.*)$/.exec(line) ?? [];
    const [batch, to] = rest.split(' ');
    if (kind === 'S' && to !== undefined) sent.set(Number(batch), to);
    else if (kind === 'A') accepted.add(Number(batch));
    else if (kind === 'X') complaints.push(rest);
  }
  return { workload, sent, accepted, complaints };
}
