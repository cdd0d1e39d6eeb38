import { randomUUID } from 'node:crypto';

/** A run's id names its experiment, so that a run can be found without a table of its own. BullMQ forbids colons in ids. */
export function newRunId(experimentKey: string): string {
  return `${escapeKey(experimentKey)}.${randomUUID()}`;
}

export interface Following {
  /** The run that was under way when the following one was asked for. */
  readonly runId: string;
  /** When that run began, in milliseconds since 1970. */
  readonly startedMs: number;
}

/**
 * The id of "the run after this one", for which there is no job yet: BullMQ keeps one successor per experiment and
 * gives it the id of whoever asked last, so no asker can know the successor's own id.
 */
export function followingRunId(following: Following): string {
  // No key begins with a tilde, so no run's own id looks like this.
  return `~after.${following.startedMs}.${following.runId}`;
}

export function parseFollowing(id: string): Following | null {
  const match = /^~after\.(\d+)\.(.+)$/.exec(id);
  if (match === null) return null;
  return { startedMs: Number(match[1]), runId: match[2] ?? '' };
}

/** A UUID and the dot before it. */
const SUFFIX = 37;

export function sameExperiment(runId: string, otherRunId: string): boolean {
  return runId.length > SUFFIX && runId.slice(0, -SUFFIX) === otherRunId.slice(0, -SUFFIX);
}

function escapeKey(key: string): string {
  return key.replaceAll(':', '~');
}
