import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AuditLog } from '../../src/access/index.ts';
import { EngineConnection } from '../../src/engines/connections/index.ts';
import { CREDENTIAL_MARK, RECORDED, type Recorded, type Setup } from './conformance/contracts.ts';
import { FakeEngine } from './conformance/fake-engine.ts';
import { newDecision } from './decisions.ts';
import { ACTOR, enginesOn, type Opened, openForTest } from './opened.ts';

const UNLEASH = RECORDED['Unleash'] as Recorded;

let opened: Opened;
const fakes: FakeEngine[] = [];
beforeEach(async () => {
  opened = await openForTest();
});
afterEach(async () => {
  await opened.close();
  for (const fake of fakes.splice(0)) await fake.close();
});

async function connect(
  recorded: Recorded = UNLEASH,
  { setup = {}, ...changes }: { setup?: Setup } & Record<string, unknown> = {},
): Promise<FakeEngine> {
  const fake = new FakeEngine(recorded.contract(setup));
  fakes.push(fake);
  opened.credential(recorded.kind, recorded.credential);
  await opened.connect(recorded.connection(await fake.listen(), changes));
  return fake;
}

const baseUrlOf = async () =>
  ((await opened.engines.connections.read('unleash')) as { baseUrl: string }).baseUrl;
const stops = (fake: FakeEngine) => fake.requests.filter(({ method }) => method !== 'GET');
const at = (seconds: number) => new Date(Date.parse('2026-03-02T09:30:00.000Z') + seconds * 1000);
const only = async () => {
  const all = await opened.all();
  expect(all).toHaveLength(1);
  return all[0] as (typeof all)[number];
};

describe('a breach', () => {
  it('is told, read back, and confirmed once impressions come without the treatment', async () => {
    const fake = await connect();
    const decision = await opened.decide(newDecision('breach'));
    await opened.look();
    expect(fake.serving()).toBe(false);
    expect(await only()).toMatchObject({
      status: 'acknowledged',
      decision: decision.id,
      sequence: decision.sequence,
      action: 'turnOff',
      reach: 'wholeFlag',
      attempts: 1,
      times: { sentAt: at(0).toISOString(), acknowledgedAt: at(0).toISOString(), confirmedAt: null },
    });

    // Callers poll: the treatment is met for some seconds more.
    opened.impressions = { last: at(4), heard: at(4.5), units: 12 };
    await opened.pass(5);
    expect((await only()).status).toBe('acknowledged');
    opened.impressions = { last: at(4), heard: at(14), units: 12 };
    await opened.pass(10);
    expect(await only()).toMatchObject({
      status: 'confirmed',
      times: { lastTreatmentAt: at(4).toISOString(), confirmedAt: at(15).toISOString(), escalatedAt: null },
    });
    await opened.pass(600);
    expect(stops(fake)).toHaveLength(1);
  });

  it('is not confirmed by silence: when no impressions come at all it is escalated', async () => {
    await connect();
    await opened.decide(newDecision('breach'));
    await opened.look();
    await opened.pass(3, 19);
    expect((await only()).status).toBe('acknowledged');
    await opened.pass(3);
    const escalated = await only();
    expect(escalated).toMatchObject({ status: 'escalated', times: { escalatedAt: at(60).toISOString() } });
    expect(escalated.detail).toMatch(/nothing shows whether it stopped/);
    expect(opened.logged.filter((line) => line.includes('may still be served'))).toHaveLength(1);
    expect(await opened.registry.metrics()).toContain(
      'assay_enforcements_escalated_total{connection="unleash"} 1',
    );

    // It goes on looking, and says so when it is shown at last.
    opened.impressions = { last: null, heard: at(75), units: 0 };
    await opened.pass(20);
    expect(await only()).toMatchObject({ status: 'confirmed', times: { escalatedAt: at(60).toISOString() } });
  });

  it('that goes on being served in spite of what the engine says is escalated', async () => {
    const fake = await connect();
    await opened.decide(newDecision('breach'));
    await opened.look();
    for (let second = 5; second <= 60; second += 5) {
      opened.impressions = { last: at(second), heard: at(second), units: 40 + second };
      await opened.pass(5);
    }
    expect(fake.serving()).toBe(false);
    expect(await only()).toMatchObject({
      status: 'escalated',
      times: { lastTreatmentAt: at(60).toISOString() },
    });
  });

  it('is tried densely through an outage', async () => {
    const fake = await connect();
    fake.fail('reset', 4);
    await opened.decide(newDecision('breach'));
    await opened.look();
    for (const seconds of [0.2, 0.5, 1, 2]) await opened.pass(seconds);
    expect(fake.serving()).toBe(false);
    const done = await only();
    expect(done).toMatchObject({ status: 'acknowledged', attempts: 5 });
    expect(done.times).toMatchObject({ sentAt: at(0).toISOString(), acknowledgedAt: at(3.7).toISOString() });
  });

  it('is escalated when the engine is out for longer than the limit, and done when it is back', async () => {
    const fake = await connect();
    fake.fail(503);
    await opened.decide(newDecision('breach'));
    await opened.look();
    await opened.pass(5, 12);
    expect(await only()).toMatchObject({ status: 'escalated', times: { acknowledgedAt: null } });
    fake.fail('reset', 0);
    await opened.pass(10);
    expect(fake.serving()).toBe(false);
    expect((await only()).times.acknowledgedAt).not.toBeNull();
  });

  it('is escalated at once where a person has to approve', async () => {
    await connect(UNLEASH, { setup: { approval: true } });
    await opened.decide(newDecision('breach'));
    await opened.look();
    expect(await only()).toMatchObject({ status: 'escalated', detail: expect.stringContaining('approval') });
  });

  it('is told again while the engine reads back that it is still served', async () => {
    const fake = await connect();
    await fetch(
      `${((await opened.engines.connections.read('unleash')) as { baseUrl: string }).baseUrl}${UNLEASH.stops.url.replace('/off', '')}`,
      {
        headers: { authorization: UNLEASH.credential },
      },
    );
    fake.fail('staleReads', 2);
    await opened.decide(newDecision('breach'));
    await opened.look();
    expect((await only()).status).toBe('waiting');
    await opened.pass(0.2);
    await opened.pass(0.5);
    expect(await only()).toMatchObject({ status: 'acknowledged', attempts: 3 });
  });

  it('of one flag waits for no other engine that hangs', async () => {
    const slow = await connect(UNLEASH, { key: 'slow', credentialFile: 'unleash' });
    const fast = await connect(RECORDED['Statsig'] as Recorded);
    slow.fail('slow');
    await opened.decide(newDecision('breach'));
    await opened.engines.loop.look();
    await expect.poll(() => fast.serving(), { timeout: 900, interval: 10 }).toBe(false);
    expect(slow.serving()).toBe(true);
  });
});

describe('what was confirmed', () => {
  /** Confirmed at the 15th second. */
  async function confirmed(changes: Record<string, unknown> = {}): Promise<FakeEngine> {
    const fake = await connect(UNLEASH, changes);
    await opened.decide(newDecision('breach'));
    await opened.look();
    opened.impressions = { last: at(4), heard: at(14), units: 12 };
    await opened.pass(15);
    expect((await only()).status).toBe('confirmed');
    return fake;
  }
  const confirmAgain = async (second: number) => {
    opened.impressions = { last: null, heard: at(second + 20), units: 0 };
    await opened.pass(20);
    expect((await only()).status).toBe('confirmed');
  };

  it('is looked at for as long as the decision stands, ever more rarely, and not after it', async () => {
    const fake = await confirmed();
    const before = fake.requests.length;
    await opened.pass(10, 360);
    const inFirstHour = fake.requests.length - before;
    expect(inFirstHour).toBe(120);
    await opened.pass(10, 360);
    expect(fake.requests.length - before - inFirstHour).toBeLessThanOrEqual(13);
    await opened.decide(newDecision('pass'));
    await opened.pass(1);
    const asked = fake.requests.length;
    fake.turnOn();
    await opened.pass(600, 3);
    expect(fake.requests.length).toBe(asked);
    expect(await only()).toMatchObject({ status: 'confirmed', reopened: 0 });
    expect(stops(fake)).toHaveLength(1);
  });

  it('is stopped again where somebody turned it on, twice at most, then left to people who are told once', async () => {
    const fake = await confirmed();
    let second = 15;
    for (const times of [1, 2]) {
      fake.turnOn();
      await opened.pass(30);
      second += 30;
      // Told at the next look.
      await opened.look();
      expect(fake.serving()).toBe(false);
      expect(await only()).toMatchObject({
        ...{ status: 'acknowledged', reopened: times },
        times: { reopenedAt: at(second).toISOString(), confirmedAt: null },
      });
      await confirmAgain(second);
      second += 20;
    }
    fake.turnOn();
    await opened.pass(30);
    const left = await only();
    expect(left).toMatchObject({ status: 'escalated', reopened: 3 });
    expect(left.detail).toMatch(/stop it by hand, or resume/);
    for (let hour = 0; hour < 24; hour += 1) await opened.pass(3600);
    expect(fake.serving()).toBe(true);
    expect(stops(fake)).toHaveLength(3);
    expect(opened.logged.filter((line) => line.includes('"level":50'))).toHaveLength(3);
    expect(await opened.registry.metrics()).toContain(
      'assay_enforcements_reopened_total{connection="unleash"} 3',
    );
    const { items } = await new AuditLog(opened.store.postgres).list({
      limit: 100,
      resource: `enforcements/${left.id}`,
    });
    expect(items.map(({ action }) => action).reverse()).toEqual([
      ...['enforce', 'acknowledged', 'confirmed'],
      ...['send', 'acknowledged', 'confirmed', 'send', 'acknowledged', 'confirmed', 'escalated'],
    ]);

    // A decision after a resume begins anew, also where both are read at once.
    await opened.decide(newDecision('pass'));
    await opened.decide(newDecision('breach'));
    await opened.pass(1);
    expect(fake.serving()).toBe(false);
    expect((await opened.all()).map(({ status }) => status)).toEqual(['acknowledged', 'released']);
  });

  it('is told to people at once where the connection says so', async () => {
    const fake = await confirmed({ whenServedAgain: 'escalate' });
    fake.turnOn();
    await opened.pass(30);
    expect(await only()).toMatchObject({ status: 'escalated', reopened: 1 });
    await opened.pass(30, 10);
    expect(stops(fake)).toHaveLength(1);
    await fetch(`${await baseUrlOf()}${UNLEASH.stops.url}`, {
      ...{ method: 'POST', headers: { authorization: UNLEASH.credential } },
    });
    await opened.pass(30);
    expect(await only()).toMatchObject({ status: 'confirmed', reopened: 1 });
  });

  it('is told to people where it is met again though the engine says that it is off', async () => {
    const fake = await confirmed();
    // An impression from before, that came late, is none.
    opened.impressions = { last: at(14), heard: at(40), units: 1 };
    await opened.pass(30);
    expect((await only()).status).toBe('confirmed');
    opened.impressions = { last: at(70), heard: at(70), units: 9 };
    await opened.pass(30);
    expect(await only()).toMatchObject({
      ...{ status: 'escalated', detail: expect.stringContaining('look at the callers') },
      times: { lastTreatmentAt: at(70).toISOString() },
    });
    expect(stops(fake)).toHaveLength(1);
  });

  it('is stopped again by the impressions alone where the engine cannot be asked', async () => {
    const fake = await confirmed();
    fake.turnOn();
    fake.fail(503, 1);
    await opened.pass(30);
    expect((await only()).status).toBe('confirmed');
    opened.impressions = { last: at(70), heard: at(70), units: 9 };
    fake.fail(503, 1);
    await opened.pass(30);
    await opened.look();
    expect(fake.serving()).toBe(false);
    expect(await only()).toMatchObject({ status: 'acknowledged', reopened: 1 });
  });
});

describe('order', () => {
  it('takes each decision once, whoever follows and however often', async () => {
    const fake = await connect();
    const other = enginesOn(opened.world);
    await opened.decide(newDecision('inconclusive'));
    await opened.decide(newDecision('breach'));
    await Promise.all([opened.look(), other.loop.look()]);
    await Promise.all([opened.look(), other.loop.look()]);
    await other.loop.stop();
    expect(await opened.all()).toHaveLength(1);
    expect(stops(fake)).toHaveLength(1);
  });

  it('takes the latest of what happened while nobody followed', async () => {
    const fake = await connect();
    await opened.decide(newDecision('breach'));
    await opened.decide(newDecision('pass'));
    await opened.look();
    expect(await opened.all()).toEqual([]);
    expect(stops(fake)).toEqual([]);
  });

  it('goes on with what is under way when the same is decided again, and its limit stays', async () => {
    const fake = await connect();
    await opened.decide(newDecision('breach'));
    await opened.look();
    for (let again = 0; again < 12; again += 1) {
      await opened.decide(newDecision('breach', { reasons: [`Another guardrail, ${again}.`] }));
      await opened.pass(5);
    }
    expect(await only()).toMatchObject({ status: 'escalated' });
    expect(stops(fake)).toHaveLength(1);
  });

  it('ends what a later decision no longer asks for, and turns nothing on again', async () => {
    const fake = await connect();
    fake.fail(503);
    await opened.decide(newDecision('breach'));
    await opened.look();
    const tried = stops(fake).length;
    await opened.decide(newDecision('pass'));
    fake.fail('reset', 0);
    await opened.pass(30, 3);
    expect((await only()).status).toBe('released');
    expect(stops(fake)).toHaveLength(tried);
  });

  it.each([
    ['', true],
    [', both read at once', false],
  ])('acts again on a breach after a resume%s', async (_, between) => {
    const fake = await connect();
    await opened.decide(newDecision('breach'));
    await opened.look();
    await opened.decide(newDecision('pass'));
    if (between) await opened.pass(1);
    await opened.decide(newDecision('breach'));
    await opened.look();
    expect((await opened.all()).map(({ status }) => status)).toEqual(['acknowledged', 'released']);
    expect(stops(fake)).toHaveLength(2);
  });

  it('lists those of one moment by their decisions, latest first, a page at a time', async () => {
    await connect();
    for (let again = 0; again < 4; again += 1) {
      await opened.decide(newDecision('breach'));
      await opened.look();
      await opened.decide(newDecision('pass'));
      await opened.look();
    }
    const listed: number[] = [];
    let cursor: string | undefined;
    do {
      const page = await opened.engines.enforcements.list({ environment: 'production', limit: 1, cursor });
      listed.push(...page.items.map(({ sequence }) => sequence));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(new Set((await opened.all()).map(({ times }) => times.takenAt)).size).toBe(1);
    expect(listed).toHaveLength(4);
    expect(listed).toEqual(listed.toSorted((a, b) => b - a));
  });

  it.each(['INSERT INTO enforcements', 'INSERT INTO audit_events', 'COMMIT'])(
    'takes a decision that another process died with before %s',
    async (statement) => {
      const fake = await connect();
      await opened.decide(newDecision('breach'));
      const { postgres } = opened.store;
      const died = () => Promise.reject(new Error('the process is gone'));
      const dead = enginesOn({
        ...opened.world,
        postgres: {
          ...{ pool: postgres.pool, ping: () => postgres.ping(), close: () => postgres.close() },
          query: (sql, params) => postgres.query(sql, params),
          transaction: (work) =>
            postgres.transaction(async (transaction) => {
              await work({
                query: (sql, params) => (sql.includes(statement) ? died() : transaction.query(sql, params)),
              });
              return died();
            }),
        },
      });
      await dead.loop.look();
      expect(await opened.all()).toEqual([]);
      await opened.look();
      expect(fake.serving()).toBe(false);
      expect((await only()).status).toBe('acknowledged');
      expect(stops(fake)).toHaveLength(1);
    },
  );

  it('finishes what another process died in', async () => {
    const fake = await connect();
    await opened.decide(newDecision('breach'));
    // It claims, and is never heard of again.
    const dead = enginesOn({ ...opened.world, fetch: () => new Promise(() => undefined) });
    await dead.loop.look();
    await opened.pass(5);
    expect(fake.serving()).toBe(true);
    await opened.pass(16);
    expect(fake.serving()).toBe(false);
    expect((await only()).status).toBe('acknowledged');
  });
});

describe('what an engine is connected to', () => {
  it('includes what was stopped before it was connected', async () => {
    await opened.decide(newDecision('breach'));
    await opened.look();
    const fake = await connect();
    await opened.look();
    expect(fake.serving()).toBe(false);
    expect((await only()).status).toBe('acknowledged');
  });

  it('is its own environment and flags alone', async () => {
    const fake = await connect();
    await opened.decide(newDecision('breach', { flag: 'search' }));
    await opened.decide(newDecision('breach', { environment: 'staging' }));
    await opened.look();
    expect(await opened.all()).toEqual([]);
    expect(fake.serving()).toBe(true);
  });

  it('in dry run is told what would be sent, and nothing is; armed later, it is sent', async () => {
    const fake = await connect(UNLEASH, { dryRun: true });
    await opened.decide(newDecision('breach'));
    await opened.look();
    await opened.pass(100);
    const dry = await only();
    expect(dry).toMatchObject({ status: 'dryRun', dryRun: true });
    expect(dry.detail).toContain(`would POST ${UNLEASH.stops.url}`);
    expect(fake.requests).toEqual([]);

    const {
      revision: _,
      createdAt: __,
      updatedAt: ___,
      ...known
    } = await opened.engines.connections.read('unleash');
    const armed = EngineConnection.parse({ ...known, dryRun: false });
    await opened.engines.connections.replace({ actor: ACTOR }, 'unleash', [1], armed);
    await opened.look();
    expect(fake.serving()).toBe(false);
  });
});

describe('a decision to pause', () => {
  it('pauses a ramp and is done, since what is served stays', async () => {
    const fake = await connect(RECORDED['a ramp of GrowthBook'] as Recorded);
    await opened.decide(newDecision('breach', { action: 'pause' }));
    await opened.look();
    expect(await only()).toMatchObject({ action: 'pause', status: 'confirmed' });
    expect(fake.serving()).toBe(true);
    await opened.decide(newDecision('breach', { action: 'rollback' }));
    await opened.look();
    expect(fake.serving()).toBe(false);
  });

  it('turns off an engine without a ramp, unless its connection says to leave it', async () => {
    const fake = await connect();
    const left = await connect(RECORDED['Statsig'] as Recorded, { whenPaused: 'leave' });
    await opened.decide(newDecision('breach', { action: 'pause' }));
    await opened.look();
    expect(fake.serving()).toBe(false);
    expect(left.serving()).toBe(true);
  });
});

describe('what is remembered', () => {
  it('is every step in the audit log, by the service itself, and no credential anywhere', async () => {
    const fake = await connect();
    fake.fail(500, 1);
    await opened.decide(newDecision('breach'));
    await opened.look();
    await opened.pass(3);
    opened.impressions = { last: null, heard: at(30), units: 0 };
    await opened.pass(30);
    const one = await only();
    const audit = await new AuditLog(opened.store.postgres).list({
      limit: 100,
      resource: `enforcements/${one.id}`,
    });
    expect(audit.items.map(({ action }) => action).reverse()).toEqual([
      'enforce',
      'send',
      'acknowledged',
      'confirmed',
    ]);
    expect(audit.items.every(({ actor }) => actor.id === 'system:enforcement')).toBe(true);

    const told = JSON.stringify([
      await opened.all(),
      await opened.engines.connections.read('unleash'),
      await opened.engines.preflights.of(await opened.engines.connections.read('unleash')),
      (await new AuditLog(opened.store.postgres).list({ limit: 100 })).items,
      await opened.store.postgres.query('SELECT * FROM enforcements'),
      opened.logged,
      await opened.registry.metrics(),
    ]);
    expect(fake.requests[0]?.headers.authorization).toContain(CREDENTIAL_MARK);
    expect(told).not.toContain(CREDENTIAL_MARK);
  });

  it('names a credential’s file that is missing, and tries again', async () => {
    const fake = new FakeEngine(UNLEASH.contract({}));
    fakes.push(fake);
    await opened.connect(UNLEASH.connection(await fake.listen()));
    await opened.decide(newDecision('breach'));
    await opened.look();
    expect((await only()).detail).toBe('The credential file "unleash" cannot be read (ENOENT).');
    opened.credential('unleash', UNLEASH.credential);
    await opened.pass(1);
    expect(fake.serving()).toBe(false);
  });
});

describe('the impressions that cannot be read', () => {
  it('confirm nothing', async () => {
    await connect();
    opened.world.seen = () => Promise.reject(new Error('gone'));
    const engines = enginesOn(opened.world);
    await opened.decide(newDecision('breach'));
    for (let second = 0; second < 70; second += 5) {
      opened.clock.advance(5000);
      await engines.loop.look();
      await engines.loop.stop();
    }
    expect(await only()).toMatchObject({
      status: 'escalated',
      detail: expect.stringContaining('cannot be read'),
    });
  });
});
