import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Decision, DecisionLog } from '../../src/decide/index.ts';
import { splitStatements } from '../../src/stores/migrations/index.ts';
import { Times } from '../../src/times/times.ts';
import { openTestStore, type TestStore } from '../access/fixture.ts';
import { append, decisionOn } from '../notify/decisions.ts';

const MIGRATION = new URL('../../migrations/postgres/0140_create_decision_stops.sql', import.meta.url);

let store: TestStore;
beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());

it('knows what was stopped before times were kept, but not since when there was harm', async () => {
  const { postgres } = store;
  const harmed = { guardrails: [{ metric: 'error', status: 'harm' }] } as unknown as Partial<Decision>;
  const override = { override: { verdict: 'breach' } } as unknown as Partial<Decision>;
  await append(
    new DecisionLog(postgres),
    decisionOn({}, 'pass'),
    decisionOn({}, 'breach', harmed),
    decisionOn({}, 'breach', { ...harmed, epoch: '2' }),
    decisionOn({ flag: 'search' }, 'pass'),
    decisionOn({ flag: 'banner' }, 'breach', override),
  );
  const fill = splitStatements(readFileSync(MIGRATION, 'utf8'), 'postgres').filter((statement) =>
    statement.includes('INSERT INTO decision_stops'),
  );
  expect(fill).toHaveLength(1);
  await postgres.query(fill[0] ?? '');
  const times = new Times(postgres);
  const of = (flag: string) => times.read({ environment: 'production', flag, treatment: 'treatment' }, null);
  const stopped = await of('checkout');
  expect(stopped).toMatchObject({
    sequence: 2,
    times: {
      harmStart: { at: null, reason: 'it was not recorded: only counts of first events tell since when' },
      event: { at: '2026-03-01T10:00:00.000Z' },
      verdict: { at: '2026-03-01T10:00:00.000Z' },
    },
  });
  expect((await of('search')).sequence).toBeNull();
  expect((await of('banner')).times.harmStart.reason).toBe('a person stopped it');
});
