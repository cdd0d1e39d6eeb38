import { afterAll, beforeAll, expect, it } from 'vitest';
import { AuditLog, systemActor } from '../../src/access/index.ts';
import { errorOf, openTestStore, type TestStore } from './fixture.ts';

let store: TestStore;
let audit: AuditLog;

beforeAll(async () => {
  store = await openTestStore();
  audit = new AuditLog(store.postgres);
  for (let number = 1; number <= 7; number += 1)
    await store.postgres.transaction((transaction) =>
      audit.record(transaction, {
        at: new Date(`2026-01-0${number}T00:00:00Z`),
        actor: systemActor(number % 2 === 0 ? 'even' : 'odd'),
        action: 'update',
        resource: number <= 5 ? 'metrics/a' : 'metrics/b',
        before: { number: number - 1 },
        after: { number },
        why: number === 7 ? 'weil’s nötig war' : null,
      }),
    );
});
afterAll(() => store.close());

it('lists what changed, newest first, page by page and without gap or repetition', async () => {
  const seen: unknown[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await audit.list({ limit: 3, cursor });
    seen.push(...page.items.map((event) => event.after));
    if (page.nextCursor === null) break;
    cursor = page.nextCursor;
  }
  expect(seen).toEqual([7, 6, 5, 4, 3, 2, 1].map((number) => ({ number })));
});

it('narrows to a resource and to an actor', async () => {
  const { items } = await audit.list({ limit: 10, resource: 'metrics/b' });
  expect(items).toEqual([
    {
      id: expect.any(String),
      at: '2026-01-07T00:00:00.000Z',
      actor: { id: 'system:odd', name: 'odd' },
      action: 'update',
      resource: 'metrics/b',
      before: { number: 6 },
      after: { number: 7 },
      why: 'weil’s nötig war',
    },
    expect.objectContaining({ after: { number: 6 } }),
  ]);
  expect((await audit.list({ limit: 10, actor: 'system:even' })).items).toHaveLength(3);
});

it('refuses a cursor of another list', async () => {
  const cursor = Buffer.from(JSON.stringify(['tokens', 'tok_1'])).toString('base64url');
  expect((await errorOf(audit.list({ limit: 1, cursor }))).code).toBe('bad-request');
  expect((await errorOf(audit.list({ limit: 1, cursor: 'nonsense' }))).code).toBe('bad-request');
});

it('is append-only in the store itself', async () => {
  for (const statement of [
    `UPDATE audit_events SET why = 'another story'`,
    'DELETE FROM audit_events',
    'TRUNCATE audit_events',
  ])
    expect((await errorOf(store.postgres.query(statement))).code).toBe('store-failed');
  expect((await audit.list({ limit: 10 })).items).toHaveLength(7);
});

it('is not there where the change was rolled back', async () => {
  await errorOf(
    store.postgres.transaction(async (transaction) => {
      await audit.record(transaction, {
        at: new Date(0),
        actor: systemActor('test'),
        action: 'update',
        resource: 'metrics/c',
        before: null,
        after: null,
        why: null,
      });
      throw new Error('the change failed');
    }),
  );
  expect((await audit.list({ limit: 10, resource: 'metrics/c' })).items).toEqual([]);
});
