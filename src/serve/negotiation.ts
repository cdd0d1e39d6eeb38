/** The q of a media type in an Accept header, by the most specific range that names it; 0 where none does. */
function quality(accept: string, type: string): number {
  const [main] = type.split('/');
  let best = { specificity: -1, q: 0 };
  for (const range of accept.split(',')) {
    const [name = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const specificity = [type, `${main}/*`, '*/*'].indexOf(name);
    if (specificity === -1) continue;
    const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
    const q = weight === undefined ? 1 : Number(weight);
    if (3 - specificity > best.specificity)
      best = { specificity: 3 - specificity, q: Number.isNaN(q) ? 0 : q };
  }
  return best.q;
}

/** CSV if `format` says so, or without it if Accept prefers it to JSON. */
export function wantsCsv(format: 'json' | 'csv' | undefined, accept: string | undefined): boolean {
  if (format !== undefined) return format === 'csv';
  if (accept === undefined || !accept.includes('csv')) return false;
  return quality(accept, 'text/csv') > quality(accept, 'application/json');
}

/** Does If-None-Match name this strong ETag (compared weakly, as RFC 9110 asks)? */
export function isUnchanged(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch
    .split(',')
    .map((entry) => entry.trim().replace(/^W\//, ''))
    .some((entry) => entry === '*' || entry === etag);
}
