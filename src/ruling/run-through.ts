import { type Decided, decide } from './decide.ts';
import type { DecideInput } from './decide-input.ts';

/** What would have been decided over a history of looks, each with what is remembered of those before. */
export function runThrough(history: readonly DecideInput[]): Decided['document'][] {
  let state: DecideInput['state'] = null;
  return history.map((input) => {
    const decided = decide({ ...input, state });
    state = decided.state;
    return decided.document;
  });
}
