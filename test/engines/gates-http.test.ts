import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AuditLog } from '../../src/access/index.ts';
import type { Decision } from '../../src/decide/index.ts';
import { newDecision } from './decisions.ts';
import { serveEngines } from './served-engines.ts';

let served: Awaited<ReturnType<typeof serveEngines>>;
beforeAll(async () => {
  served = await serveEngines();
});
afterAll(() => served.close());

const HOOK = {
  name: 'checkout',
  namespace: 'shop',
  phase: 'Progressing',
  checksum: '85d557f47b',
  metadata: { any: 'thing' },
};

let flags = 0;
/** A gate on a flag of its own. */
async function open() {
  flags += 1;
  const flag = `flag-${flags}`;
  const opened = await served.ask('POST', '/api/v1/gates', {
    body: { name: 'a cluster', environment: 'production', flag, treatment: 'treatment' },
  });
  expect(opened.status).toBe(201);
  return { flag, ...opened.body } as {
    flag: string;
    id: string;
    token: string;
    addresses: { flaggerGate: string; flaggerRollback: string; kayenta: string };
  };
}

/** Valid for a minute from now. */
function decide(flag: string, verdict: Decision['verdict'], reasons = [`It is ${verdict}.`]) {
  const validUntil = new Date(served.opened.clock.now().getTime() + 60_000).toISOString();
  return served.opened.decide(newDecision(verdict, { flag, validUntil, reasons }));
}
const hook = (url: string, body: unknown = HOOK) => served.ask('POST', url, { body, scope: null });

describe('a gate', () => {
  it('shows its token once, and keeps its hash alone', async () => {
    const { token, id } = await open();
    expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
    const listed = await served.ask('GET', '/api/v1/gates?limit=100');
    expect(listed.body.items.map((gate: { id: string }) => gate.id)).toContain(id);
    const kept = JSON.stringify([
      listed.body,
      await served.opened.store.postgres.query('SELECT * FROM engine_gates'),
      (await new AuditLog(served.opened.store.postgres).list({ limit: 100 })).items,
    ]);
    expect(kept).toContain(id);
    expect(kept).not.toContain(token);
  });

  it('needs the scope admin to be opened, seen and closed', async () => {
    for (const [method, url] of [
      ['POST', '/api/v1/gates'],
      ['GET', '/api/v1/gates'],
      ['DELETE', '/api/v1/gates/gat_1'],
    ] as const)
      expect((await served.ask(method, url, { scope: 'decisions:read' })).status).toBe(403);
  });

  it('is not found once it is closed, as any other address is not', async () => {
    const { addresses, id } = await open();
    expect((await hook(addresses.flaggerGate)).status).toBe(403);
    expect((await served.ask('DELETE', `/api/v1/gates/${id}`)).status).toBe(204);
    for (const token of [
      addresses.flaggerGate.split('/')[2],
      'x'.repeat(43),
      'short',
      '%00',
      'a'.repeat(480),
    ])
      for (const what of ['gate', 'rollback'])
        expect((await hook(`/flagger/${token}/${what}`)).status).toBe(404);
    expect((await served.ask('DELETE', `/api/v1/gates/${id}`)).status).toBe(404);
  });

  it('never has its token in the log', async () => {
    const { token, addresses } = await open();
    await hook(addresses.flaggerGate);
    await hook(`${addresses.flaggerGate}?x=1`);
    await hook(`/flagger/${token}%zz/gate`);
    await hook(`/Flagger/${token}/gate`);
    await hook(`/%66lagger/${token}/gate`);
    await served.ask('GET', `${addresses.kayenta}/canaryConfig`, { scope: null });
    await served.ask('GET', `${addresses.kayenta}/nothing`, { scope: null });
    expect(served.opened.logged.filter((line) => line.includes('answered')).length).toBeGreaterThan(5);
    expect(served.opened.logged.join('\n')).not.toContain(token);
  });

  it('answers so many requests a second and no more', async () => {
    const { addresses } = await open();
    const other = await open();
    const statuses = [];
    for (let time = 0; time < 21; time += 1) statuses.push((await hook(addresses.flaggerGate)).status);
    expect(statuses).toEqual([...Array(20).fill(403), 429]);
    expect((await hook(other.addresses.flaggerGate)).status).toBe(403);
    served.opened.clock.advance(1000);
    expect((await hook(addresses.flaggerGate)).status).toBe(403);
  });
});

describe('Flagger', () => {
  it('goes on pass alone, and rolls back on breach alone', async () => {
    const { flag, addresses } = await open();
    const answers = async () => {
      served.opened.clock.advance(1000);
      return [(await hook(addresses.flaggerGate)).status, (await hook(addresses.flaggerRollback)).status];
    };
    expect(await answers()).toEqual([403, 403]);
    for (const [verdict, gate, rollback] of [
      ['inconclusive', 403, 403],
      ['pass', 200, 403],
      ['stale', 403, 403],
      ['invalid', 403, 403],
      ['breach', 403, 200],
    ] as const) {
      await decide(flag, verdict);
      expect([verdict, ...(await answers())]).toEqual([verdict, gate, rollback]);
    }
  });

  it('is told why, in one sentence', async () => {
    const { flag, addresses } = await open();
    expect((await hook(addresses.flaggerGate)).body).toEqual({
      go: false,
      verdict: 'stale',
      reason: 'Nothing was ever decided on this treatment.',
    });
    await decide(flag, 'breach', ['Errors rose by 40 %.']);
    expect((await hook(addresses.flaggerRollback)).body).toEqual({
      go: false,
      verdict: 'breach',
      reason: 'Errors rose by 40 %.',
    });
  });

  it('gets no pass from a decision past its validUntil, and a rollback from a breach however old', async () => {
    const passed = await open();
    const broken = await open();
    await decide(passed.flag, 'pass');
    await decide(broken.flag, 'breach');
    served.opened.clock.advance(59_999);
    expect((await hook(passed.addresses.flaggerGate)).status).toBe(200);
    served.opened.clock.advance(1);
    const late = await hook(passed.addresses.flaggerGate);
    expect(late.status).toBe(403);
    expect(late.body.reason).toMatch(/was valid until/);
    served.opened.clock.advance(86_400_000);
    expect((await hook(broken.addresses.flaggerRollback)).status).toBe(200);
  });

  it('never gets a yes by accident: what is not its request is refused with a status above 202', async () => {
    const { flag, addresses } = await open();
    await decide(flag, 'breach');
    const long = 'x'.repeat(2000);
    for (const body of [
      { ...HOOK, name: '' },
      { ...HOOK, phase: undefined },
      { ...HOOK, metadata: { long } },
      { ...HOOK, metadata: Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`k${i}`, 'v'])) },
      { ...HOOK, namespace: long },
      [],
    ]) {
      served.opened.clock.advance(1000);
      expect((await hook(addresses.flaggerRollback, body)).status).toBe(422);
    }
    expect((await served.ask('GET', addresses.flaggerRollback, { scope: null })).status).toBe(404);
  });

  it('gets no yes from a store that is out', async () => {
    const { addresses } = await open();
    const { gates } = served.opened.engines;
    const find = gates.find.bind(gates);
    gates.find = () => Promise.reject(new Error('gone'));
    try {
      for (const url of [addresses.flaggerGate, addresses.flaggerRollback])
        expect((await hook(url)).status).toBe(500);
    } finally {
      gates.find = find;
    }
  });
});

describe('Kayenta', () => {
  const get = (url: string) => served.ask('GET', url, { scope: null });

  /** As Argo Rollouts asks: finds the configuration by name, begins, and asks for the score. */
  async function asArgo(gate: Awaited<ReturnType<typeof open>>): Promise<number | 'running' | 'error'> {
    served.opened.clock.advance(1000);
    const query = '?application=checkout&configurationAccountName=a';
    const configs = await get(`${gate.addresses.kayenta}/canaryConfig${query}`);
    const config = configs.body.find(
      ({ name }: { name: string }) => name === `production/${gate.flag}/treatment`,
    );
    const begun = await served.ask('POST', `${gate.addresses.kayenta}/canary/${config.id}${query}`, {
      body: {
        scopes: { default: { controlScope: {}, experimentScope: {} } },
        thresholds: { pass: 100, marginal: 49 },
      },
      scope: null,
    });
    // Any other success is an error to it.
    if (begun.status !== 200) return 'error';
    const { status, body } = await get(`${gate.addresses.kayenta}/canary/${begun.body.canaryExecutionId}`);
    if (status !== 200 || typeof body.complete !== 'boolean') return 'error';
    if (!body.complete) return 'running';
    return body.result.judgeResult.score.score;
  }

  it('scores 100, 50 and 0, and goes on while there is nothing to score', async () => {
    const gate = await open();
    expect(await asArgo(gate)).toBe('running');
    for (const [verdict, score] of [
      ['inconclusive', 50],
      ['pass', 100],
      ['stale', 'running'],
      ['invalid', 'running'],
      ['breach', 0],
    ] as const) {
      await decide(gate.flag, verdict);
      expect([verdict, await asArgo(gate)]).toEqual([verdict, score]);
    }
  });

  it('says all that Spinnaker reads', async () => {
    const gate = await open();
    const { kayenta } = gate.addresses;
    await decide(gate.flag, 'pass');
    const [config] = (await get(`${kayenta}/canaryConfig`)).body;
    expect(config).toEqual({
      id: gate.id,
      name: `production/${gate.flag}/treatment`,
      updatedTimestamp: expect.any(Number),
      updatedTimestampIso: expect.any(String),
      applications: [gate.flag],
    });
    expect((await get(`${kayenta}/credentials`)).body).toEqual([]);
    const begun = await served.ask('POST', `${kayenta}/canary/${gate.id}`, { body: {}, scope: null });
    expect((await get(`${kayenta}/canary/${begun.body.canaryExecutionId}`)).body).toEqual({
      complete: true,
      status: 'succeeded',
      application: gate.flag,
      result: {
        judgeResult: {
          score: { score: 100, classification: 'Pass', classificationReason: 'It is pass.' },
          results: [],
        },
      },
      exception: null,
    });
  });

  it('gives an execution no answer that is older than it', async () => {
    const gate = await open();
    const { sequence } = await decide(gate.flag, 'pass');
    const { kayenta } = gate.addresses;
    expect((await get(`${kayenta}/canary/${gate.id}.${sequence}`)).body.complete).toBe(true);
    expect((await get(`${kayenta}/canary/${gate.id}.${sequence + 1}`)).body.complete).toBe(false);
  });

  it('knows its own configuration and executions alone', async () => {
    const gate = await open();
    const other = await open();
    const { kayenta } = gate.addresses;
    expect(
      (await served.ask('POST', `${kayenta}/canary/${other.id}`, { body: {}, scope: null })).status,
    ).toBe(404);
    for (const id of [`${other.id}.1`, `${gate.id}.x`, gate.id, '1'])
      expect((await get(`${kayenta}/canary/${id}`)).status).toBe(404);
  });
});
