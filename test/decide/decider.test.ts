import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AuditLog, systemActor } from '../../src/access/index.ts';
import { buildIdentity, type LiveAttribution } from '../../src/attribute/index.ts';
import type { ExperimentPlan } from '../../src/catalogue/index.ts';
import { readAbsence } from '../../src/decide/absence.ts';
import { versionOf } from '../../src/decide/decision-answer.ts';
import { DecisionControls } from '../../src/decide/decision-controls.ts';
import { DecisionReader } from '../../src/decide/decision-reader.ts';
import { DecisionWaits } from '../../src/decide/decision-waits.ts';
import { Decider, type Decision, DecisionFeed, DecisionLog } from '../../src/decide/index.ts';
import type { Postgres } from '../../src/stores/postgres/index.ts';
import { openTestStore, TestClock, type TestStore } from '../access/fixture.ts';
import {
  attributionOf,
  epoch,
  momentsRow,
  planned,
  planOf,
  proportion,
  unitsRow,
} from '../analyse/fixtures.ts';
import { guardrail, POLICY } from '../ruling/rollout.ts';

const error = planned('guardrail', {
  ...{ key: 'error', type: 'proportion', direction: 'increaseIsBad', source: { event: 'error' } },
});
const HOUR = 3_600_000;

let store: TestStore;
let clock: TestClock;
let plan: ExperimentPlan;
let live: LiveAttribution | null;
/** Statements with this in them fail. */
let failing: string | null;
let flags = 0;

/** The store, in which a statement can be made to fail as if the process had died before it. */
function breaking(postgres: Postgres): Postgres {
  const guarded = <T>(sql: string, run: () => Promise<T>) =>
    failing !== null && sql.includes(failing) ? Promise.reject(new Error('the process is gone')) : run();
  return {
    ...{ pool: postgres.pool, ping: () => postgres.ping(), close: () => postgres.close() },
    query: (sql, params) => guarded(sql, () => postgres.query(sql, params)),
    transaction: (work) =>
      postgres.transaction((transaction) =>
        work({ query: (sql, params) => guarded(sql, () => transaction.query(sql, params)) }),
      ),
  };
}

function parts() {
  const postgres = breaking(store.postgres);
  const log = new DecisionLog(postgres);
  const feed = new DecisionFeed(log, () => undefined);
  const audit = new AuditLog(postgres);
  const decider = new Decider({
    ...{ postgres, log, feed, audit, now: clock.now, engineVersion: '1' },
    catalogue: {
      plan: async () => plan,
      runningPlans: async (_, keys) => (keys.includes(plan.key) ? [plan] : []),
    },
    live: {
      read: async () => live,
      readMany: async function* (keys) {
        if (live !== null && keys.includes(plan.key)) yield live;
      },
    },
  });
  const reader = new DecisionReader({
    log,
    feed,
    absence: (subject) => readAbsence(postgres, subject),
    now: clock.now,
  });
  const controls = new DecisionControls({ postgres, audit, decider });
  return { log, feed, audit, decider, reader, controls };
}

beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());
beforeEach(() => {
  flags += 1;
  failing = null;
  clock = new TestClock('2026-02-01T00:00:00Z');
  plan = planOf({
    ...{ key: `checkout-${flags}`, environment: `env-${flags}`, metrics: [error] },
    ...{ guardrails: [guardrail()], decisions: POLICY },
  });
  live = at([1000, 10], [1000, 10]);
});

/** What the moments say: units and errors of treatment and control. */
function at(treatment: readonly [number, number], control: readonly [number, number]): LiveAttribution {
  return {
    ...attributionOf({
      dataThrough: clock.now(),
      units: [unitsRow('treatment', treatment[0]), unitsRow('control', control[0])],
      moments: [
        momentsRow('error', 'treatment', proportion(treatment[1], treatment[0])),
        momentsRow('error', 'control', proportion(control[1], control[0])),
      ],
    }),
    ...{ experiment: plan.key, build: 1, identity: buildIdentity(plan) },
  };
}

const subject = () => ({ environment: plan.environment, flag: plan.flag, treatment: 'treatment' });
const decisions = async () => new DecisionLog(store.postgres).since(plan.environment, 0, 100);

describe('an evaluation', () => {
  it('knows what it has decided from, so that what touches an experiment and changes nothing costs nothing', async () => {
    const { decider } = parts();
    const ahead = async () => {
      const reading = (await decider.readAhead([plan.key, 'unknown'])).get(plan.key);
      if (reading === undefined) throw new Error('nothing was read');
      return reading;
    };
    const first = await ahead();
    expect(decider.hasSeen(first)).toBe(false);
    const [alone] = (await decider.evaluate(plan.key)).decisions;
    expect(decider.hasSeen(first)).toBe(true);
    const [same] = (await decider.evaluate(plan.key, first)).decisions;
    expect(same).toEqual(alone);
    clock.advance(1000);
    expect(decider.hasSeen(await ahead())).toBe(true);
    live = at([1000, 60], [1000, 10]);
    const second = await ahead();
    expect(decider.hasSeen(second)).toBe(false);
    expect((await decider.evaluate(plan.key, second)).decisions[0]?.units).toEqual(alone?.units);
    plan = { ...plan, guardrails: [guardrail({ armed: false })] };
    expect(decider.hasSeen(await ahead())).toBe(false);
    live = null;
    expect((await ahead()).noLook).toMatch(/moments are not made yet/);
  });

  it('does not unsee what was seen ahead of a cycle whose process died', async () => {
    const { decider } = parts();
    clock.advance(60_000);
    live = at([1000, 60], [1000, 10]);
    const [seen] = (await decider.evaluate(plan.key)).decisions;
    expect(seen?.verdict).toBe('breach');
    const ahead = live;
    // The moments of a new process have not come so far.
    live = { ...at([990, 10], [1000, 10]), dataThrough: new Date(clock.now().getTime() - 5000) };
    const behind = parts();
    const [decision] = (await behind.decider.evaluate(plan.key)).decisions;
    expect(decision).toMatchObject({ dataThrough: ahead.dataThrough.toISOString(), units: seen?.units });
    clock.advance(1000);
    live = at([1100, 70], [1100, 10]);
    const [next] = (await behind.decider.evaluate(plan.key)).decisions;
    expect(next).toMatchObject({ dataThrough: live.dataThrough.toISOString() });
  });

  it('keeps decisions in order, and newer figures of the same one without another', async () => {
    const { decider, log } = parts();
    const [first] = (await decider.evaluate(plan.key)).decisions;
    live = at([1500, 15], [1500, 15]);
    await decider.evaluate(plan.key);
    live = at([2000, 100], [2000, 20]);
    const [stopped] = (await decider.evaluate(plan.key)).decisions;
    expect((await decisions()).map(({ sequence, verdict }) => [sequence, verdict])).toEqual([
      [1, 'pass'],
      [2, 'breach'],
    ]);
    expect(first).toMatchObject({ sequence: 1, units: { treatment: 1000 } });
    expect(await log.current(plan.environment, plan.flag, 'treatment')).toEqual(stopped);
  });

  it.each([
    'UPDATE decision_states',
    'INSERT INTO decisions',
    'error_budget_grants',
    'INSERT INTO current_decisions',
    'audit_events',
  ])(
    'that dies before %s has decided nothing, and is made again as it would have been',
    async (statement) => {
      const { decider } = parts();
      failing = statement;
      await expect(decider.evaluate(plan.key)).rejects.toThrow('the process is gone');
      expect(await decisions()).toEqual([]);
      failing = null;
      await parts().decider.evaluate(plan.key);
      live = at([2000, 100], [2000, 20]);
      failing = statement === 'error_budget_grants' ? 'UPDATE decision_states' : statement;
      await expect(parts().decider.evaluate(plan.key)).rejects.toThrow('the process is gone');
      failing = null;
      const {
        decisions: [stopped],
      } = await parts().decider.evaluate(plan.key);
      expect((await decisions()).map(({ sequence, verdict }) => [sequence, verdict])).toEqual([
        [1, 'pass'],
        [2, 'breach'],
      ]);
      expect(stopped?.guardrails[0]?.alpha).toBeCloseTo(0.01 * (6 / Math.PI ** 2), 15);
    },
  );

  it('by two processes at once decides once', async () => {
    const [one, other] = [parts().decider, parts().decider];
    await Promise.all([one.evaluate(plan.key), other.evaluate(plan.key), one.evaluate(plan.key)]);
    expect(await decisions()).toHaveLength(1);
  });

  it('leaves a flag to the experiment that has it by now, however late it comes', async () => {
    const first = plan;
    const second = { ...plan, key: `${plan.key}-next`, start: new Date(first.start.getTime() + HOUR) };
    const both = async (now: string) => {
      clock = new TestClock(now);
      const decided: string[] = [];
      for (const one of [first, second]) {
        plan = one;
        live = at([1000, 10], [1000, 10]);
        const [decision] = (await parts().decider.evaluate(one.key)).decisions;
        if (decision !== undefined) decided.push(decision.experiment ?? '');
      }
      return decided;
    };
    const status = (key: string, to: string) =>
      store.postgres.query('UPDATE experiments SET status = $2 WHERE key = $1', [key, to]);
    for (const { key, start } of [first, second]) {
      const { environment, flag } = plan;
      const definition = { environment, flag, start: start.toISOString(), guardrails: [], decisions: {} };
      await store.postgres.query(
        `INSERT INTO experiments (key, definition, status, revision, created_at, updated_at)
         VALUES ($1, $2::jsonb, 'running', 1, now(), now())`,
        [key, JSON.stringify(definition)],
      );
    }
    expect(await both(first.start.toISOString())).toEqual([first.key]);
    expect(await both(second.start.toISOString())).toEqual([second.key]);
    const remembered = () =>
      store.postgres.query('SELECT experiment FROM decision_states WHERE flag = $1 AND environment = $2', [
        plan.flag,
        plan.environment,
      ]);
    // What was read before it was stopped, or of one whose successor was stopped.
    await status(first.key, 'stopped');
    expect(await both(second.start.toISOString())).toEqual([second.key]);
    await status(first.key, 'running');
    await status(second.key, 'stopped');
    expect(await both(new Date(second.start.getTime() + HOUR).toISOString())).toEqual([second.key]);
    expect(await remembered()).toEqual([{ experiment: second.key }]);
    // A person's word that was meant for the one before.
    plan = first;
    await expect(
      parts().decider.amend(first.key, 'treatment', async (_, state) => state),
    ).rejects.toMatchObject({
      code: 'conflict',
    });
    expect(await remembered()).toEqual([{ experiment: second.key }]);
  });

  it('does not take units of a new epoch for those of the one before, while moments are made anew', async () => {
    const { decider } = parts();
    await decider.evaluate(plan.key);
    plan = {
      ...plan,
      epochs: [...plan.epochs, { ...epoch(2, { control: 1, treatment: 9 }), effectiveAt: clock.now() }],
    };
    clock.advance(1000);
    // The old build counts nine treatments for each control as epoch 1.
    const before = { ...at([10_000, 100], [2000, 20]), identity: 'of the plan before' };
    live = before;
    const [waiting] = (await decider.evaluate(plan.key)).decisions;
    expect(waiting).toMatchObject({ verdict: 'pass', epoch: '1', units: { treatment: 1000 } });
    clock.advance(POLICY.staleAfterSeconds * 1000);
    expect((await decider.evaluate(plan.key)).decisions[0]).toMatchObject({ verdict: 'stale', epoch: '1' });
  });

  it('does not trust moments that were found to be wrong', async () => {
    const { decider } = parts();
    live = {
      ...at([2000, 100], [2000, 20]),
      provenance: { source: 'moments', verifiedAt: null, largestDifference: 1, untrusted: true },
    };
    const [decision] = (await decider.evaluate(plan.key)).decisions;
    expect(decision).toMatchObject({ verdict: 'stale', dataThrough: null });
    expect(decision?.reasons[0]).toMatch(/differ from what raw rows give/);
  });
});

describe('what people say', () => {
  const by = { ...systemActor('x'), id: 'token:tok_1', name: 'Ada' };

  it('is audited and decided on in one transaction, or not at all', async () => {
    const { decider, controls, reader, audit } = parts();
    live = at([2000, 100], [2000, 20]);
    await decider.evaluate(plan.key);
    failing = 'UPDATE decision_states';
    await expect(controls.resume(by, subject(), { why: 'fixed' })).rejects.toThrow('the process is gone');
    failing = null;
    const resource = `decisions/${plan.environment}/${plan.flag}/treatment`;
    const actions = async () =>
      (await audit.list({ resource, limit: 10 })).items.map(({ action, actor, why }) => [
        action,
        actor.name,
        why,
      ]);
    expect(await actions()).toEqual([['decide', 'decide', expect.stringMatching(/^"error" rose/)]]);
    expect((await reader.read(subject())).verdict).toBe('breach');
    const resumed = await controls.resume(by, subject(), { why: 'fixed' });
    expect(resumed.verdict).toBe('pass');
    expect((await reader.read(subject())).id).toBe(resumed.id);
    expect(
      (await actions())
        .slice(0, 2)
        .map(([action]) => action)
        .sort(),
    ).toEqual(['decide', 'resume']);
    await expect(controls.resume(by, subject(), { why: 'again' })).rejects.toMatchObject({
      code: 'conflict',
    });
  });

  it('ends at its time by the clock alone', async () => {
    const { decider, controls } = parts();
    await decider.evaluate(plan.key);
    const until = new Date(clock.now().getTime() + HOUR).toISOString();
    const said = { verdict: 'breach', guardrail: null, until, why: 'by hand' } as const;
    expect((await controls.override(by, subject(), said)).verdict).toBe('breach');
    clock.advance(HOUR);
    live = at([1000, 10], [1000, 10]);
    expect((await decider.evaluate(plan.key)).decisions[0]).toMatchObject({
      verdict: 'pass',
      override: null,
    });
    await expect(controls.override(by, subject(), said)).rejects.toMatchObject({ code: 'unprocessable' });
  });
});

describe('a reader', () => {
  it('finds a decision stale that nobody has renewed, whoever was to; what was stopped stays stopped', async () => {
    const { decider, reader } = parts();
    await decider.evaluate(plan.key);
    expect(await reader.read(subject())).toMatchObject({ verdict: 'pass', action: 'proceed' });
    clock.advance(POLICY.validForSeconds * 1000);
    const expired = await reader.read(subject());
    expect(expired).toMatchObject({ verdict: 'stale', action: 'hold', score: null, sequence: 1 });
    expect(expired.reasons[0]).toMatch(/was not renewed/);
    live = at([2000, 100], [2000, 20]);
    await decider.evaluate(plan.key);
    clock.advance(HOUR);
    expect((await reader.read(subject())).verdict).toBe('breach');
  });

  it('that waits is told of the next decision at once, and of nothing else', async () => {
    const { decider, reader, feed } = parts();
    const waits = new DecisionWaits({ reader, feed, now: clock.now });
    const [first] = (await decider.evaluate(plan.key)).decisions;
    const gone = new AbortController();
    const next = waits.next(subject(), versionOf(first as Decision), 600_000, gone.signal);
    live = at([1500, 15], [1500, 15]);
    await decider.evaluate(plan.key);
    live = at([2000, 100], [2000, 20]);
    await decider.evaluate(plan.key);
    expect((await next).verdict).toBe('breach');
    const waiting = waits.next(subject(), versionOf(await next), 600_000, gone.signal);
    waits.stop();
    expect((await waiting).verdict).toBe('breach');
  });
});
