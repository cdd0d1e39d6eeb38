import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Attributor, LiveMoments } from '../../src/attribute/index.ts';
import { experiment, impression, START, spend } from './experiments.ts';
import { insertRows } from './raw-rows.ts';
import { openStores, type Stores } from './stores.ts';

let stores: Stores;
beforeAll(async () => {
  stores = await openStores();
});
afterAll(async () => {
  await stores.close();
});

const on = (flag: string) => experiment(flag, [spend()], { environment: 'production', flag });
const plans = [on('checkout'), on('search'), on('banner')];
const MINUTE = 60_000;

let through = START;
async function meet(
  rows: readonly (readonly [flag: string, unit: number, variant: string])[],
): Promise<void> {
  const at = through + 1;
  await insertRows(stores.clickhouse, {
    impressions: rows.map(([name, unit, variant]) =>
      impression('production', String(unit), {
        name,
        variant,
        receivedAt: at,
        ts: START + 2 * MINUTE + at - START,
        id: `${at}`,
      }),
    ),
    conversions: [],
  });
  through = at + 1;
  const attributor = new Attributor({
    ...stores,
    ...{
      logger: pino({ level: 'silent' }),
      holder: 'one',
      sole: true,
      reconcileEveryMs: 0,
      passOverEveryMs: 0,
    },
    watermark: async () => new Date(through),
    plans: async () => plans,
    changed: () => undefined,
  });
  while ((await attributor.step()) !== 'idle');
  await attributor.close();
}

describe('units that are in two experiments', () => {
  const sample = (flag: string, halvings = 0) => ({ experiment: flag, epoch: 1, halvings });
  const told = async (...samples: ReturnType<typeof sample>[]) =>
    (await new LiveMoments(stores).unitsTogether(samples)).map(
      ({ first, firstVariant, second, secondVariant, units }) =>
        `${first} ${firstVariant}, ${second} ${secondVariant}: ${units}`,
    );

  it('are counted by the arms of both, for all pairs at once', async () => {
    await meet([
      ...[1, 2, 3, 4].map((unit) => ['checkout', unit, unit < 4 ? 'treatment' : 'control'] as const),
      ...[2, 3, 4, 5].map((unit) => ['search', unit, unit < 4 ? 'control' : 'treatment'] as const),
      ...[3, 6].map((unit) => ['banner', unit, 'treatment'] as const),
    ]);
    const all = ['checkout', 'search', 'banner'].map((flag) => sample(flag));
    expect(await told(...all)).toEqual([
      'checkout control, search treatment: 1',
      'checkout treatment, search control: 2',
      'checkout treatment, banner treatment: 1',
      'search control, banner treatment: 1',
    ]);
    expect(await told(sample('search'), sample('checkout'))).toEqual([
      'search control, checkout treatment: 2',
      'search treatment, checkout control: 1',
    ]);
    expect(await told(sample('checkout'), sample('unknown'))).toEqual([]);
    expect(await told({ ...sample('checkout'), epoch: 2 }, sample('search'))).toEqual([]);
  });

  it('stay counted where they first were when they meet another variant', async () => {
    await meet([['checkout', 4, 'treatment']]);
    expect(await told(sample('checkout'), sample('search'))).toEqual([
      'checkout control, search treatment: 1',
      'checkout treatment, search control: 2',
    ]);
  });

  it('are sampled by their hashes, of a pair by the smaller sample', async () => {
    const units = Array.from({ length: 1000 }, (_, index) => index + 100);
    await meet(
      units.flatMap((unit) => [
        ['checkout', unit, 'treatment'] as const,
        ['banner', unit, 'control'] as const,
      ]),
    );
    const count = async (...halvings: [number, number]) => {
      const [row] = await new LiveMoments(stores)
        .unitsTogether([sample('checkout', halvings[0]), sample('banner', halvings[1])])
        .then((rows) => rows.filter(({ secondVariant }) => secondVariant === 'control'));
      return row?.units ?? 0;
    };
    expect(await count(0, 0)).toBe(1000);
    const quarter = await count(2, 0);
    expect(quarter).toBeGreaterThan(200);
    expect(quarter).toBeLessThan(300);
    expect(await count(0, 2)).toBe(quarter);
    expect(await count(1, 2)).toBe(quarter);
  });
});
