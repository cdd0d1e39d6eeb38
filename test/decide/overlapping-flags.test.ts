import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AuditLog } from '../../src/access/index.ts';
import { Attributor, LiveMoments } from '../../src/attribute/index.ts';
import {
  AssignmentOverlaps,
  Decider,
  DecisionFeed,
  DecisionLog,
  OverlapWatch,
} from '../../src/decide/index.ts';
import { type DecideInput, decide } from '../../src/ruling/index.ts';
import { TestClock } from '../access/fixture.ts';
import { planned } from '../analyse/fixtures.ts';
import { uniforms } from '../analysis/units.ts';
import { experiment, HOUR, impression, order, START } from '../attribute/experiments.ts';
import { insertRows } from '../attribute/raw-rows.ts';
import { openStores, type Stores } from '../attribute/stores.ts';
import { guardrail, POLICY } from '../ruling/rollout.ts';

const error = planned('guardrail', {
  ...{ key: 'error', type: 'proportion', direction: 'increaseIsBad', source: { event: 'error' } },
});
const plans = ['checkout', 'search', 'twin'].map((flag) =>
  experiment(flag, [], {
    ...{ flag, environment: 'production', metrics: [error], guardrails: [guardrail()], decisions: POLICY },
  }),
);

let stores: Stores;
let clock: TestClock;
let parts: ReturnType<typeof open>;
let through = START + HOUR;
let uniform: () => number;
beforeAll(async () => {
  stores = await openStores();
  uniform = uniforms(5);
  clock = new TestClock(new Date(START + HOUR + 60_000).toISOString());
  for (const { key, flag } of plans)
    await stores.postgres.query(
      `INSERT INTO experiments (key, definition, status, revision, created_at, updated_at)
       VALUES ($1, $2, 'running', 1, now(), now())`,
      [key, JSON.stringify({ key, environment: 'production', flag })],
    );
  parts = open();
});
afterAll(() => stores.close());

function open() {
  const { postgres } = stores;
  const logger = pino({ level: 'silent' });
  const live = new LiveMoments(stores);
  const log = new DecisionLog(postgres);
  const catalogue = {
    plan: async (key: string) => plans.find((plan) => plan.key === key) ?? Promise.reject(new Error(key)),
    runningPlans: async (_: Date, keys: readonly string[]) => plans.filter(({ key }) => keys.includes(key)),
  };
  const overlaps = new AssignmentOverlaps({ postgres, logger, now: clock.now });
  const decider = new Decider({
    ...{ postgres, catalogue, live, overlaps, log, now: clock.now, engineVersion: '1' },
    ...{ audit: new AuditLog(postgres), feed: new DecisionFeed(log, () => undefined) },
  });
  const told: string[] = [];
  const watch = new OverlapWatch({
    ...{ live, overlaps, now: clock.now, plans: catalogue.runningPlans },
    guarded: async () => plans.map(({ key }) => key),
    shown: (experiments) => told.push(...experiments),
  });
  return { log, decider, watch, told };
}

/** New units meet all three flags; `twin` assigns as `checkout` does, which triples the errors. */
async function meet(prefix: number, units: number): Promise<void> {
  const at = through + 1;
  const rows = Array.from({ length: units }, (_, index) => {
    const unit = String(prefix * 100_000 + index);
    const [first, second] = [uniform() < 0.5, uniform() < 0.5];
    const fails = uniform() < (first ? 0.09 : 0.03);
    return { unit, fails, variants: { checkout: first, search: second, twin: first } };
  });
  const place = { receivedAt: at, ts: at };
  await insertRows(stores.clickhouse, {
    impressions: rows.flatMap(({ unit, variants }) =>
      Object.entries(variants).map(([name, treated]) =>
        impression('production', unit, { ...place, name, variant: treated ? 'treatment' : 'control' }),
      ),
    ),
    conversions: rows
      .filter(({ fails }) => fails)
      .map(({ unit }) => order('production', unit, null, { ...place, ts: at + 1, name: 'error' })),
  });
  through = at + 2;
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

const decided = async (key: string) => {
  const [decision] = (await parts.decider.evaluate(key)).decisions;
  if (decision === undefined) throw new Error('nothing was decided');
  return decision;
};

describe('three flags, one of which assigns by the hash of another that does harm', () => {
  it('are decided by themselves: harm of one is not that of the one assigned independently, and the others are warned of', async () => {
    await meet(1, 8);
    await parts.watch.look();
    expect(parts.told).toEqual([]);
    for (const { key } of plans) expect((await decided(key)).overlaps).toEqual([]);

    await meet(2, 2500);
    await parts.watch.look();
    expect(parts.told.toSorted()).toEqual(['checkout', 'twin']);
    const [checkout, search, twin] = [
      await decided('checkout'),
      await decided('search'),
      await decided('twin'),
    ];
    expect([checkout, search, twin].map(({ verdict }) => verdict)).toEqual(['breach', 'pass', 'breach']);
    expect(checkout.overlaps).toMatchObject([{ flag: 'twin', experiment: 'twin', units: 2508 }]);
    expect(twin.overlaps).toMatchObject([{ flag: 'checkout', experiment: 'checkout', units: 2508 }]);
    expect(search.overlaps).toEqual([]);
    expect(twin.reasons.at(-1)).toMatch(/The harm may come of "checkout"\.$/);
    expect(checkout.guardrails[0]?.global.exposure).toBeCloseTo(0.5, 1);

    // It is part of the evidence, so that the decision can be made again.
    const kept = await parts.log.evidence(twin.id ?? '');
    const again = decide(kept?.evidence as DecideInput).document;
    expect({ ...again, sequence: twin.sequence }).toEqual(kept?.document);
  });

  it('are told of again by nobody while nothing new is shown, and of other figures', async () => {
    parts.told.length = 0;
    await meet(3, 200);
    await parts.watch.look();
    expect(parts.told).toEqual([]);
    clock.advance(10_000);
    expect((await decided('twin')).overlaps).toMatchObject([{ units: 2708 }]);
  });
});
