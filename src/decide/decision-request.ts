import type { IncomingHttpHeaders } from 'node:http';

export const WAIT_AT_MOST_SECONDS = 60;

/** What the headers of a reading of a decision ask for. */
export interface Asked {
  /** Those in If-None-Match. */
  readonly tags: readonly string[];
  /** What the client prefers; null: nothing. */
  readonly preferred: number | null;
  /** Waiting for another version than the one that it has seen; null: it is answered at once. */
  readonly wait: { readonly seen: string; readonly ms: number } | null;
}

export function askedOf(headers: IncomingHttpHeaders): Asked {
  const tags = (headers['if-none-match'] ?? '')
    .split(',')
    .map((tag) => tag.trim().replace(/^W\//, ''))
    .filter((tag) => tag !== '');
  const match = /(?:^|[,;\s])wait\s*=\s*"?(\d{1,9})"?/i.exec(String(headers['prefer'] ?? ''));
  const preferred = match === null ? null : Math.min(Number(match[1]), WAIT_AT_MOST_SECONDS);
  const seen = tags.map((tag) => /^"(\d+-[a-z]+)-/.exec(tag)?.[1]).find((found) => found !== undefined);
  const waits = preferred !== null && seen !== undefined;
  return { tags, preferred, wait: waits ? { seen, ms: preferred * 1000 } : null };
}

/** What goes with the answer. */
export function headersOf({ preferred }: Asked, etag: string): Record<string, string> {
  return {
    ...(preferred === null ? {} : { 'preference-applied': `wait=${preferred}` }),
    ...{ 'cache-control': 'private, no-cache', vary: 'authorization, prefer', etag },
  };
}

/** Whether the client has that answer already. */
export function holds({ tags }: Asked, etag: string): boolean {
  return tags.includes(etag) || tags.includes('*');
}
