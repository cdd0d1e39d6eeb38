import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AuditLog, systemActor } from '../../src/access/index.ts';
import { buildIdentity, type LiveAttribution } from '../../src/attribute/index.ts';
import { canonicalJson } from '../../src/canonical-json.ts';
import type { ExperimentPlan } from '../../src/catalogue/index.ts';
import { readAbsence } from '../../src/decide/absence.ts';
import { DecisionControls } from '../../src/decide/decision-controls.ts';
import { DecisionReader } from '../../src/decide/decision-reader.ts';
import {
  beat,
  DecideLoop,
  Decider,
  DecisionFeed,
  DecisionLog,
  unwatched,
  wordsThatEnded,
} from '../../src/decide/index.ts';
import { type DecideInput, decide } from '../../src/ruling/index.ts';
import type { Postgres } from '../../src/stores/postgres/index.ts';
import { openTestStore, TestClock, type TestStore } from '../access/fixture.ts';
import { attributionOf, momentsRow, planned, planOf, proportion, unitsRow } from '../analyse/fixtures.ts';
import { guardrail, POLICY } from '../ruling/rollout.ts';

const error = planned('guardrail', {
  ...{ key: 'error', type: 'proportion', direction: 'increaseIsBad', source: { event: 'error' } },
});
const START = '2026-02-01T00:00:00.000Z';
const by = { ...systemActor('x'), id: 'token:tok_1', name: 'Ada' };

let store: TestStore;
beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());

/** One environment with so many guarded flags, decided on by a loop whose every turn the test asks for. */
class World {
  readonly clock = new TestClock(START);
  readonly plans = new Map<string, ExperimentPlan>();
  /** Units and errors of treatment; control has a hundredth. */
  readonly errors = new Map<string, number>();
  /** The moments cannot be read. */
  away = false;
  /** Of the build, where it is not that of the plan. */
  identity: string | null = null;
  through = new Date(START);
  statements = 0;
  readonly log: DecisionLog;
  readonly feed: DecisionFeed;
  readonly decider: Decider;
  readonly reader: DecisionReader;
  readonly controls: DecisionControls;
  readonly loop: DecideLoop;
  #revision = 1;
  #turned = Promise.withResolvers<void>();

  readonly environment: string;

  constructor(environment: string, flags: number) {
    this.environment = environment;
    for (let n = 0; n < flags; n += 1) this.#add(`${environment}-${n}`);
    const postgres = this.#counting(store.postgres);
    this.log = new DecisionLog(postgres);
    this.feed = new DecisionFeed(this.log, () => undefined);
    const audit = new AuditLog(postgres);
    const now = this.clock.now;
    const planOfKey = (key: string) => this.plans.get(key) ?? ended.get(key);
    this.decider = new Decider({
      ...{ postgres, log: this.log, feed: this.feed, audit, now, engineVersion: '1' },
      catalogue: {
        plan: async (key) => planOfKey(key) as ExperimentPlan,
        runningPlans: async (_, keys) => keys.flatMap((key) => this.plans.get(key) ?? []),
      },
      live: {
        read: async (key) => this.#moments(key),
        readMany: async function* (keys) {
          for (const key of keys) yield read(key);
        },
      },
    });
    const read = (key: string) => this.#moments(key);
    this.reader = new DecisionReader({
      log: this.log,
      feed: this.feed,
      absence: (subject) => readAbsence(postgres, subject),
      now,
    });
    this.controls = new DecisionControls({ postgres, audit, decider: this.decider });
    let elapsed = 0;
    this.loop = new DecideLoop({
      ...{ decider: this.decider, logger: pino({ level: 'silent' }), now, elapsed: () => (elapsed += 1000) },
      guarded: async () =>
        [...this.plans.values()].map(({ key, flag }) => ({
          key,
          environment,
          flag,
          revision: this.#revision,
        })),
      // The other tests' environments are in the same store.
      unwatched: async (watched, most) =>
        (await unwatched(postgres, watched, most)).filter((one) => one.environment === environment),
      endedWords: (most) => wordsThatEnded(postgres, now(), most),
      progress: () => this.feed.progress(),
      beat: async (beats, held) => {
        await beat(
          postgres,
          beats.filter((one) => one.environment === environment),
          held,
        );
        this.#turned.resolve();
      },
    });
  }

  #add(key: string): void {
    this.plans.set(
      key,
      planOf({
        ...{ key, flag: key, environment: this.environment, metrics: [error] },
        ...{ guardrails: [guardrail()], decisions: POLICY },
      }),
    );
  }

  #moments(key: string): LiveAttribution {
    const plan = this.plans.get(key);
    if (this.away || plan === undefined) throw new Error('ClickHouse is away');
    return {
      ...attributionOf({
        dataThrough: this.through,
        units: [unitsRow('treatment', 1000), unitsRow('control', 1000)],
        moments: [
          momentsRow('error', 'treatment', proportion(this.errors.get(key) ?? 10, 1000)),
          momentsRow('error', 'control', proportion(10, 1000)),
        ],
      }),
      ...{ experiment: key, build: 1, identity: this.identity ?? buildIdentity(plan) },
    };
  }

  #counting(postgres: Postgres): Postgres {
    const query: Postgres['query'] = (sql, params) => {
      this.statements += 1;
      return postgres.query(sql, params);
    };
    return {
      ...{ pool: postgres.pool, ping: () => postgres.ping(), close: () => postgres.close() },
      query,
      transaction: (work) =>
        postgres.transaction((transaction) =>
          work({
            query: (sql, params) => {
              this.statements += 1;
              return transaction.query(sql, params);
            },
          }),
        ),
    };
  }

  /** Everything is received and attributed by now, unless data stands still; then the loop turns. */
  async turn({ data = true } = {}): Promise<void> {
    if (data) this.through = this.clock.now();
    this.loop.reached(this.through);
    this.#turned = Promise.withResolvers();
    this.loop.touched([]);
    this.loop.start();
    await this.#turned.promise;
    await this.feed.look();
  }

  async pass(seconds: number, options: { data?: boolean } = {}): Promise<void> {
    this.clock.advance(seconds * 1000);
    await this.turn(options);
  }

  end(key: string): void {
    const plan = this.plans.get(key);
    if (plan !== undefined) ended.set(key, plan);
    this.plans.delete(key);
  }

  read(n = 0) {
    return this.reader.read({
      environment: this.environment,
      flag: `${this.environment}-${n}`,
      treatment: 'treatment',
    });
  }

  told() {
    return this.log.since(this.environment, 0, 1000);
  }
}

const ended = new Map<string, ExperimentPlan>();
let worlds = 0;
let world: World;
const open = (flags: number): World => {
  worlds += 1;
  world = new World(`env${worlds}`, flags);
  return world;
};

describe('guarded flags that nothing happens to', () => {
  it('stay decided for hours, at a few statements a turn however many they are', async () => {
    const statements: number[] = [];
    for (const flags of [2, 40]) {
      open(flags);
      await world.turn();
      const decided = await world.told();
      expect(decided).toHaveLength(flags);
      const before = world.statements;
      for (let turn = 0; turn < 20; turn += 1) await world.pass(600);
      statements.push(world.statements - before);
      expect(await world.told()).toEqual(decided);
      const decision = await world.read();
      const at = world.clock.now().getTime();
      expect(decision).toMatchObject({
        ...{ verdict: 'pass', id: decided[0]?.id, dataThrough: new Date(at).toISOString() },
        validUntil: new Date(at + POLICY.validForSeconds * 1000).toISOString(),
      });
      // Nobody says that it holds, and it does no more.
      world.clock.advance(POLICY.validForSeconds * 1000);
      expect((await world.read()).verdict).toBe('stale');
      await world.loop.stop();
    }
    expect(statements[0]).toBe(statements[1]);
    // The list, people's words, the heartbeat, and how far all have come.
    expect(statements[0]).toBeLessThanOrEqual(20 * 4 + 4);
  });

  it('grow old with the data alone, all of them and once, and are young again when it comes', async () => {
    open(3);
    await world.turn();
    await world.pass(POLICY.staleAfterSeconds, { data: false });
    expect(await world.told()).toHaveLength(3);
    // Who reads it sees that before it is told.
    expect((await world.read()).verdict).toBe('stale');
    await world.pass(1, { data: false });
    await world.pass(1, { data: false });
    expect((await world.told()).slice(3).map(({ verdict }) => verdict)).toEqual(Array(3).fill('stale'));
    await world.pass(1);
    await world.pass(1);
    expect((await world.told()).slice(6).map(({ verdict }) => verdict)).toEqual(Array(3).fill('pass'));
    await world.loop.stop();
  });

  it('grow old in the same way while the moments cannot be read, and a breach stays one', async () => {
    open(2);
    world.errors.set(`${world.environment}-1`, 200);
    await world.turn();
    await world.pass(3600);
    world.away = true;
    world.loop.touched([`${world.environment}-0`]);
    await world.pass(POLICY.staleAfterSeconds, { data: false });
    expect(await world.told()).toHaveLength(2);
    for (let turn = 0; turn < 2; turn += 1) await world.pass(1, { data: false });
    const stale = (await world.told()).at(-1);
    expect(stale?.dataThrough).toBe(new Date(Date.parse(START) + 3_600_000).toISOString());
    const verdicts = (await world.told()).map(({ flag, verdict }) => `${flag.at(-1)} ${verdict}`);
    expect(verdicts).toEqual(['0 pass', '1 breach', '0 stale']);
    expect((await world.read(1)).verdict).toBe('breach');
    world.away = false;
    await world.pass(1);
    expect((await world.told()).at(-1)).toMatchObject({ verdict: 'pass' });
    await world.loop.stop();
  });

  it('are not old because their moments are made anew, however long nothing has happened to them', async () => {
    open(1);
    await world.turn();
    await world.pass(3600);
    const key = `${world.environment}-0`;
    const plan = world.plans.get(key) as ExperimentPlan;
    world.identity = 'of the plan before';
    world.plans.set(key, { ...plan });
    world.loop.touched([key]);
    await world.pass(1);
    expect(await world.read()).toMatchObject({ verdict: 'pass' });
    expect(await world.told()).toHaveLength(1);
    // What is received meanwhile is not in it.
    await world.pass(POLICY.staleAfterSeconds + 1);
    expect(await world.read()).toMatchObject({ verdict: 'stale' });
    world.identity = null;
    world.loop.touched([key]);
    await world.pass(1);
    expect(await world.read()).toMatchObject({ verdict: 'pass' });
    await world.loop.stop();
  });

  it('are excepted where they cannot be decided on, and then expire by what was said of them last', async () => {
    open(2);
    await world.turn();
    await world.pass(20);
    const broken = `${world.environment}-0`;
    const plan = world.plans.get(broken) as ExperimentPlan;
    // A definition that nobody can decide on.
    world.plans.set(broken, { ...plan, guardrails: null as never });
    world.loop.touched([broken]);
    await world.pass(20);
    await world.pass(9);
    expect((await world.read(0)).verdict).toBe('pass');
    await world.pass(1);
    expect((await world.read(0)).verdict).toBe('stale');
    expect((await world.read(1)).verdict).toBe('pass');
    world.plans.set(broken, plan);
    await world.pass(1);
    expect((await world.read(0)).verdict).toBe('pass');
    await world.loop.stop();
  });
});

describe('an experiment that does not run any more', () => {
  it('is told to be stale, once; what was stopped stays stopped without another word', async () => {
    open(2);
    world.errors.set(`${world.environment}-1`, 200);
    await world.turn();
    world.end(`${world.environment}-0`);
    world.end(`${world.environment}-1`);
    await world.pass(1);
    await world.pass(1);
    const told = await world.told();
    expect(told.map(({ verdict }) => verdict)).toEqual(['pass', 'breach', 'stale']);
    expect(told[2]).toMatchObject({ units: told[0]?.units, epoch: told[0]?.epoch });
    expect(told[2]?.reasons[0]).toMatch(/does not run any more/);
    const { evidence } = (await world.log.evidence(told[2]?.id ?? '')) ?? {};
    const again = { ...decide(evidence as DecideInput).document, sequence: 3 };
    expect(canonicalJson(again)).toBe(canonicalJson(told[2]));
    await world.pass(86_400);
    expect(await world.told()).toHaveLength(3);
    expect((await world.read(0)).verdict).toBe('stale');
    expect((await world.read(1)).verdict).toBe('breach');
    await world.loop.stop();
  });

  it('keeps a person’s word until its time', async () => {
    open(1);
    await world.turn();
    const until = new Date(world.clock.now().getTime() + 3_600_000).toISOString();
    const subject = {
      environment: world.environment,
      flag: `${world.environment}-0`,
      treatment: 'treatment',
    };
    const said = { verdict: 'inconclusive', guardrail: null, until, why: 'wait' } as const;
    await world.controls.override(by, subject, said);
    world.end(subject.flag);
    await world.pass(60);
    expect((await world.read()).verdict).toBe('inconclusive');
    await world.pass(3539);
    expect((await world.read()).verdict).toBe('inconclusive');
    await world.pass(1);
    expect(await world.read()).toMatchObject({ verdict: 'stale', override: null });
    await world.loop.stop();
  });
});

describe('what a person says', () => {
  it('ends at its time, whichever process heard it', async () => {
    open(1);
    await world.turn();
    const until = new Date(world.clock.now().getTime() + 3_600_000).toISOString();
    const subject = {
      environment: world.environment,
      flag: `${world.environment}-0`,
      treatment: 'treatment',
    };
    await world.controls.override(by, subject, { verdict: 'breach', guardrail: null, until, why: 'by hand' });
    await world.pass(3599);
    expect((await world.read()).verdict).toBe('breach');
    const told = (await world.told()).length;
    await world.pass(1);
    await world.pass(1);
    expect((await world.read()).verdict).toBe('pass');
    expect(await world.told()).toHaveLength(told + 1);
    await world.loop.stop();
  });
});

describe('a reader', () => {
  it('asks nothing while nothing is written, and never gives less than was told', async () => {
    open(3);
    await world.turn();
    for (const n of [0, 1, 2]) expect((await world.read(n)).verdict).toBe('pass');
    const before = world.statements;
    for (let time = 0; time < 100; time += 1) await world.read(time % 3);
    expect(world.statements).toBe(before);
    const same = await world.reader.answer({
      environment: world.environment,
      flag: 'nobody',
      treatment: 'x',
    });
    expect(same.decision.sequence).toBe(0);

    world.errors.set(`${world.environment}-1`, 200);
    world.loop.touched([`${world.environment}-1`]);
    const told = Promise.withResolvers<number>();
    const unlisten = world.feed.listen(world.environment, told.resolve);
    void world.turn();
    await told.promise;
    unlisten();
    expect((await world.read(1)).verdict).toBe('breach');
    await world.loop.stop();
  });

  it('has newer figures of the same decision at the next look, and the same answer until something changes', async () => {
    open(1);
    await world.turn();
    const subject = {
      environment: world.environment,
      flag: `${world.environment}-0`,
      treatment: 'treatment',
    };
    const first = await world.reader.answer(subject);
    await world.pass(2);
    expect((await world.reader.answer(subject)).etag).toBe(first.etag);
    world.errors.set(subject.flag, 11);
    world.loop.touched([subject.flag]);
    await world.pass(1);
    await world.feed.look();
    await new Promise((resolve) => setImmediate(resolve));
    const second = await world.reader.answer(subject);
    expect(second.decision.guardrails[0]?.estimate).not.toBe(first.decision.guardrails[0]?.estimate);
    expect(second.decision.sequence).toBe(first.decision.sequence);
    for (let turn = 0; turn < 5; turn += 1) {
      await world.pass(5);
      const { decision } = await world.reader.answer(subject);
      expect(Date.parse(decision.validUntil ?? '')).toBeGreaterThan(world.clock.now().getTime() + 15_000);
    }
    await world.loop.stop();
  });

  it('gives what it has while Postgres is away, until that has expired, and goes on when it is back', async () => {
    open(1);
    await world.turn();
    const before = await world.read();
    await world.loop.stop();
    world.log.progress = () => Promise.reject(new Error('Postgres is away'));
    world.log.current = () => Promise.reject(new Error('Postgres is away'));
    world.clock.advance(POLICY.validForSeconds * 1000 - 1);
    await world.feed.look();
    expect(await world.read()).toEqual(before);
    world.clock.advance(1);
    expect(await world.read()).toMatchObject({ verdict: 'stale', sequence: before.sequence });
    await expect(
      world.reader.read({ environment: world.environment, flag: 'new', treatment: 'x' }),
    ).rejects.toThrow();
  });
});
