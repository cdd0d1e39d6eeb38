import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AuditLog, systemActor } from '../../src/access/index.ts';
import { Attributor, type LiveAttribution, LiveMoments, MomentsAhead } from '../../src/attribute/index.ts';
import type { ExperimentPlan } from '../../src/catalogue/index.ts';
import { Erasures } from '../../src/erase/index.ts';
import type { ClickHouse, Statement } from '../../src/stores/clickhouse/index.ts';
import { guardrail } from '../ruling/rollout.ts';
import { experiment, impression, order, START, spend } from './experiments.ts';
import { LiveWorld } from './live-world.ts';
import { openWorlds, SEED, SIZE, TIMEOUT_MS, WORLDS } from './proof.ts';
import { insertRows } from './raw-rows.ts';
import type { Stores } from './stores.ts';
import { randomWorld } from './worlds.ts';

const worlds = Array.from({ length: WORLDS }, (_, index) => {
  const world = randomWorld(SEED + index, SIZE, 'ahead');
  return { ...world, plans: world.plans.map(guarded) };
});

/** With a guardrail for every second of its metrics. */
function guarded(plan: ExperimentPlan): ExperimentPlan {
  const metrics = plan.metrics.filter((_, index) => index % 2 === 0);
  return {
    ...plan,
    guardrails: metrics.map(({ definition }) => guardrail({ metric: definition.key })),
  };
}

let stores: Stores;
let rows: Awaited<ReturnType<typeof openWorlds>>['rows'];
beforeAll(async () => {
  ({ stores, rows } = await openWorlds(worlds));
}, TIMEOUT_MS);
afterAll(async () => {
  await stores.close();
});

/** The engine, each of whose statements waits for what it is given first. */
function waiting(clickhouse: ClickHouse, before: (statement: Statement) => Promise<void>): ClickHouse {
  return {
    ...{ ping: () => clickhouse.ping(), close: () => clickhouse.close() },
    query: async (statement) => {
      await before(statement);
      return clickhouse.query(statement);
    },
    stream: (statement) => clickhouse.stream(statement),
    insert: (block) => clickhouse.insert(block),
    command: async (statement) => {
      await before(statement);
      await clickhouse.command(statement);
    },
  };
}

/** An attributor whose cycles wait, before they look at units, until somebody has looked ahead of them to the next cut. */
class Held {
  readonly found: LiveAttribution[][] = [];
  readonly attributor: Attributor;
  #through = 0;
  #beyond = 0;
  #held = false;
  #asked = 0;
  #looked = Promise.withResolvers<void>();

  constructor(world: LiveWorld) {
    const clickhouse = waiting(stores.clickhouse, async ({ sql }) => {
      if (/INTO touched_names_/.test(sql)) this.#held = true;
      if (/INTO touched_pairs_/.test(sql)) await this.#looked.promise;
    });
    this.attributor = world.attributor('the only one', { ...stores, clickhouse }, undefined, {
      logger: pino({ level: 'silent' }),
      ...{ aheadAfterMs: 1, aheadShare: 1 },
      // Whoever asks again has looked up to what it was told before.
      watermark: async () => {
        if (!this.#held) return new Date(this.#through);
        this.#asked += 1;
        if (this.#asked === 3) this.#looked.resolve();
        return new Date(this.#beyond);
      },
      ahead: (found) => void this.found.push([...found]),
    });
  }

  async step(through: number, beyond: number): Promise<string> {
    [this.#through, this.#beyond, this.#asked, this.#held] = [through, beyond, 0, false];
    this.#looked = Promise.withResolvers();
    return this.attributor.step();
  }
}

/** What is the same in whatever order the engine adds up and answers: not the last digits of sums. */
function counted(attribution: LiveAttribution | null) {
  const lines = (rows: readonly object[] = []) => rows.map((row) => JSON.stringify(row)).sort();
  return {
    ...{ dataThrough: attribution?.dataThrough, provenance: attribution?.provenance },
    ...{ units: lines(attribution?.units), exclusions: attribution?.exclusions },
    moments: lines(attribution?.moments.map(({ moments, ...row }) => ({ ...row, n: moments.n }))),
    bins: lines(attribution?.bins),
  };
}

describe('moments of guardrails’ metrics ahead of a cycle that is under way', () => {
  it(
    'are what the model says of all that was received by then, and the moments are what they are without',
    async () => {
      const faults: string[] = [];
      let found = 0;
      let moved = 0;
      for (const world of worlds) {
        const live = new LiveWorld(world, stores, rows);
        await live.begin();
        const held = new Held(live);
        const ahead = new MomentsAhead(new LiveMoments(stores));
        for (const [index, cut] of world.cuts.entries()) {
          live.advance(index);
          for (let step = ''; step !== 'idle'; ) {
            held.found.length = 0;
            step = await held.step(cut, world.cuts[index + 1] ?? cut);
            await held.attributor.settled();
            for (const one of held.found.flat()) {
              const plan = world.plans.find(({ key }) => key === one.experiment);
              const metrics = new Set(plan?.guardrails.map(({ metric }) => metric));
              faults.push(...live.faultsAhead(one, metrics));
              ahead.keep([one]);
              const read = await ahead.read(one.experiment);
              const isAhead = one.dataThrough.getTime() > cut;
              if (read?.dataThrough.getTime() !== Math.max(cut, one.dataThrough.getTime()))
                faults.push(`${one.experiment} was read as of ${read?.dataThrough.toISOString()}`);
              found += 1;
              moved += isAhead ? 1 : 0;
            }
          }
          faults.push(...(await live.faults()));
        }
        for (const { key } of world.plans)
          expect(counted(await ahead.read(key))).toEqual(counted(await new LiveMoments(stores).read(key)));
        await held.attributor.close();
      }
      expect(faults.slice(0, 20)).toEqual([]);
      expect(found).toBeGreaterThan(3 * WORLDS);
      expect(moved).toBeGreaterThan(2 * WORLDS);
    },
    TIMEOUT_MS,
  );
});

/** With it a look begins, and nobody else asks for it here. */
const READS_MOMENTS = /sum\(left_out\) AS left_out/;

/** Statements that wait to be let go. */
class Gate {
  #opened = Promise.withResolvers<void>();
  #reached = Promise.withResolvers<void>();
  #pattern: RegExp | null = null;

  /** Resolves when one waits. */
  close(pattern: RegExp): Promise<void> {
    this.#pattern = pattern;
    [this.#opened, this.#reached] = [Promise.withResolvers(), Promise.withResolvers()];
    return this.#reached.promise;
  }

  open(): void {
    this.#pattern = null;
    this.#opened.resolve();
  }

  readonly pass = async ({ sql }: Statement): Promise<void> => {
    if (this.#pattern?.test(sql) !== true) return;
    this.#reached.resolve();
    await this.#opened.promise;
  };
}

describe('a look ahead', () => {
  const limits = { maxSeconds: 10, maxMemoryBytes: 1e9 };
  let through = START;
  let plans: readonly ExperimentPlan[] = [];
  let number = 0;

  /** An attributor of one experiment of one unit, whose statements the gate lets pass. */
  async function begun(options: { readonly aheadShare?: number } = {}) {
    await new LiveWorld(worlds[0] ?? randomWorld(0, SIZE), stores, rows).begin();
    number += 1;
    const watched = guarded(experiment(`watched-${number}`, [spend()]));
    plans = [watched];
    const [gate, other] = [new Gate(), new Gate()];
    const commands: string[] = [];
    const found: LiveAttribution[] = [];
    const attributor = new Attributor({
      ...{ postgres: stores.postgres, logger: pino({ level: 'silent' }), holder: 'one', sole: true },
      clickhouse: waiting(stores.clickhouse, async (statement) => {
        await gate.pass(statement);
        await other.pass(statement);
        commands.push(statement.sql);
      }),
      ...{ reconcileEveryMs: 0, passOverEveryMs: 0, eraseEveryMs: 0, eraseAfterMs: 0 },
      ...{ aheadAfterMs: 1, ...options },
      watermark: async () => new Date(through),
      plans: async () => plans,
      ahead: (attributions) => void found.push(...attributions),
    });
    const settle = async () => {
      while ((await attributor.step()) !== 'idle');
    };
    await insert(watched.key, '1');
    await settle();
    return { watched, gate, other, commands, found, attributor, settle };
  }

  /** A unit's impression, and so many conversions. */
  async function insert(
    environment: string,
    unit: string,
    orders = 1,
    changes: Parameters<typeof impression>[2] = {},
  ): Promise<void> {
    const at = { receivedAt: through + 1 };
    await insertRows(stores.clickhouse, {
      impressions: [impression(environment, unit, { ...at, ...changes })],
      conversions: Array.from({ length: orders }, (_, index) =>
        order(environment, unit, 7, { ...at, id: `o${index}` }),
      ),
    });
    through += 2;
  }

  async function otherWork(): Promise<void> {
    const sql = 'SELECT sum(cityHash64(number)) FROM numbers(1000000)';
    for (let count = 0; count < 100; count += 1) await stores.clickhouse.query({ sql, limits });
  }

  /** A cycle over a second unit that has ended, while somebody still prepares to look ahead of it. */
  async function leaveBehind({ watched, gate, other, attributor }: Awaited<ReturnType<typeof begun>>) {
    await insert(watched.key, '2');
    const reached = gate.close(READS_MOMENTS);
    void other.close(/INTO touched_pairs_/);
    const cycle = attributor.step();
    await reached;
    other.open();
    expect(await cycle).toBe('cycle');
  }

  const unitsOf = (attribution: Pick<LiveAttribution, 'units'> | null | undefined) =>
    attribution?.units.reduce((sum, row) => sum + row.units, 0);

  it('goes on while a slice of another experiment’s moments is made', async () => {
    const { watched, gate, found, attributor, settle } = await begun();
    const other = experiment(`other-${number}`, [spend()], {
      environment: watched.environment,
      flag: 'other',
    });
    plans = [watched, other];
    const reached = gate.close(/INSERT INTO assignments/);
    const settled = settle();
    await reached;
    await insert(watched.key, '2');
    await expect.poll(() => found.length, { timeout: 20_000 }).toBeGreaterThan(0);
    expect(found.map(({ experiment: key }) => key)).toEqual([watched.key]);
    expect(unitsOf(found[0])).toBe(2);
    expect(unitsOf(await new LiveMoments(stores).read(watched.key))).toBe(1);
    gate.open();
    await settled;
    expect(unitsOf(await new LiveMoments(stores).read(watched.key))).toBe(2);
    await attributor.close();
  });

  it('leaves what many rows touch to the cycle, and whoever shares a conversion with it', async () => {
    const { watched, other, found, attributor, settle } = await begun({ aheadShare: 0 });
    const { environment } = watched;
    const of = (flag: string, event: string) =>
      guarded(
        experiment(
          `${flag}-${number}`,
          [spend({ key: event, source: { event, filters: [], aggregation: 'sum' } })],
          { environment, flag },
        ),
      );
    const [light, sharing] = [of('light', 'rare'), of('sharing', 'order')];
    plans = [watched, light, sharing];
    await settle();
    await insert(environment, '2', 600);
    for (const flag of ['light', 'sharing']) await insert(environment, `of-${flag}`, 1, { name: flag });
    found.length = 0;
    const reached = other.close(/INTO touched_pairs_/);
    const settled = settle();
    await reached;
    await expect.poll(() => found.length, { timeout: 20_000 }).toBeGreaterThan(0);
    expect(found.map(({ experiment: key }) => key)).toEqual([light.key]);
    other.open();
    await settled;
    for (const plan of plans)
      expect(unitsOf(await new LiveMoments(stores).read(plan.key))).toBeGreaterThan(0);
    await attributor.close();
  });

  it('comes before the statements of a cycle', async () => {
    const { watched, gate, other, commands, found, attributor, settle } = await begun();
    await insert(watched.key, '2');
    const reached = gate.close(/INTO touched_ahead_pairs_/);
    void other.close(/INTO touched_pairs_/);
    const settled = settle();
    await reached;
    other.open();
    await otherWork();
    expect(commands.filter((sql) => /INTO touched_conversions_/.test(sql))).toEqual([]);
    gate.open();
    await settled;
    expect(unitsOf(found[0])).toBe(2);
    expect(unitsOf(await new LiveMoments(stores).read(watched.key))).toBe(2);
    await attributor.close();
  });

  it('is thrown away where another process has taken over meanwhile', async () => {
    const { watched, gate, other, found, attributor } = await begun();
    await insert(watched.key, '2');
    const reached = gate.close(/INTO touched_ahead_pairs_/);
    void other.close(/INTO touched_pairs_/);
    const step = attributor.step().catch((error: unknown) => error);
    await reached;
    await stores.postgres.query('UPDATE attribution_shards SET fence = fence + 1');
    other.open();
    gate.open();
    expect(await step).toMatchObject({ code: 'conflict' });
    await attributor.settled();
    expect(found).toEqual([]);
    await attributor.close();
  });

  it('is over, however long it prepares, before the next cycle writes anything', async () => {
    const held = await begun();
    const { watched, gate, commands, attributor, settle } = held;
    await leaveBehind(held);
    await insert(watched.key, '3');
    commands.length = 0;
    const settled = settle();
    // Time enough for a cycle that does not wait.
    await otherWork();
    expect(commands.filter((sql) => /INTO touched_conversions_/.test(sql))).toHaveLength(1);
    expect(commands.filter((sql) => /INTO assignments/.test(sql))).toEqual([]);
    expect(unitsOf(await new LiveMoments(stores).read(watched.key))).toBe(2);
    gate.open();
    await settled;
    expect(unitsOf(await new LiveMoments(stores).read(watched.key))).toBe(3);
    await attributor.close();
  });

  it('is over before anything of a unit is removed', async () => {
    const held = await begun();
    const { watched, gate, commands, attributor } = held;
    await leaveBehind(held);
    const { postgres } = stores;
    const erasures = new Erasures({
      ...{ postgres, audit: new AuditLog(postgres), clock: () => new Date(through) },
    });
    await erasures.ask(systemActor('test'), { type: 'user', id: '2' }, null);
    through += 2;
    commands.length = 0;
    const erased = (async () => {
      for (let step = ''; step !== 'idle'; ) step = await attributor.step();
    })();
    const removes = () => commands.filter((sql) => /DELETE/.test(sql));
    // Time enough for an erasure that does not wait.
    await otherWork();
    expect(removes()).toEqual([]);
    gate.open();
    await erased;
    expect(removes().length).toBeGreaterThan(0);
    expect(unitsOf(await new LiveMoments(stores).read(watched.key))).toBe(1);
    await attributor.close();
  });
});
