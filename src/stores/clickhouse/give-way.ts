import { readdirSync, readFileSync } from 'node:fs';
import { constants, getPriority, setPriority } from 'node:os';

/**
 * Threads of this process that serve: JavaScript's own, and those of its engine. Whatever else runs was made by the
 * embedded ClickHouse or works for it.
 */
const SERVING = new Set(['V8Worker', 'WorkerThread', 'SignalInspector', 'DelayedTaskSche']);
const TASKS = '/proc/self/task';
const LESS = constants.priority.PRIORITY_BELOW_NORMAL;

/**
 * Has the engine's threads give way to those that serve, so that whoever asks for a decision does not wait until a merge
 * is interrupted; the engine has what processor time is left. Threads that they make inherit it. Only Linux tells
 * threads apart; elsewhere nothing is done.
 */
export function giveWay(): void {
  if (process.platform !== 'linux') return;
  for (const task of readdirSync(TASKS)) {
    const id = Number(task);
    try {
      const serves = id === process.pid || SERVING.has(readFileSync(`${TASKS}/${task}/comm`, 'utf8').trim());
      // Never more urgent than somebody wanted it.
      if (!serves && getPriority(id) < LESS) setPriority(id, LESS);
    } catch (error) {
      if (!hasEnded(error)) throw error;
    }
  }
}

/** Threads end at any time. */
function hasEnded(error: unknown): boolean {
  const { code, info } = error as NodeJS.ErrnoException & { readonly info?: { readonly code?: string } };
  return [code, info?.code].some((known) => known === 'ENOENT' || known === 'ESRCH');
}
