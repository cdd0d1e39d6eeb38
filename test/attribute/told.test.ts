import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Attributor, LiveMoments } from '../../src/attribute/index.ts';
import { experiment, impression, order, START, spend } from './experiments.ts';
import { interrupted } from './interrupted.ts';
import { insertRows } from './raw-rows.ts';
import { openStores, type Stores } from './stores.ts';

let stores: Stores;
beforeAll(async () => {
  stores = await openStores();
});
afterAll(async () => {
  await stores.close();
});

it('tells of every change, whichever statement of a cycle failed, done or not', async () => {
  const [busy, idle] = [experiment('busy', [spend()]), experiment('idle', [spend()])];
  let statements = 0;
  let fails = Number.POSITIVE_INFINITY;
  let through = START;
  const told = new Set<string>();
  let receivedAt = Number.POSITIVE_INFINITY;
  /** It was said that everything was told, and it was not. */
  const early: Date[] = [];
  const attributor = new Attributor({
    ...interrupted(stores, async () => {
      statements += 1;
      if (statements === fails) throw new Error('the answer was lost');
    }),
    ...{ logger: pino({ level: 'silent' }), holder: 'one', sole: true },
    // Nothing but the rows happens to them.
    ...{ reconcileEveryMs: 1e9, passOverEveryMs: 1e9 },
    watermark: async () => new Date(through),
    plans: async () => [busy, idle],
    changed: (experiments) => {
      for (const one of experiments) told.add(one);
    },
    reached: (upTo) => {
      if (upTo !== null && upTo.getTime() >= receivedAt && !told.has('busy')) early.push(upTo);
    },
  });
  const settle = async () => {
    while ((await attributor.step().catch(() => 'failed')) !== 'idle');
  };
  await settle();
  const live = new LiveMoments(stores);
  const units = async () => (await live.read('busy'))?.units.reduce((sum, row) => sum + row.units, 0);
  let cyclesHeld = 0;
  // The n-th unit comes in a cycle whose n-th statement fails; the last ones come in cycles without a fault.
  for (let unit = 1; cyclesHeld < 2; unit += 1) {
    const at = through + 1;
    await insertRows(stores.clickhouse, {
      impressions: [impression('busy', String(unit), { receivedAt: at })],
      conversions: [order('busy', String(unit), 7, { receivedAt: at })],
    });
    through = at + 1;
    told.clear();
    receivedAt = at;
    statements = 0;
    fails = unit;
    expect(await attributor.step().catch(() => 'failed')).toMatch(/cycle|failed/);
    if (statements < fails) cyclesHeld += 1;
    await settle();
    expect([unit, await units(), told.has('busy')]).toEqual([unit, unit, true]);
    expect(early).toEqual([]);
    if (statements < fails) expect(told.has('idle')).toBe(false);
  }
  await attributor.close();
}, 120_000);
