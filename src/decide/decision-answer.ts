import { createHash } from 'node:crypto';
import type { Decision } from '../ruling/index.ts';

/** A decision as it is sent. */
export interface Answer {
  readonly decision: Decision;
  /** JSON. */
  readonly body: string;
  /** The strong ETag of the body; it begins with the version. */
  readonly etag: string;
}

/** What a waiting reader has seen: which decision, and what it says by the time it is read. */
export function versionOf({ sequence, verdict }: Pick<Decision, 'sequence' | 'verdict'>): string {
  return `${sequence}-${verdict}`;
}

export function answerOf(decision: Decision): Answer {
  const body = JSON.stringify(decision);
  const hash = createHash('sha256').update(body).digest('base64url').slice(0, 16);
  return { decision, body, etag: `"${versionOf(decision)}-${hash}"` };
}
