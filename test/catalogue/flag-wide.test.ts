import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FlagWide } from '../../src/catalogue/index.ts';
import { by, type CatalogueFixture, definition, HOUR, openCatalogue, refusal } from './fixture.ts';

let fixture: CatalogueFixture;
let flags = 0;
beforeAll(async () => {
  fixture = await openCatalogue();
  const { catalogue } = fixture;
  for (const key of ['error', 'crash', 'purchase'])
    await catalogue.metrics.create(by, { type: 'proportion', key, source: { event: key } });
});
afterAll(() => fixture.close());

const relative = (value: number) => ({ kind: 'relative' as const, value });
const on = (metric: string, more: object = {}) => ({ metric, margin: relative(0.2), ...more });
const metricsOf = ({ flagWide }: { flagWide: FlagWide }) => flagWide.guardrails.map(({ metric }) => metric);

/** An environment of its own with these flag-wide guardrails, and a flag in it. */
async function world(guardrails: readonly object[], flag: object = {}, policy: object = {}) {
  flags += 1;
  const [environment, key] = [`env-${flags}`, `flag-${flags}`];
  await fixture.catalogue.environments.create(by, { key: environment });
  const put = async (document: object) => {
    const path = `/environments/${environment}/flag-guardrails`;
    const { headers } = await fixture.call('GET', path);
    const known = headers.etag === undefined ? {} : { 'if-match': String(headers.etag) };
    const answer = await fixture.call('PUT', path, { body: document, headers: known });
    expect([200, 201], JSON.stringify(answer.body)).toContain(answer.status);
    return answer.body;
  };
  await put({ guardrails, ...policy });
  const variants = [{ key: 'control' }, { key: 'treatment' }];
  await fixture.catalogue.flags.create(by, { environment, key, variants, ...flag });
  const experiment = async (name: string, more: object = {}) => {
    await fixture.catalogue.experiments.create(by, { ...definition(name, key), environment, ...more });
    return name;
  };
  const patchFlag = (patch: object) =>
    fixture.catalogue.flags.patch(by, `${environment}/${key}`, 'any', patch);
  const begin = () => fixture.catalogue.flagWide.begin({ environment, flag: key });
  return { environment, flag: key, put, experiment, patchFlag, begin };
}

const allocated = { allocation: { control: 'control', weights: { control: 1, treatment: 1 } } };
const now = () => fixture.clock.now();
/** What the service does by itself. */
async function follow(): Promise<string[]> {
  const behind = await fixture.catalogue.flagWide.behind(null, 100, now());
  const changed: string[] = [];
  for (const key of behind) if (await fixture.catalogue.flagWide.follow(key)) changed.push(key);
  return changed;
}

const guardedKeys = async () => (await fixture.catalogue.guardedExperiments()).map(({ key }) => key);

describe('the flag-wide guardrails of an environment', () => {
  const path = '/environments/production/flag-guardrails';

  it('are read and replaced as a whole, with an ETag, and audited', async () => {
    expect((await fixture.call('GET', path)).status).toBe(404);
    const early = await fixture.call('PUT', path, { body: {}, headers: { 'if-match': '"1"' } });
    expect(early.status).toBe(412);
    const body = { guardrails: [on('error')], decisions: { alpha: 0.02 }, why: 'errors hurt everywhere' };
    const made = await fixture.call('PUT', path, { body });
    expect(made).toMatchObject({
      status: 201,
      body: { environment: 'production', unitType: 'user', revision: 1, decisions: { alpha: 0.02 } },
    });
    expect(made.body.guardrails[0]).toMatchObject({ metric: 'error', action: 'rollback', armed: true });
    expect((await fixture.call('PUT', path, { body })).status).toBe(428);
    const etag = String(made.headers.etag);
    const same = await fixture.call('PUT', path, { body, headers: { 'if-match': etag } });
    expect([same.status, same.body.revision]).toEqual([200, 1]);
    const other = { guardrails: [on('error'), on('crash')] };
    const replaced = await fixture.call('PUT', path, { body: other, headers: { 'if-match': etag } });
    // What was left out has its default again.
    expect(replaced.body).toMatchObject({ revision: 2, decisions: { alpha: 0.01 } });
    expect((await fixture.call('PUT', path, { body, headers: { 'if-match': etag } })).status).toBe(412);
    const read = await fixture.call('GET', path, { headers: { 'if-none-match': '"2"' } });
    expect(read.status).toBe(304);
    const audit = await fixture.call(
      'GET',
      `/audit-events?resource=${encodeURIComponent('environments/production/flag-guardrails')}`,
    );
    expect(audit.body.items.map(({ action }: { action: string }) => action).toSorted()).toEqual([
      'create',
      'update',
    ]);
    expect(JSON.stringify(audit.body)).toContain('errors hurt everywhere');
    const denied = await fixture.call('PUT', path, { body, scopes: ['results:read'] });
    expect(denied.status).toBe(403);
  });

  it.each([
    ['a margin that is implied', [{ metric: 'error' }], '/guardrails/0/margin'],
    [
      'safety at margin 0',
      [on('error', { margin: relative(0), gate: 'safety' })],
      '/guardrails/0/margin/value',
    ],
    ['an inexact method that acts', [on('spend')], '/guardrails/0/action'],
    ['an unknown metric', [on('nothing')], '/guardrails/0/metric'],
    ['a metric twice', [on('error'), on('error')], '/guardrails/1/metric'],
    ['shares beyond the whole', [on('error', { share: 0.8 }), on('crash', { share: 0.3 })], '/guardrails'],
  ])('refuse %s as an experiment does', async (_, guardrails, pointer) => {
    const answer = await fixture.call('PUT', path, { body: { guardrails }, headers: { 'if-match': '*' } });
    expect(answer.status).toBe(422);
    expect(answer.body.errors.map((error: { pointer: string }) => error.pointer)).toContain(pointer);
  });

  it('are of an environment that is there', async () => {
    const answer = await fixture.call('PUT', '/environments/nowhere/flag-guardrails', { body: {} });
    expect(answer.status).toBe(404);
  });
});

describe('an experiment', () => {
  it('carries those on metrics without a guardrail of its own, and each says whose it is', async () => {
    const { catalogue } = fixture;
    const { experiment } = await world([on('error'), on('crash', { share: 0.9 })]);
    const key = await experiment('own-wins', {
      guardrails: [{ metric: 'error', margin: relative(0.5), share: 1 }],
    });
    expect((await catalogue.experiments.read(key)).flagWide.revision).toBe(0);
    const started = await catalogue.start(by, key);
    expect(started.metricVersions).toEqual({ spend: 1, visit: 1, error: 1, crash: 1 });
    const { guardrails, guardrailsChangedAt } = await catalogue.plan(key);
    expect(guardrails).toMatchObject([
      { metric: 'error', scope: 'experiment', margin: relative(0.5), share: 0.5 },
      { metric: 'crash', scope: 'flag', margin: relative(0.2), share: 0.45 },
    ]);
    expect(guardrailsChangedAt).toBeNull();
    expect(await guardedKeys()).toContain(key);
  });

  it('follows a change in mid-run as one of its own guardrails would be added, and keeps the rest', async () => {
    const { catalogue } = fixture;
    const { experiment, put } = await world([on('error')]);
    const key = await experiment('mid-run');
    await catalogue.start(by, key);
    expect(await follow()).toEqual([]);
    fixture.clock.advance(HOUR);
    await put({ guardrails: [on('error'), on('purchase', { gate: 'safety' })] });
    expect(await follow()).toEqual([key]);
    expect(await follow()).toEqual([]);
    const plan = await catalogue.plan(key);
    expect(plan.guardrailsChangedAt).toEqual(now());
    expect(plan.guardrails.map(({ metric, share, gate }) => [metric, share, gate])).toEqual([
      ['error', 0.5, 'noHarm'],
      ['purchase', 0.5, 'safety'],
    ]);
    expect(plan.metrics.find(({ definition: { key: metric } }) => metric === 'purchase')).toMatchObject({
      role: 'guardrail',
      version: 1,
    });
    const { items } = (await fixture.call('GET', `/audit-events?resource=experiments/${key}`)).body;
    expect(items[0]).toMatchObject({ action: 'update', actor: { id: 'system:flag-wide' } });
    expect(fixture.told.at(-1)?.key).toBe(key);
    await put({ guardrails: [] });
    expect(await follow()).toEqual([key]);
    expect((await catalogue.plan(key)).guardrails).toEqual([]);
    expect(await guardedKeys()).not.toContain(key);
  });

  it('goes on counting what a flag-wide guardrail asks when it changes its own', async () => {
    const { catalogue } = fixture;
    const { experiment } = await world([on('error')]);
    const key = await experiment('own-change', { guardrails: [on('crash')] });
    await catalogue.start(by, key);
    await catalogue.experiments.patch(by, key, 'any', { guardrails: [] });
    const { guardrails, metrics } = await catalogue.plan(key);
    expect(guardrails).toMatchObject([{ metric: 'error', scope: 'flag', share: 1 }]);
    expect(metrics.map(({ definition: { key: metric } }) => metric)).toEqual(['spend', 'visit', 'error']);
  });

  it('is spared those that its flag opts out of, visibly and with the reason', async () => {
    const { catalogue } = fixture;
    const { experiment, patchFlag } = await world([on('error'), on('crash')], {
      guardrailsOptOut: { metrics: ['crash', 'unknown'], why: 'it has no client' },
    });
    const key = await experiment('opted-out');
    const started = await catalogue.start(by, key);
    expect(metricsOf(started)).toEqual(['error']);
    expect(started.flagWide.optedOut).toEqual({ metrics: ['crash'], why: 'it has no client' });
    expect((await catalogue.plan(key)).optedOut).toEqual(started.flagWide.optedOut);
    await patchFlag({ guardrailsOptOut: { metrics: null, why: 'an operations switch' } });
    expect(metricsOf(await catalogue.experiments.read(key))).toEqual([]);
    await patchFlag({ guardrailsOptOut: null });
    expect(await catalogue.experiments.read(key)).toMatchObject({ flagWide: { optedOut: null } });
    expect(metricsOf(await catalogue.experiments.read(key))).toEqual(['error', 'crash']);
    const [code, pointers] = await refusal(patchFlag({ guardrailsOptOut: { metrics: ['error'] } }));
    expect([code, pointers]).toEqual(['unprocessable', ['/guardrailsOptOut/why']]);
  });

  it('lets a flag-wide guardrail only notify where its version of the metric bears no exact test', async () => {
    const { catalogue } = fixture;
    const { experiment, put } = await world([]);
    const key = await experiment('older-version');
    await catalogue.start(by, key);
    await catalogue.metrics.patch(by, 'spend', 'any', { cap: { kind: 'value', value: 100 } });
    await put({ guardrails: [on('spend')] });
    await follow();
    expect((await catalogue.plan(key)).guardrails).toMatchObject([
      { metric: 'spend', metricVersion: 1, method: null, action: 'notify' },
    ]);
  });
});

describe('a flag', () => {
  it.each([
    [
      'no weight of a variant',
      { control: 'control', weights: { control: 1 } },
      '/allocation/weights/treatment',
    ],
    ['another control', { control: 'x', weights: { control: 1, treatment: 1 } }, '/allocation/control'],
    ['weights of 0', { control: 'control', weights: { control: 0, treatment: 0 } }, '/allocation/weights'],
  ])('refuses an allocation with %s', async (_, allocation, pointer) => {
    const { patchFlag } = await world([]);
    const [code, pointers] = await refusal(patchFlag({ allocation }));
    expect([code, pointers]).toEqual(['unprocessable', [pointer]]);
  });

  it('of one variant has none', async () => {
    const allocation = { control: 'control', weights: { control: 1 } };
    const variants = [{ key: 'control' }];
    const [code, pointers] = await refusal(
      fixture.catalogue.flags.create(by, { key: 'single', variants, allocation }),
    );
    expect([code, pointers]).toEqual(['unprocessable', ['/allocation']]);
  });

  it('is looked for where it declares its weights, is guarded, and has no experiment now', async () => {
    const { catalogue } = fixture;
    const wanted = await world([on('error')], allocated);
    const others = [
      await world([on('error')]),
      await world([], allocated),
      await world([on('error')], { ...allocated, guardrailsOptOut: { why: 'none' } }),
      await world([on('error')], { ...allocated, guardrailsOptOut: { metrics: ['error'], why: 'none' } }),
    ];
    const busy = await world([on('error')], allocated);
    await catalogue.start(by, await busy.experiment('busy'));
    const asked = new Set([wanted, busy, ...others].map(({ flag }) => flag));
    const all = await catalogue.flagWide.unwatched(null, 2000, now());
    expect(all.last).toBeNull();
    expect(all.flags.filter(({ flag }) => asked.has(flag)).map(({ flag }) => flag)).toEqual([wanted.flag]);
    expect(all.flags.find(({ flag }) => flag === wanted.flag)).toEqual({
      ...{ environment: wanted.environment, flag: wanted.flag, unitType: 'user', since: null },
      variants: ['control', 'treatment'],
    });
    const some = await catalogue.flagWide.unwatched(null, 1, now());
    expect(some.last).not.toBeNull();
    fixture.clock.advance(HOUR);
    await catalogue.stop(by, 'busy');
    const after = await catalogue.flagWide.unwatched(null, 2000, now());
    expect(after.flags.find(({ flag }) => flag === busy.flag)?.since).toEqual(now());
  });
});

describe('an implicit experiment', () => {
  it('has its flag’s weights and the environment’s policy, is listed as such, and nobody edits it', async () => {
    const { catalogue } = fixture;
    const policy = { unitType: 'session', decisions: { alpha: 0.004, requiredUnits: 50 } };
    const allocation = { control: 'control', weights: { control: 9, treatment: 1 } };
    const { flag, environment, begin } = await world([on('error')], { allocation }, policy);
    const key = `flag:${flag}`;
    expect(await begin()).toBe(key);
    const made = (await fixture.call('GET', `/experiments/${key}`)).body;
    expect(made).toMatchObject({
      ...{ implicit: true, status: 'running', unitType: 'session', environment, flag, guardrails: [] },
      ...{ start: now().toISOString(), startedAt: now().toISOString(), metricVersions: { error: 1 } },
      arms: [
        { variant: 'control', weight: 9 },
        { variant: 'treatment', weight: 1 },
      ],
    });
    const plan = await catalogue.plan(key);
    expect(plan.decisions).toMatchObject({ alpha: 0.004, requiredUnits: 50 });
    expect(plan.guardrails).toMatchObject([{ metric: 'error', scope: 'flag', share: 1 }]);
    expect(plan.epochs).toMatchObject([{ number: 1, effectiveAt: now() }]);
    const listed = async (query: string) =>
      (await fixture.call('GET', `/experiments?flag=${flag}${query}`)).body.items.length;
    expect([await listed(''), await listed('&implicit=true'), await listed('&implicit=false')]).toEqual([
      1, 1, 0,
    ]);
    const { items } = (await fixture.call('GET', `/audit-events?resource=experiments/${key}`)).body;
    expect(items).toMatchObject([{ action: 'start', actor: { id: 'system:flag-wide' } }]);
    for (const edit of [
      fixture.call('PATCH', `/experiments/${key}`, { body: { name: 'x' }, headers: { 'if-match': '*' } }),
      fixture.call('POST', `/experiments/${key}:stop`, { body: {} }),
      fixture.call('POST', `/experiments/${key}/epochs`, { body: { weights: { control: 1, treatment: 1 } } }),
    ]) {
      const { status, body } = await edit;
      expect([status, body.detail]).toEqual([409, expect.stringContaining('is implicit')]);
    }
    const taken = await refusal(catalogue.experiments.create(by, definition('flag:mine')));
    expect(taken.slice(0, 2)).toEqual(['unprocessable', ['/key']]);
    const again = await refusal(begin());
    expect(again[0]).toBe('conflict');
  });

  it('opens an epoch where the weights change, and none where only their size does', async () => {
    const { catalogue } = fixture;
    const { flag, patchFlag, begin } = await world([on('error')], allocated);
    const key = `flag:${flag}`;
    await begin();
    await patchFlag({ allocation: { weights: { control: 2, treatment: 2 } } });
    expect(await catalogue.epochs(key)).toHaveLength(1);
    // In the same millisecond still.
    await patchFlag({ allocation: { weights: { control: 3, treatment: 1 } } });
    fixture.clock.advance(HOUR);
    await patchFlag({ allocation: { weights: { control: 1, treatment: 0 } } });
    const epochs = await catalogue.epochs(key);
    expect(epochs.map(({ arms }) => arms.map(({ weight }) => weight))).toEqual([
      [1, 1],
      [3, 1],
      [1, 0],
    ]);
    expect(epochs.at(-1)?.effectiveAt).toBe(now().toISOString());
    expect(await catalogue.experiments.read(key)).toMatchObject({ status: 'running' });
  });

  it('makes way for an experiment, and another one follows that; no two overlap', async () => {
    const { catalogue } = fixture;
    const { flag, environment, experiment, begin } = await world([on('error')], allocated);
    await begin();
    fixture.clock.advance(HOUR);
    const key = await experiment('explicit');
    await catalogue.start(by, key);
    const ended = await catalogue.experiments.read(`flag:${flag}`);
    expect(ended).toMatchObject({ status: 'stopped', end: now().toISOString() });
    expect(await catalogue.experiments.read(key)).toMatchObject({
      start: now().toISOString(),
      status: 'running',
    });
    expect(fixture.told.slice(-2).map((one) => one.key)).toEqual([`flag:${flag}`, key]);
    expect((await refusal(begin()))[0]).toBe('conflict');
    fixture.clock.advance(HOUR);
    await catalogue.stop(by, key);
    expect(await begin()).toBe(`flag:${flag}:2`);
    const rows = await fixture.query<{ overlap: boolean }>(
      `SELECT a.key FROM experiments a JOIN experiments b ON a.key < b.key AND a.environment = b.environment AND a.flag = b.flag
       WHERE a.environment = '${environment}' AND a.status <> 'draft' AND b.status <> 'draft'
         AND tstzrange((a.definition ->> 'start')::timestamptz, (a.definition ->> 'end')::timestamptz)
          && tstzrange((b.definition ->> 'start')::timestamptz, (b.definition ->> 'end')::timestamptz)`,
    );
    expect(rows).toEqual([]);
  });

  it('watches on until an experiment that was announced begins, and refuses one from the past', async () => {
    const { catalogue } = fixture;
    const { flag, experiment, begin } = await world([on('error')], allocated);
    fixture.clock.advance(HOUR);
    await begin();
    fixture.clock.advance(HOUR);
    const past = await experiment('past', { start: new Date(now().getTime() - HOUR / 2).toISOString() });
    const [code, , message] = await refusal(catalogue.start(by, past));
    expect([code, message]).toEqual(['conflict', expect.stringContaining('is implicit')]);
    expect(await catalogue.experiments.read(`flag:${flag}`)).toMatchObject({ status: 'running', end: null });
    const start = new Date(now().getTime() + HOUR).toISOString();
    await catalogue.start(by, await experiment('ahead', { start }));
    expect(await catalogue.experiments.read(`flag:${flag}`)).toMatchObject({ status: 'running', end: start });
    expect(await follow()).toEqual([]);
    fixture.clock.advance(HOUR);
    expect(await follow()).toEqual([`flag:${flag}`]);
    expect(await catalogue.experiments.read(`flag:${flag}`)).toMatchObject({ status: 'stopped', end: start });
  });

  it.each([
    ['no weights any more', { allocation: null }],
    ['another control', { allocation: { control: 'treatment' } }],
    [
      'another variant',
      {
        variants: [{ key: 'control' }, { key: 'other' }],
        allocation: { weights: { treatment: null, other: 1 } },
      },
    ],
    ['nothing left to watch', { guardrailsOptOut: { why: 'enough' } }],
  ])('ends where its flag declares %s', async (_, patch) => {
    const { flag, patchFlag, begin } = await world([on('error')], allocated);
    await begin();
    fixture.clock.advance(HOUR);
    await patchFlag(patch);
    const ended = await fixture.catalogue.experiments.read(`flag:${flag}`);
    expect(ended).toMatchObject({ status: 'stopped', end: now().toISOString() });
  });

  it('keeps the alpha that it began with, takes the rest of the policy, and ends with the last guardrail', async () => {
    const { catalogue } = fixture;
    const { flag, put, begin } = await world([on('error')], allocated, { decisions: { alpha: 0.01 } });
    const key = `flag:${flag}`;
    await begin();
    await put({ guardrails: [on('error')], decisions: { alpha: 0.05, requiredUnits: 7 } });
    expect(await follow()).toEqual([key]);
    expect((await catalogue.plan(key)).decisions).toMatchObject({ alpha: 0.01, requiredUnits: 7 });
    await put({ guardrails: [] });
    expect(await follow()).toEqual([key]);
    expect(await catalogue.experiments.read(key)).toMatchObject({ status: 'stopped' });
    expect(await begin()).toBeNull();
  });

  it('has a key of its own in every environment, and a short one for a long flag', async () => {
    const { catalogue } = fixture;
    const first = await world([on('error')], allocated);
    expect(await first.begin()).toBe(`flag:${first.flag}`);
    const second = await world([on('error')], allocated);
    await catalogue.flags.create(by, {
      ...{ environment: second.environment, key: first.flag, ...allocated },
      variants: [{ key: 'control' }, { key: 'treatment' }],
    });
    expect(await catalogue.flagWide.begin({ environment: second.environment, flag: first.flag })).toBe(
      `flag:${first.flag}:2`,
    );
    const long = 'x'.repeat(100);
    await catalogue.flags.create(by, {
      ...{ environment: second.environment, key: long, ...allocated },
      variants: [{ key: 'control' }, { key: 'treatment' }],
    });
    const key = await catalogue.flagWide.begin({ environment: second.environment, flag: long });
    expect(key).toMatch(/^flag:x{69}\.[0-9a-f]{10}$/);
  });
});
