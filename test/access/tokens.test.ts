import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ALL_SCOPES, systemActor, Tokens } from '../../src/access/index.ts';
import { counting, errorOf, openTestStore, TestClock, type TestStore } from './fixture.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
const request = { name: 'pipeline', scopes: ['results:read' as const], expiresInDays: 90 };
const owner = systemActor('test');

let store: TestStore;
beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());

function tokensAt(clock: TestClock) {
  const counted = counting(store.postgres);
  return { tokens: new Tokens({ postgres: counted.postgres, clock: clock.now }), queries: counted.queries };
}

describe('tokens', () => {
  it('have the announced form and are known again by their text', async () => {
    const { tokens } = tokensAt(new TestClock('2026-01-01T00:00:00Z'));
    const minted = await tokens.mint(owner, request);
    expect(minted.token).toMatch(/^assay_pat_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}$/);
    await expect(tokens.verify(minted.token)).resolves.toEqual({
      id: `token:${minted.id}`,
      name: 'pipeline',
      scopes: ['results:read'],
    });
  });

  it('say of any single mistyped character, or of a cut-off end, that it is one', async () => {
    const { tokens, queries } = tokensAt(new TestClock('2026-01-01T00:00:00Z'));
    const { token } = await tokens.mint(owner, request);
    const before = queries();
    for (let at = 'assay_pat_'.length; at < token.length; at += 1) {
      if (token[at] === '_') continue;
      const typo = token.slice(0, at) + (token[at] === 'x' ? 'y' : 'x') + token.slice(at + 1);
      const error = await errorOf(tokens.verify(typo));
      expect(error.code).toBe('unauthorized');
      expect(error.message).toMatch(/mistyped or cut off/);
    }
    expect((await errorOf(tokens.verify(token.slice(0, -1)))).message).toMatch(/mistyped or cut off/);
    expect(queries(), 'no typo costs a question to the store').toBe(before);
  });

  it('are kept as hashes only: the text is nowhere in the store', async () => {
    const { tokens } = tokensAt(new TestClock('2026-01-01T00:00:00Z'));
    const { token } = await tokens.mint(owner, request);
    const rows = await store.postgres.query<{ text: string }>(
      'SELECT tokens::text AS text FROM tokens UNION ALL SELECT audit_events::text FROM audit_events',
    );
    const random = token.split('_')[2] ?? '';
    expect(rows.length).toBeGreaterThan(1);
    expect(rows.filter(({ text }) => text.includes(random))).toEqual([]);
  });

  it('stop working when they expire', async () => {
    const clock = new TestClock('2026-01-01T00:00:00Z');
    const { tokens } = tokensAt(clock);
    const { token } = await tokens.mint(owner, { ...request, expiresInDays: 1 });
    clock.advance(DAY - 1);
    await tokens.verify(token);
    clock.advance(1);
    expect((await errorOf(tokens.verify(token))).message).toMatch(/expired at 2026-01-02T00:00:00.000Z/);
  });

  it('never get a scope that their creator lacks', async () => {
    const { tokens } = tokensAt(new TestClock('2026-01-01T00:00:00Z'));
    const creator = { id: 'token:tok_x', name: 'x', scopes: ['admin' as const, 'results:read' as const] };
    await tokens.mint(creator, request);
    const error = await errorOf(
      tokens.mint(creator, { ...request, scopes: ['results:read', 'experiments:write'] }),
    );
    expect(error.code).toBe('forbidden');
    expect(error.message).toMatch(/experiments:write/);
  });

  it('cost one look at the store in 5 seconds, however many requests bear them', async () => {
    const clock = new TestClock('2026-01-01T00:00:00Z');
    const { tokens, queries } = tokensAt(clock);
    const { token } = await tokens.mint(owner, request);
    const before = queries();
    await Promise.all(Array.from({ length: 100 }, () => tokens.verify(token)));
    const afterFirst = queries() - before;
    expect(afterFirst).toBeLessThanOrEqual(2);
    clock.advance(4_999);
    await tokens.verify(token);
    expect(queries() - before).toBe(afterFirst);
    clock.advance(1);
    await tokens.verify(token);
    expect(queries() - before).toBeGreaterThan(afterFirst);
  });

  it('stop working at once where they are deleted, and within 5 seconds elsewhere', async () => {
    const clock = new TestClock('2026-01-01T00:00:00Z');
    const [here, elsewhere] = [tokensAt(clock).tokens, tokensAt(clock).tokens];
    const minted = await here.mint(owner, request);
    await here.verify(minted.token);
    await elsewhere.verify(minted.token);
    await here.revoke(owner, minted.id, 'leaked');
    expect((await errorOf(here.verify(minted.token))).message).toMatch(/not known here, or was deleted/);
    clock.advance(5_000);
    expect((await errorOf(elsewhere.verify(minted.token))).code).toBe('unauthorized');
    expect((await errorOf(here.revoke(owner, minted.id, null))).code).toBe('not-found');
  });

  it('remember to the minute when they were last used', async () => {
    const clock = new TestClock('2026-01-01T00:00:00Z');
    const { tokens } = tokensAt(clock);
    const { id, token } = await tokens.mint(owner, request);
    const lastUsedAt = async () => {
      for (let cursor: string | undefined; ; ) {
        const page = await tokens.list({ limit: 100, ...(cursor === undefined ? {} : { cursor }) });
        const found = page.items.find((item) => item.id === id);
        if (found !== undefined) return found.lastUsedAt;
        cursor = page.nextCursor ?? undefined;
        if (cursor === undefined) throw new Error('the token is not listed');
      }
    };
    expect(await lastUsedAt()).toBeNull();
    await tokens.verify(token);
    expect(await lastUsedAt()).toBe('2026-01-01T00:00:00.000Z');
    clock.advance(MINUTE - 1);
    await tokens.verify(token);
    expect(await lastUsedAt()).toBe('2026-01-01T00:00:00.000Z');
    clock.advance(5_000);
    await tokens.verify(token);
    expect(await lastUsedAt()).toBe('2026-01-01T00:01:04.999Z');
  });
});

describe('the bootstrap token', () => {
  const fresh = async () => {
    await store.postgres.query('DELETE FROM tokens');
    return tokensAt(new TestClock('2026-01-01T00:00:00Z')).tokens;
  };

  it('is minted at the first start, may do everything, and is kept once it was shown', async () => {
    const tokens = await fresh();
    const first = await tokens.bootstrap();
    expect(first.source).toBe('minted');
    await tokens.markBootstrapShown();
    expect((await tokens.verify(first.token ?? '')).scopes).toEqual(ALL_SCOPES);
    expect(await tokens.bootstrap()).toEqual({ token: null, source: 'existing' });
    await tokens.verify(first.token ?? '');
  });

  it('is minted anew, and the old one revoked, if the process died before showing it', async () => {
    const tokens = await fresh();
    const unseen = await tokens.bootstrap();
    const next = await tokens.bootstrap();
    expect(next.source).toBe('minted');
    expect(next.token).not.toBe(unseen.token);
    expect((await errorOf(tokens.verify(unseen.token ?? ''))).code).toBe('unauthorized');
    await tokens.verify(next.token ?? '');
  });

  it('is minted anew once the shown one has expired', async () => {
    await fresh();
    const clock = new TestClock('2026-01-01T00:00:00Z');
    const { tokens } = tokensAt(clock);
    await tokens.bootstrap();
    await tokens.markBootstrapShown();
    clock.advance(365 * DAY);
    expect((await tokens.bootstrap()).source).toBe('minted');
  });

  it('is the configured one as long as it is configured', async () => {
    const tokens = await fresh();
    const [one, two] = ['a-token-of-16-ch', 'another-token-of-mine'];
    expect(await tokens.bootstrap({ configured: one })).toEqual({ token: null, source: 'configured' });
    expect(await tokens.bootstrap({ configured: one })).toEqual({ token: null, source: 'configured' });
    expect((await tokens.verify(one)).scopes).toEqual(ALL_SCOPES);
    await tokens.bootstrap({ configured: two });
    const later = tokensAt(new TestClock('2026-01-01T00:00:00Z')).tokens;
    expect((await errorOf(later.verify(one))).code).toBe('unauthorized');
    await later.verify(two);
    expect((await later.bootstrap()).source).toBe('minted');
    expect((await errorOf(tokensAt(new TestClock('2026-01-01T00:00:00Z')).tokens.verify(two))).code).toBe(
      'unauthorized',
    );
  });

  it('is refused where it is weak, cannot be sent, or is a cut-off token of ours', async () => {
    const tokens = await fresh();
    for (const configured of ['tiny', 'has a blank in it, so no', `assay_pat_${'a'.repeat(43)}_000000`]) {
      const error = await errorOf(tokens.bootstrap({ configured }));
      expect(error.code).toBe('start-refused');
      expect(error.message).not.toContain(configured);
    }
  });
});
