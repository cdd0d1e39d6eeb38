import { FlagdCore } from '@openfeature/flagd-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RECORDED } from './conformance/contracts.ts';
import { FakeEngine } from './conformance/fake-engine.ts';
import { newDecision } from './decisions.ts';
import { serveEngines } from './served-engines.ts';

let served: Awaited<ReturnType<typeof serveEngines>>;
beforeAll(async () => {
  served = await serveEngines();
});
afterAll(() => served.close());
beforeEach(async () => {
  for (const table of [
    'engine_connections',
    'enforcements',
    'enforcement_cursors',
    'decisions',
    'current_decisions',
    'decision_sequences',
  ])
    await served.opened.store.postgres.query(`DELETE FROM ${table}`);
});

const FLAGD = {
  key: 'flagd-production',
  environment: 'production',
  kind: 'flagd',
  dryRun: false,
  flags: [
    {
      flag: 'checkout',
      engineKey: 'new-checkout',
      control: 'off',
      variants: { off: { page: 'old' }, on: { page: 'new' } },
    },
  ],
};
const UNLEASH = RECORDED['Unleash'];
const connect = (body: unknown) => served.ask('POST', '/api/v1/engines', { body });

describe('engine connections', () => {
  it('are made, read, listed, changed as a whole and taken away', async () => {
    const made = await connect(FLAGD);
    expect(made.status).toBe(201);
    expect(made.headers['location']).toBe('/api/v1/engines/flagd-production');
    expect(made.body).toMatchObject({ ...FLAGD, whenPaused: 'turnOff', revision: 1 });
    expect((await connect(FLAGD)).status).toBe(409);
    const url = '/api/v1/engines/flagd-production';
    const change = { ...FLAGD, name: 'flagd' };
    expect((await served.ask('PUT', url, { body: change })).status).toBe(428);
    expect((await served.ask('PUT', url, { body: change, headers: { 'if-match': '"7"' } })).status).toBe(412);
    const other = { ...change, key: 'other' };
    expect((await served.ask('PUT', url, { body: other, headers: { 'if-match': '"1"' } })).status).toBe(422);
    const changed = await served.ask('PUT', url, { body: change, headers: { 'if-match': '"1"' } });
    expect(changed.body).toMatchObject({ name: 'flagd', revision: 2 });
    expect((await served.ask('GET', '/api/v1/engines?environment=production')).body.items).toHaveLength(1);
    expect((await served.ask('GET', '/api/v1/engines?environment=staging')).body.items).toEqual([]);
    expect((await served.ask('DELETE', url)).status).toBe(204);
    expect((await served.ask('GET', url)).status).toBe(404);
  });

  it('begin in dry run', async () => {
    const { dryRun: _, ...silent } = FLAGD;
    expect((await connect(silent)).body.dryRun).toBe(true);
  });

  it('need the scope admin', async () => {
    expect((await served.ask('GET', '/api/v1/engines', { scope: 'decisions:read' })).status).toBe(403);
    expect((await served.ask('GET', '/api/v1/engines/x/preflight', { scope: 'decisions:read' })).status).toBe(
      403,
    );
  });

  it('hold no credential and name no path: what looks like either is refused', async () => {
    const base = UNLEASH?.connection('https://unleash.example.com') as Record<string, unknown>;
    expect((await connect(base)).status).toBe(201);
    for (const [changes, pointer] of [
      [{ baseUrl: 'https://user:secret@unleash.example.com' }, '/baseUrl'],
      [{ baseUrl: 'https://unleash.example.com?token=secret' }, '/baseUrl'],
      [{ baseUrl: 'file:///etc/passwd' }, '/baseUrl'],
      [{ credentialFile: '../../etc/passwd' }, '/credentialFile'],
      [{ credentialFile: '/etc/passwd' }, '/credentialFile'],
      [{ credentialFile: '..' }, '/credentialFile'],
      [{ credential: 'secret' }, ''],
      [{ flags: [] }, '/flags'],
      [
        {
          flags: [
            { flag: 'a', engineKey: 'a' },
            { flag: 'a', engineKey: 'b' },
          ],
        },
        '/flags',
      ],
      [{ timeoutSeconds: 31 }, '/timeoutSeconds'],
    ] as const) {
      const refused = await connect({ ...base, key: 'other', ...changes });
      expect([changes, refused.status]).toEqual([changes, 422]);
      expect(refused.body.errors[0].pointer).toBe(pointer);
    }
  });

  it('tell whether they are armed, by asking the engine', async () => {
    const fake = new FakeEngine(UNLEASH?.contract({}) as never);
    const baseUrl = await fake.listen();
    try {
      await connect(UNLEASH?.connection(baseUrl));
      const preflight = () => served.ask('GET', '/api/v1/engines/unleash/preflight');
      expect((await preflight()).body).toMatchObject({
        armed: false,
        checks: [{ check: 'credential', ok: false }],
      });
      served.opened.credential('unleash', UNLEASH?.credential ?? '');
      expect((await preflight()).body).toMatchObject({ armed: true });
      fake.fail('slow');
      expect((await preflight()).body).toMatchObject({
        armed: false,
        checks: [{ check: 'reachable', ok: false }],
      });
    } finally {
      await fake.close();
    }
  });

  it('in dry run are not armed', async () => {
    await connect({ ...FLAGD, dryRun: true });
    const { body } = await served.ask('GET', '/api/v1/engines/flagd-production/preflight');
    expect(body).toMatchObject({ armed: false, checks: [{ check: 'dryRun', ok: false }, { ok: true }] });
  });
});

describe('the overlay of flagd', () => {
  const read = (headers: Record<string, string> = {}) =>
    served.ask('GET', '/api/v1/engines/flagd/production.json', { scope: 'decisions:read', headers });

  /** The flags beneath, as a team has them: half of everybody gets the new page, one person always. */
  const BENEATH = {
    flags: {
      'new-checkout': {
        state: 'ENABLED',
        variants: { off: { page: 'old' }, on: { page: 'new' } },
        defaultVariant: 'on',
        targeting: {
          if: [
            { '==': [{ var: 'email' }, 'boss@example.com'] },
            'on',
            { fractional: [{ var: 'targetingKey' }, ['on', 50], ['off', 50]] },
          ],
        },
      },
      search: { state: 'ENABLED', variants: { a: 1, b: 2 }, defaultVariant: 'b' },
    },
  };

  /** flagd takes each flag whole from the last source that has it. */
  function evaluator(overlay: { flags: Record<string, unknown> }): FlagdCore {
    const core = new FlagdCore();
    core.setConfigurations(JSON.stringify({ flags: { ...BENEATH.flags, ...overlay.flags } }));
    return core;
  }
  const pages = (core: FlagdCore): Set<unknown> =>
    new Set(
      Array.from({ length: 200 }, (_, unit) =>
        core.resolveObjectEvaluation(
          'new-checkout',
          { page: 'default in the code' },
          { targetingKey: `user-${unit}`, ...(unit === 0 ? { email: 'boss@example.com' } : {}) },
        ),
      ).map(({ value }) => value.page),
    );

  it('is empty while nothing is stopped, and then has the whole flag: control, whatever the context', async () => {
    await connect(FLAGD);
    const before = await read();
    expect(before.body.flags).toEqual({});
    expect(pages(evaluator(before.body))).toEqual(new Set(['old', 'new']));

    await served.opened.decide(newDecision('breach'));
    const after = await read();
    expect(after.body.flags).toEqual({
      'new-checkout': {
        state: 'ENABLED',
        variants: { off: { page: 'old' }, on: { page: 'new' } },
        defaultVariant: 'off',
      },
    });
    const core = evaluator(after.body);
    expect(pages(core)).toEqual(new Set(['old']));
    expect(core.resolveNumberEvaluation('search', 0, {}).value).toBe(2);

    await served.opened.decide(newDecision('pass'));
    expect(pages(evaluator((await read()).body))).toEqual(new Set(['old', 'new']));
  });

  it('would give the default in the code if it said DISABLED', () => {
    const flag = { ...BENEATH.flags['new-checkout'], state: 'DISABLED' };
    expect(pages(evaluator({ flags: { 'new-checkout': flag } }))).toEqual(new Set(['default in the code']));
  });

  it('costs nothing while it does not change', async () => {
    await connect(FLAGD);
    const first = await read();
    const etag = String(first.headers['etag']);
    expect(await read({ 'if-none-match': etag })).toMatchObject({ status: 304, body: '' });
    expect((await read({ 'if-none-match': `W/${etag}` })).status).toBe(304);
    await served.opened.decide(newDecision('breach'));
    const second = await read({ 'if-none-match': etag });
    expect(second.status).toBe(200);
    expect(second.headers['etag']).not.toBe(etag);
  });

  it('leaves out what is in dry run, of other environments, or only paused where that is to be left', async () => {
    await connect({ ...FLAGD, whenPaused: 'leave' });
    await connect({ ...FLAGD, key: 'dry', dryRun: true });
    await served.opened.decide(newDecision('breach', { environment: 'staging' }));
    await served.opened.decide(newDecision('breach', { action: 'pause' }));
    expect((await read()).body.flags).toEqual({});
    await served.opened.decide(newDecision('breach'));
    expect(Object.keys((await read()).body.flags)).toEqual(['new-checkout']);
  });

  it('is acknowledged at once, and confirmed from impressions alone', async () => {
    await connect(FLAGD);
    await served.opened.decide(newDecision('breach'));
    await served.opened.look();
    const list = () =>
      served.ask('GET', '/api/v1/enforcements?environment=production&flag=checkout', {
        scope: 'decisions:read',
      });
    expect((await list()).body.items[0]).toMatchObject({ status: 'acknowledged', reach: 'wholeFlag' });
    const later = new Date(served.opened.clock.now().getTime() + 20_000);
    served.opened.impressions = { last: null, heard: later, units: 0 };
    await served.opened.pass(20);
    expect((await list()).body.items[0].status).toBe('confirmed');
    expect((await served.ask('GET', '/api/v1/enforcements?environment=production&flag=other')).status).toBe(
      403,
    );
  });

  it('needs a token that may read decisions, and the ending .json', async () => {
    expect((await served.ask('GET', '/api/v1/engines/flagd/production.json', { scope: null })).status).toBe(
      401,
    );
    expect(
      (await served.ask('GET', '/api/v1/engines/flagd/production', { scope: 'decisions:read' })).status,
    ).toBe(400);
  });
});
