import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Worker } from 'node:worker_threads';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { admit, Tokens } from '../../src/access/index.ts';
import { DecisionReader } from '../../src/decide/decision-reader.ts';
import {
  type Decision,
  DecisionFeed,
  DecisionLog,
  DecisionPort,
  readAbsence,
} from '../../src/decide/index.ts';
import { Admissions } from '../../src/decide/port/admissions.ts';
import { DecisionServer } from '../../src/decide/port/decision-server.ts';
import { AppError } from '../../src/errors.ts';
import { openTestStore, type TestStore } from '../access/fixture.ts';
import { newDecision } from '../engines/decisions.ts';

const logger = pino({ level: 'silent' });
const HOUR = 3_600_000;
const PATIENT = { timeout: 20_000 };

let store: TestStore;
let tokens: Tokens;
let token: string;
let log: DecisionLog;
let feed: DecisionFeed;
let port: DecisionPort;
let base: string;
let environments = 0;
let environment: string;
/** What the service is asked, while it is asked; rejects where it cannot answer. */
let asked: string[];
let away: boolean;

const threads: Worker[] = [];
const threadMade = (thread: Worker) => threads.push(thread);

beforeAll(async () => {
  process.on('worker', threadMade);
  store = await openTestStore();
  tokens = new Tokens({ postgres: store.postgres, clock: () => new Date() });
  token = await mint('decisions:read');
});
afterAll(async () => {
  process.off('worker', threadMade);
  await store.close();
});
beforeEach(async () => {
  environments += 1;
  environment = `env-${environments}`;
  log = new DecisionLog(store.postgres);
  feed = new DecisionFeed(log, () => undefined);
  asked = [];
  away = false;
  port = portOn(0);
  base = `http://127.0.0.1:${await port.start()}/api/v1/decisions`;
});
afterEach(() => port.close());

async function mint(scope: 'decisions:read' | 'results:read'): Promise<string> {
  const actor = { id: 'test', name: 'test', scopes: [scope] };
  return (await tokens.mint(actor, { name: 'gate', scopes: [scope], expiresInDays: 1 })).token;
}

function portOn(number: number): DecisionPort {
  const counted = <T>(what: string, answer: () => Promise<T>): Promise<T> => {
    asked.push(what);
    return away ? Promise.reject(new AppError('store-failed', 'Postgres is away.')) : answer();
  };
  return new DecisionPort({
    ...{ port: number, host: '127.0.0.1', feed, logger },
    log: {
      current: (...subject) => counted('current', () => log.current(...subject)),
      changedSince: (...since) => counted('changedSince', () => log.changedSince(...since)),
    },
    absence: (subject) => counted('absence', () => readAbsence(store.postgres, subject)),
    admit: async (authorization) => {
      await admit(tokens, authorization, 'decisions:read');
      return null;
    },
  });
}

/** Decides what holds for an hour, and tells of it, as the decider does; then it is looked, as every quarter of a second. */
async function decide(verdict: Decision['verdict'], changes = {}): Promise<Decision> {
  const validUntil = new Date(Date.now() + HOUR).toISOString();
  const renewal = { seconds: 3600, dataSeconds: null };
  const [kept] = await log.append(environment, [
    newDecision(verdict, { environment, validUntil, renewal, ...changes }),
  ]);
  if (kept === undefined) throw new Error('nothing was appended');
  feed.announce(environment, kept.sequence);
  await feed.look();
  return kept;
}

function read(headers: Record<string, string> = {}, init: RequestInit = {}): Promise<Response> {
  return fetch(`${base}/${environment}/checkout/treatment`, {
    ...init,
    headers: { authorization: `Bearer ${token}`, ...headers },
  });
}

const verdictOf = async (response: Response) => ((await response.json()) as Decision).verdict;

describe('a read', () => {
  it('is answered as by the service itself, with its tag, and 304 to who has it', async () => {
    const decided = await decide('pass');
    const reader = new DecisionReader({
      ...{ log, feed, now: () => new Date() },
      absence: (subject) => readAbsence(store.postgres, subject),
    });
    const expected = await reader.answer({ environment, flag: 'checkout', treatment: 'treatment' });
    const first = await read();
    expect(first.status).toBe(200);
    expect(await first.text()).toBe(expected.body);
    expect(expected.decision).toEqual(decided);
    expect(first.headers.get('etag')).toBe(expected.etag);
    expect(first.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(first.headers.get('cache-control')).toBe('private, no-cache');
    expect(first.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    const again = await read({ 'if-none-match': expected.etag });
    expect([again.status, await again.text()]).toEqual([304, '']);
    const head = await read({}, { method: 'HEAD' });
    expect([head.status, await head.text(), head.headers.get('etag')]).toEqual([200, '', expected.etag]);
  });

  it('is answered from memory: the service is asked once', async () => {
    await decide('pass');
    await read();
    asked = [];
    away = true;
    for (let again = 0; again < 20; again += 1) expect((await read()).status).toBe(200);
    expect(asked).toEqual([]);
  });

  it('is answered while the service’s own thread can do nothing at all', async () => {
    await decide('pass');
    await read();
    const shared = new Int32Array(new SharedArrayBuffer(4));
    const client = new Worker(
      `const { parentPort, workerData } = require('node:worker_threads');
       const { shared, url, authorization } = workerData;
       const read = () => fetch(url, { headers: { authorization } });
       read().then(() => {
         parentPort.postMessage('ready');
         Atomics.wait(shared, 0, 0);
         return read();
       }).then(({ status }) => {
         Atomics.store(shared, 0, status);
         Atomics.notify(shared, 0);
       });`,
      {
        eval: true,
        workerData: {
          ...{ shared, url: `${base}/${environment}/checkout/treatment` },
          authorization: `Bearer ${token}`,
        },
      },
    );
    await new Promise((resolve) => client.once('message', resolve));
    Atomics.store(shared, 0, 1);
    Atomics.notify(shared, 0);
    // Nothing of this thread runs from here until somebody was answered.
    const woken = Atomics.wait(shared, 0, 1, 20_000);
    await client.terminate();
    expect([woken === 'timed-out', Atomics.load(shared, 0)]).toEqual([false, 200]);
  });

  it('of what nobody has decided says why', async () => {
    const body = (await (await read()).json()) as Decision;
    expect(body).toMatchObject({ verdict: 'stale', action: 'hold', id: null });
    expect(body.reasons[0]).toContain('There is no flag "checkout"');
  });

  it('of what nobody renews becomes stale by itself, though the service cannot be asked', async () => {
    await decide('pass', { validUntil: new Date(Date.now() + 3_000).toISOString() });
    expect(await verdictOf(await read())).toBe('pass');
    away = true;
    await expect.poll(async () => verdictOf(await read()), PATIENT).toBe('stale');
  });

  it('that the service cannot answer is refused, and answered once it can', async () => {
    away = true;
    const refused = await read();
    expect([refused.status, refused.headers.get('content-type')]).toEqual([500, 'application/problem+json']);
    away = false;
    await decide('pass');
    expect(await verdictOf(await read())).toBe('pass');
  });
});

describe('what is decided', () => {
  it('is answered as soon as it is told', async () => {
    await decide('pass');
    expect(await verdictOf(await read())).toBe('pass');
    await decide('breach');
    await expect.poll(async () => verdictOf(await read()), PATIENT).toBe('breach');
  });

  it('wakes who waits for it, also where nothing was decided before', async () => {
    const none = (await read()).headers.get('etag') ?? '';
    const first = read({ 'if-none-match': none, prefer: 'wait=60' });
    // The wait is under way once the service was asked again.
    await expect.poll(() => asked.filter((what) => what === 'absence').length, PATIENT).toBeGreaterThan(1);
    await decide('pass');
    const answered = await first;
    expect(answered.headers.get('preference-applied')).toBe('wait=60');
    expect(await verdictOf(answered)).toBe('pass');
    const second = read({ 'if-none-match': answered.headers.get('etag') ?? '', prefer: 'wait=60' });
    await decide('breach');
    expect(await verdictOf(await second)).toBe('breach');
  });

  it('by another process is found by the next look', async () => {
    await decide('pass');
    await read();
    const [kept] = await new DecisionLog(store.postgres).append(environment, [
      newDecision('breach', { environment, validUntil: new Date(Date.now() + HOUR).toISOString() }),
    ]);
    await feed.look();
    await expect.poll(async () => ((await (await read()).json()) as Decision).id, PATIENT).toBe(kept?.id);
  });
});

describe('who may read', () => {
  it('is who may on the service’s own port', async () => {
    const other = await mint('results:read');
    const statuses = [];
    for (const authorization of ['', 'Bearer assay_pat_wrong', `Basic ${token}`, `Bearer ${other}`]) {
      const response = await read({ authorization });
      const { detail } = (await response.json()) as { detail: string };
      statuses.push([response.status, response.headers.has('www-authenticate'), detail.includes(token)]);
    }
    expect(statuses).toEqual([
      [401, true, false],
      [401, true, false],
      [401, true, false],
      [403, true, false],
    ]);
  });

  it.each([
    ['GET', '/stream?environment=production'],
    ['GET', '/production/checkout/treatment/history'],
    ['POST', '/production/checkout/treatment:resume'],
    ['GET', '/production/checkout/%E0%A4%A'],
    ['GET', `/production/checkout/${'x'.repeat(300)}`],
  ])('finds nothing else there: %s %s', async (method, path) => {
    const response = await fetch(`${base}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}` },
    });
    expect(response.status).toBe(404);
    expect(((await response.json()) as { detail: string }).detail).toContain('all else is on PORT');
  });
});

describe('an admission', () => {
  /** Time, and what the service says. */
  function admissions() {
    const world = { now: 0, refuses: null as AppError | null, asked: 0 };
    const kept = new Admissions({
      elapsed: () => world.now,
      ask: async () => {
        world.asked += 1;
        if (world.refuses !== null) throw world.refuses;
      },
    });
    return { world, kept };
  }
  const deleted = new AppError('unauthorized', 'This token is not known here.');
  const failed = new AppError('unavailable', 'Postgres is away.');

  it('is asked of beforehand while the token is used, so that nobody waits', async () => {
    const { world, kept } = admissions();
    await kept.admit('Bearer a');
    for (world.now = 500; world.now <= 60_000; world.now += 500) await kept.renew();
    const before = world.asked;
    await kept.admit('Bearer a');
    expect(world.asked).toBe(before);
    // And no longer once it is not.
    for (; world.now <= 300_000; world.now += 500) await kept.renew();
    expect(world.asked - before).toBeLessThan(100);
    expect(world.asked - before).toBeGreaterThan(50);
  });

  it('ends within 3 s of the token’s deletion', async () => {
    const { world, kept } = admissions();
    await kept.admit('Bearer a');
    world.refuses = deleted;
    world.now = 3_000;
    await expect(kept.admit('Bearer a')).rejects.toBe(deleted);
  });

  it('ends at once where the service says so when it is asked beforehand', async () => {
    const { world, kept } = admissions();
    await kept.admit('Bearer a');
    world.refuses = deleted;
    world.now = 1_000;
    await kept.renew();
    await expect(kept.admit('Bearer a')).rejects.toBe(deleted);
  });

  it('of a service that cannot say holds for no longer than it would', async () => {
    const { world, kept } = admissions();
    await kept.admit('Bearer a');
    world.refuses = failed;
    world.now = 1_000;
    await kept.renew();
    await kept.admit('Bearer a');
    world.now = 3_000;
    await expect(kept.admit('Bearer a')).rejects.toBe(failed);
  });

  it('of one token is none of another', async () => {
    const { world, kept } = admissions();
    await kept.admit('Bearer a');
    world.refuses = deleted;
    await expect(kept.admit('Bearer b')).rejects.toBe(deleted);
    await expect(kept.admit(undefined)).rejects.toBe(deleted);
  });
});

describe('the server', () => {
  it('tells of what nobody expected, under the id that the client gets, and says no more', async () => {
    const told: [unknown, string][] = [];
    const broken = new Error('secret');
    const server = new DecisionServer({
      reader: { answer: () => Promise.reject(broken) },
      waits: { next: () => Promise.reject(broken), stop: () => undefined },
      admit: async () => undefined,
      failed: (...what) => told.push(what),
    });
    const number = await server.listen(0, '127.0.0.1');
    const response = await fetch(`http://127.0.0.1:${number}/api/v1/decisions/production/a/b`);
    const problem = await response.text();
    await server.close();
    expect(response.status).toBe(500);
    expect(problem).not.toContain('secret');
    expect(told).toEqual([[broken, response.headers.get('x-request-id')]]);
  });
});

describe('the port', () => {
  it('that is taken is refused with a sentence', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const taken = portOn((other.address() as AddressInfo).port);
    await expect(taken.start()).rejects.toMatchObject({
      code: 'start-refused',
      message: expect.stringContaining('set DECISIONS_PORT to another one'),
    });
    other.close();
  });

  it('answers again after its thread has ended, and what was decided meanwhile', async () => {
    await decide('pass');
    expect(await verdictOf(await read())).toBe('pass');
    await threads.at(-1)?.terminate();
    await decide('breach');
    await expect
      .poll(async () => (await read().catch(() => null))?.json(), PATIENT)
      .toMatchObject({ verdict: 'breach' });
  });

  it('answers who waits before it is closed', async () => {
    await decide('pass');
    const tag = (await read()).headers.get('etag') ?? '';
    const waiting = read({ 'if-none-match': tag, prefer: 'wait=60' });
    // One that is answered at once comes after it on the same server.
    await read();
    await port.close();
    expect((await waiting).status).toBe(304);
    await expect(read()).rejects.toThrow('fetch failed');
  });
});
