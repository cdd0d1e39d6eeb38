import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AuditLog, systemActor } from '../../src/access/index.ts';
import {
  type Attribution,
  Attributor,
  LiveMoments,
  Recomputation,
  Upkeep,
} from '../../src/attribute/index.ts';
import type { ExperimentPlan } from '../../src/catalogue/index.ts';
import { Erasures } from '../../src/erase/index.ts';
import type { Statement } from '../../src/stores/clickhouse/index.ts';
import { experiment, impression, order, spend } from './experiments.ts';
import { insertRows, storedRows } from './raw-rows.ts';
import { openStores, type Stores } from './stores.ts';

const limits = { maxSeconds: 30, maxMemoryBytes: 1e9 };
const SECOND = 1000;

let stores: Stores;
let plans: readonly ExperimentPlan[] = [];
/** Of the watermark, and of those who ask; the engine keeps dead letters for 30 days by its own clock. */
let now = Date.now() - 3_600_000;
/** Of the attributor's own clock. */
let elapsed = 0;
const logged: string[] = [];
beforeAll(async () => {
  stores = await openStores();
});
afterAll(async () => {
  await stores.close();
});
beforeEach(async () => {
  const { clickhouse, postgres } = stores;
  for (const table of ['raw_impressions', 'raw_conversions', 'dead_letters'])
    await clickhouse.command({ sql: `TRUNCATE TABLE ${table}`, limits });
  await postgres.query("UPDATE attribution_builds SET state = 'retired'");
  await postgres.query('DELETE FROM erasures');
  plans = [];
  now += 1000 * SECOND;
});

function attributor(options: Partial<ConstructorParameters<typeof Attributor>[0]> = {}): Attributor {
  return new Attributor({
    ...{ clickhouse: stores.clickhouse, postgres: stores.postgres, holder: 'one', sole: true },
    logger: pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) }),
    ...{ reconcileEveryMs: 0, passOverEveryMs: 0, eraseEveryMs: 0, eraseAfterMs: 0 },
    watermark: async () => new Date(now),
    plans: async () => plans,
    elapsed: () => elapsed,
    ...options,
  });
}

function ask(type: string, id: string) {
  const { postgres } = stores;
  const erasures = new Erasures({ postgres, audit: new AuditLog(postgres), clock: () => new Date(now) });
  return erasures.ask(systemActor('test'), { type, id }, null);
}

const waiting = () => stores.postgres.query<{ id: string }>('SELECT id FROM erasures WHERE done_at IS NULL');

async function untilErased(one: Attributor): Promise<void> {
  while ((await one.step()) !== 'idle' || (await waiting()).length > 0);
}

const spent = async (key: string) => {
  const live = await new LiveMoments(stores).read(key);
  return live?.moments
    .map(({ variant, moments }) => [
      variant,
      moments.n,
      (moments.centre[0] ?? 0) * moments.n + (moments.sums[0] ?? 0),
    ])
    .sort();
};

describe('erasing a unit', () => {
  it('takes it out of every environment, and no other; what comes later counts anew', async () => {
    const id = `Zoë "\\'\n/🙂`;
    plans = ['here', 'there'].map((key) => experiment(key, [spend()]));
    const at = { receivedAt: now };
    await insertRows(stores.clickhouse, {
      impressions: plans.flatMap(({ key }) => [
        impression(key, '2', at),
        impression(key, id, { ...at, variant: 'control' }),
        impression(key, id, { ...at, unitType: 'device', unitTypes: ['device'] }),
      ]),
      conversions: plans.flatMap(({ key }) => [
        order(key, '2', 5, at),
        order(key, id, 7, at),
        order(key, id, 9, { ...at, unitType: 'device', unitTypes: ['device'] }),
      ]),
    });
    const one = attributor();
    while ((await one.step()) !== 'idle');
    for (const { key } of plans) expect(await spent(key)).toEqual([['control', 2, 12]]);

    await ask('user', id);
    await untilErased(one);
    for (const { key } of plans) expect(await spent(key)).toEqual([['control', 1, 5]]);
    const units = async () => {
      const { impressions, conversions } = await storedRows(stores.clickhouse);
      return [impressions, conversions].map((rows) =>
        [...rows.values()]
          .flat()
          .map((row) => `${row.environment} ${row.unitType} ${row.unitId === id ? 'it' : row.unitId}`)
          .sort(),
      );
    };
    const others = ['here device it', 'here user 2', 'there device it', 'there user 2'];
    expect(await units()).toEqual([others, others]);

    // A conversion alone is nobody's: the unit has no assignment any more.
    now += 1;
    await insertRows(stores.clickhouse, {
      impressions: [],
      conversions: [order('here', id, 3, { receivedAt: now, id: 'later' })],
    });
    while ((await one.step()) !== 'idle');
    expect(await spent('here')).toEqual([['control', 1, 5]]);
    now += 1;
    await insertRows(stores.clickhouse, {
      impressions: [impression('here', id, { receivedAt: now, variant: 'treatment' })],
      conversions: [],
    });
    while ((await one.step()) !== 'idle');
    expect(await spent('here')).toEqual([
      ['control', 1, 5],
      ['treatment', 1, 3],
    ]);
    const upkeep = new Upkeep(stores.postgres);
    await upkeep.verifyAll();
    while ((await one.step()) !== 'idle');
    for (const { key } of plans) {
      const { live } = await upkeep.describe(key);
      expect(live?.verifiedAt).toBeInstanceOf(Date);
      expect(live).toMatchObject({ untrusted: false });
    }
    await one.close();
  });

  it('leaves its id in no statement that the engine keeps, no table, no log and no row', async () => {
    const id = 'ann.secret@example.org';
    plans = [experiment('quiet', [spend()])];
    await insertRows(stores.clickhouse, {
      impressions: [impression('quiet', id, { receivedAt: now, variant: 'control' })],
      conversions: [order('quiet', id, 7, { receivedAt: now })],
    });
    await insertLetters([{ raw: JSON.stringify({ unit: { type: 'user', id } }), at: now }]);
    const { id: erasure } = await ask('user', id);
    const one = attributor();
    await untilErased(one);
    const mutations = await stores.clickhouse.query<{ command: string }>({
      sql: "SELECT command FROM system.mutations WHERE table IN ('raw_impressions', 'raw_conversions', 'dead_letters')",
      limits,
    });
    expect(mutations.length).toBeGreaterThanOrEqual(3);
    expect(mutations.filter(({ command }) => command.includes('ann'))).toEqual([]);
    const tables = await stores.clickhouse.query({
      sql: "SELECT name FROM system.tables WHERE name LIKE 'touched_units%'",
      limits,
    });
    expect(tables).toEqual([]);
    const [row] = await stores.postgres.query('SELECT * FROM erasures WHERE id = $1', [erasure]);
    expect(row).toMatchObject({ unit_type: 'user', unit_id: null, done_at: expect.any(Date) });
    expect(logged.some((line) => line.includes('units were erased'))).toBe(true);
    expect(logged.filter((line) => /ann|example/.test(line))).toEqual([]);
    await one.close();
  });

  it('takes away the dead letters that have its id somewhere, and no others', async () => {
    const id = 'Zoë/1';
    const kept = ['{"id":"Zoë/12"}', '{"id":"zoë/1"}', '', '{"note":"Zo"}'];
    const gone = [
      JSON.stringify({ unit: { type: 'user', id } }),
      String.raw`{"id":"Zo\u00eb\/1"`,
      `user;Zoë/1;x`,
      Buffer.from([0xff, ...Buffer.from('"Zoë/1"'), 0xfe]),
    ];
    await insertLetters([...kept, ...gone, gone[0] ?? ''].map((raw) => ({ raw, at: now })));
    await insertLetters([
      { raw: 'not it', detail: 'the line is not JSON: unexpected "Zoë/1"', at: now - SECOND },
      { raw: gone[0] ?? '', at: now + 1, detail: 'later' },
    ]);
    await ask('user', id);
    const one = attributor();
    await untilErased(one);
    const left = await stores.clickhouse.query<{ raw: string; detail: string }>({
      sql: 'SELECT raw, detail FROM dead_letters ORDER BY raw, detail',
      limits,
    });
    const expected = [...kept.map((raw) => ({ raw, detail: '' })), { raw: gone[0], detail: 'later' }];
    expect(left.map(({ raw, detail }) => `${raw} ${detail}`).sort()).toEqual(
      expected.map(({ raw, detail }) => `${raw} ${detail}`).sort(),
    );
    await one.close();
  });

  it('looks through more dead letters than a page', async () => {
    const letters = Array.from({ length: 12_000 }, (_, index) => ({
      raw: JSON.stringify({ index, id: index % 3 === 0 ? 'u7' : 'u7-other' }),
      at: now - (index % 2),
    }));
    await insertLetters(letters);
    await ask('user', 'u7');
    const one = attributor();
    await untilErased(one);
    const [left] = await stores.clickhouse.query<{ n: string; others: string }>({
      sql: `SELECT count() AS n, countIf(position(raw, '"u7"') = 0) AS others FROM dead_letters`,
      limits,
    });
    expect(left).toEqual({ n: '8000', others: '8000' });
    await one.close();
  });
});

describe('the recomputation', () => {
  it('reads all of its rows before units are erased, or all of them after', async () => {
    const plan = experiment('read', [spend()]);
    const units = Array.from({ length: 40 }, (_, unit) => String(unit));
    await insertRows(stores.clickhouse, {
      impressions: units.map((unit) => impression('read', unit, { receivedAt: now })),
      conversions: units.map((unit) => order('read', unit, 1 + Number(unit), { receivedAt: now })),
    });
    const one = attributor();
    // After each of the first five questions.
    for (const [turn, unit] of units.slice(10, 15).entries()) {
      let left = 1 + turn;
      const asked: string[] = [];
      const { clickhouse } = stores;
      const disturbed = {
        ...{ insert: clickhouse.insert.bind(clickhouse), command: clickhouse.command.bind(clickhouse) },
        ...{ stream: clickhouse.stream.bind(clickhouse), ping: clickhouse.ping.bind(clickhouse) },
        close: clickhouse.close.bind(clickhouse),
        query: async <Row>(statement: Statement) => {
          const rows = await clickhouse.query<Row>(statement);
          left -= 1;
          if (left === 0) {
            asked.push(unit);
            await ask('user', unit);
            await untilErased(one);
          }
          return rows;
        },
      };
      const options = { postgres: stores.postgres, logger: pino({ level: 'silent' }) };
      const dataThrough = new Date(now);
      const given = await new Recomputation({ ...options, clickhouse: disturbed }).run(plan, { dataThrough });
      const after = await new Recomputation({ ...options, clickhouse }).run(plan, { dataThrough });
      expect(asked).toEqual([unit]);
      expect([given.units, totals(given)]).toEqual([after.units, totals(after)]);
    }
    await one.close();
  });
});

function totals({ moments }: Attribution) {
  return moments.map((row) => [
    row.variant,
    row.moments.n,
    Math.round((row.moments.centre[0] ?? 0) * row.moments.n + (row.moments.sums[0] ?? 0)),
  ]);
}

describe('batches of erasures', () => {
  const batches = async () =>
    (
      await stores.postgres.query<{ n: number }>(
        'SELECT count(*)::int AS n FROM erasures WHERE done_at IS NOT NULL GROUP BY cycle ORDER BY cycle',
      )
    ).map(({ n }) => n);

  it('are of a hundred units, and follow each other a while apart', async () => {
    await insertRows(stores.clickhouse, {
      impressions: Array.from({ length: 210 }, (_, unit) =>
        impression('many', String(unit), { receivedAt: now }),
      ),
      conversions: [],
    });
    for (let unit = 0; unit < 205; unit += 1) await ask('user', String(unit));
    const one = attributor({ eraseEveryMs: 60 * SECOND });
    const steps = async () => {
      for (let step = 0; step < 5; step += 1) await one.step();
      return batches();
    };
    expect(await steps()).toEqual([100]);
    elapsed += 59 * SECOND;
    expect(await steps()).toEqual([100]);
    elapsed += SECOND;
    expect(await steps()).toEqual([100, 100]);
    elapsed += 60 * SECOND;
    expect(await steps()).toEqual([100, 100, 5]);
    const { impressions } = await storedRows(stores.clickhouse);
    expect(
      impressions
        .get('many')
        ?.map(({ unitId }) => unitId)
        .sort(),
    ).toEqual(['205', '206', '207', '208', '209']);
    await one.close();
  });

  it('wait until everything received some seconds after they were asked for is attributed', async () => {
    plans = [experiment('patient', [spend()])];
    const one = attributor({ eraseAfterMs: 5 * SECOND });
    while ((await one.step()) !== 'idle');
    await ask('user', '1');
    const asked = now;
    for (const later of [0, 4 * SECOND, 5 * SECOND - 1]) {
      now = asked + later;
      await insertRows(stores.clickhouse, {
        impressions: [impression('patient', '1', { receivedAt: now, id: `${later}` })],
        conversions: [],
      });
      while ((await one.step()) !== 'idle');
      expect(await waiting()).toHaveLength(1);
    }
    now = asked + 5 * SECOND;
    await untilErased(one);
    const [row] = await stores.postgres.query<{ through: string }>('SELECT through FROM erasures');
    expect(Number(row?.through)).toBe(now);
    expect((await storedRows(stores.clickhouse)).impressions.size).toBe(0);
    await one.close();
  });

  it('begin when no build is half made, and before the next one', async () => {
    plans = ['first', 'second'].map((key) => experiment(key, [spend()]));
    await insertRows(stores.clickhouse, {
      impressions: plans.flatMap(({ key }) =>
        ['1', '2'].map((unit) => impression(key, unit, { receivedAt: now })),
      ),
      conversions: [],
    });
    const one = attributor();
    // The first build is begun.
    expect(await one.step()).toBe('build');
    await ask('user', '1');
    const order: string[] = [];
    for (let step = ''; step !== 'idle'; ) {
      step = await one.step();
      const live = await stores.postgres.query("SELECT id FROM attribution_builds WHERE state = 'live'");
      order.push(`${step} ${live.length}`);
    }
    expect(order.filter((step) => !step.startsWith('idle'))).toEqual([
      ...order.filter((step) => step === 'build 0'),
      'build 1',
      'erasure 1',
      'erasure 1',
      ...order.filter((step, index) => step === 'build 1' && index > order.indexOf('erasure 1')),
      'build 2',
    ]);
    for (const { key } of plans)
      expect((await new LiveMoments(stores).read(key))?.units.map(({ units }) => units)).toEqual([1]);
    await one.close();
  });

  it.each(['assignments', 'raw_impressions', 'raw_conversions'])(
    'take nothing away that came later, when whoever is held up before it deletes from %s goes on at last',
    async (table) => {
      const key = `late-${table}`;
      plans = [experiment(key, [spend()])];
      const at = () => ({ receivedAt: now, variant: 'control' });
      const come = async (value: number) => {
        now += 1;
        const units = value === 11 ? [] : ['1', '2'];
        const impressions = units.map((unit) => impression(key, unit, { ...at(), id: `i${value}` }));
        const conversions = [order(key, '1', value, { receivedAt: now, id: `o${value}` })];
        await insertRows(stores.clickhouse, { impressions, conversions });
      };
      await come(7);
      const { clickhouse } = stores;
      const later = attributor({ holder: 'later' });
      let overtaken = false;
      const heldUp: typeof clickhouse = {
        ...{ query: clickhouse.query.bind(clickhouse), insert: clickhouse.insert.bind(clickhouse) },
        ...{ stream: clickhouse.stream.bind(clickhouse), ping: clickhouse.ping.bind(clickhouse) },
        close: clickhouse.close.bind(clickhouse),
        command: async (statement) => {
          if (!overtaken && statement.sql.includes(`DELETE FROM ${table}`)) {
            overtaken = true;
            await untilErased(later);
            await come(9);
            while ((await later.step()) !== 'idle');
          }
          await clickhouse.command(statement);
        },
      };
      const one = attributor({ clickhouse: heldUp });
      while ((await one.step()) !== 'idle');
      await ask('user', '1');
      while (!overtaken) await one.step().catch(() => undefined);
      // A conversion alone: whether the unit is still assigned decides.
      await come(11);
      while ((await later.step()) !== 'idle');
      expect(await spent(key)).toEqual([['control', 2, 20]]);
      const { impressions, conversions } = await storedRows(stores.clickhouse);
      expect(
        impressions
          .get(key)
          ?.map(({ unitId, id }) => `${unitId} ${id}`)
          .sort(),
      ).toEqual(['1 i9', '2 i7', '2 i9']);
      expect(
        conversions
          .get(key)
          ?.map(({ id }) => id)
          .sort(),
      ).toEqual(['o11', 'o9']);
      await later.close();
    },
  );

  it.each(['before', 'after'])(
    'are begun anew, and checked, where a version that knows nothing of them has ended them %s their moments were there',
    async (when) => {
      const key = `ended-${when}`;
      plans = [experiment(key, [spend()])];
      await insertRows(stores.clickhouse, {
        impressions: ['1', '2'].map((unit) => impression(key, unit, { receivedAt: now, variant: 'control' })),
        conversions: [],
      });
      const { clickhouse } = stores;
      let dies = true;
      const dying: typeof clickhouse = {
        ...{ query: clickhouse.query.bind(clickhouse), insert: clickhouse.insert.bind(clickhouse) },
        ...{ stream: clickhouse.stream.bind(clickhouse), ping: clickhouse.ping.bind(clickhouse) },
        close: clickhouse.close.bind(clickhouse),
        command: (statement) =>
          dies && statement.sql.includes('DELETE FROM assignments')
            ? Promise.reject(new Error('died'))
            : clickhouse.command(statement),
      };
      const one = attributor({ clickhouse: dying });
      while ((await one.step()) !== 'idle');
      const units = async () => (await new LiveMoments(stores).read(key))?.units.map((row) => row.units);
      await ask('user', '1');
      while ((await one.step()) !== 'erasure');
      if (when === 'after') await expect(one.step()).rejects.toThrow('died');
      dies = false;
      expect(await units()).toEqual([when === 'after' ? 1 : 2]);
      await stores.postgres.query('UPDATE attribution_shards SET next_cycle = NULL, next_through = NULL');
      await untilErased(one);
      while ((await one.step()) !== 'idle');
      expect(await units()).toEqual([1]);
      expect(await batches()).toEqual([1]);
      const told = logged.filter((line) => line.includes(key) && line.includes('what raw rows give'));
      expect(told.map((line) => JSON.parse(line).level)).toEqual([when === 'after' ? 50 : 30]);
      await one.close();
    },
  );
});

async function insertLetters(
  letters: readonly { raw: string | Buffer; at: number; detail?: string }[],
): Promise<void> {
  const lines = letters.map(({ raw, at, detail }, index) => {
    const base64 = Buffer.from(raw as string).toString('base64');
    return JSON.stringify(['not-json', detail ?? '', base64, raw.length, 'token:t', index, at, 'test', 0, 1]);
  });
  await stores.clickhouse.insert({
    table: 'dead_letters',
    columns: [
      ...['code', 'detail', 'raw_base64', 'raw_bytes', 'sender', 'position'],
      ...['_received_at', '_source', '_partition', '_offset'],
    ],
    values: Buffer.from(`${lines.join('\n')}\n`),
    token: null,
    limits,
  });
}
