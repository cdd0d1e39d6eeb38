/** The part of a request that may carry a token. */
export interface CredentialedRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly query: unknown;
}

export interface Credential {
  readonly token: string;
  /** In the address it ends in histories and referrers, so the answer must not be kept or followed with it. */
  readonly from: 'header' | 'address';
}

/**
 * The token of a request: `Authorization: Bearer …`, or, so that a link can be opened in a browser, `?token=` of a GET.
 * The latter is taken out of the query: nothing behind the guard sees it. null: none, or one that cannot be read.
 */
export function takeCredential(request: CredentialedRequest): Credential | null {
  const inAddress = takeFromQuery(request.query);
  const { authorization } = request.headers;
  if (typeof authorization === 'string') {
    const token = /^Bearer +([\x21-\x7e]+) *$/i.exec(authorization)?.[1];
    return token === undefined ? null : { token, from: 'header' };
  }
  return inAddress !== null && request.method === 'GET' ? { token: inAddress, from: 'address' } : null;
}

function takeFromQuery(query: unknown): string | null {
  if (typeof query !== 'object' || query === null || !('token' in query)) return null;
  const { token } = query;
  Reflect.deleteProperty(query, 'token');
  return typeof token === 'string' && token.length > 0 ? token : null;
}
