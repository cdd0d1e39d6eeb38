import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { requireOrSkip } from '../support/requirement.ts';
import { startUnleash, type Unleash, type UnleashClient } from '../support/unleash/index.ts';
import { newDecision } from './decisions.ts';
import { type Opened, openForTest } from './opened.ts';

const started = await startUnleash();
if ('skipped' in started) requireOrSkip('unleash', started.skipped);
const unleash: Unleash | null = 'skipped' in started ? null : started;

describe.skipIf(unleash === null)('Unleash itself', () => {
  let opened: Opened;
  let flags = 0;
  let flag = '';
  const clients: UnleashClient[] = [];
  afterAll(() => unleash?.stop());
  beforeEach(async () => {
    opened = await openForTest();
    opened.credential('unleash', unleash?.adminToken ?? '');
    flags += 1;
    flag = `checkout-${flags}`;
    await admin('POST', '', { name: flag, type: 'release', impressionData: true });
    await admin('POST', `/${flag}/environments/production/strategies`, { name: 'default' });
    await admin('POST', `/${flag}/environments/production/on`);
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.destroy();
    await opened.close();
  });

  async function admin(method: string, path: string, body?: object): Promise<unknown> {
    const answer = await fetch(`${unleash?.url}/api/admin/projects/default/features${path}`, {
      method,
      headers: { authorization: unleash?.adminToken ?? '', 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    const text = await answer.text();
    return text === '' ? undefined : JSON.parse(text);
  }
  const connect = (changes: object = {}) =>
    opened.connect({
      ...{ key: 'unleash', environment: 'production', kind: 'unleash', baseUrl: unleash?.url },
      ...{ credentialFile: 'unleash', project: 'default', engineEnvironment: 'production', dryRun: false },
      flags: [{ flag: 'checkout', engineKey: flag }],
      ...changes,
    });
  async function client(): Promise<UnleashClient> {
    const made = await (unleash as Unleash).client();
    clients.push(made);
    return made;
  }

  it('is armed, turned off for a client of its own, and confirmed by that client’s impressions', async () => {
    const connection = await connect();
    expect(await opened.engines.preflights.of(connection)).toMatchObject({ armed: true });
    const caller = await client();
    const ask = () => caller.isEnabled(flag, { userId: 'u1' });
    expect(ask()).toBe(true);

    // The client tells what it served, as an OpenFeature hook would; by the test's clock.
    caller.on('impression', ({ enabled }) => {
      const now = opened.clock.now();
      const { last, heard, units } = opened.impressions;
      opened.impressions = enabled ? { last: now, heard, units: units + 1 } : { last, heard: now, units };
    });
    await opened.decide(newDecision('breach'));
    await opened.look();
    const [told] = await opened.all();
    expect(told).toMatchObject({ status: 'acknowledged', attempts: 1 });

    await expect.poll(ask, { timeout: 10_000, interval: 50 }).toBe(false);
    opened.clock.advance(30_000);
    ask();
    await opened.look();
    expect((await opened.all())[0]).toMatchObject({ status: 'confirmed' });
  });

  it('is turned off again where somebody turned it on while the decision stands', async () => {
    await connect();
    await opened.decide(newDecision('breach'));
    await opened.look();
    opened.impressions = { last: null, heard: new Date(opened.clock.now().getTime() + 30_000), units: 0 };
    await opened.pass(30);
    expect((await opened.all())[0]).toMatchObject({ status: 'confirmed', reopened: 0 });
    const caller = await client();
    const ask = () => caller.isEnabled(flag, { userId: 'u1' });
    await expect.poll(ask, { timeout: 10_000, interval: 50 }).toBe(false);
    await admin('POST', `/${flag}/environments/production/on`);
    await expect.poll(ask, { timeout: 10_000, interval: 50 }).toBe(true);
    await opened.pass(30);
    await opened.look();
    expect((await opened.all())[0]).toMatchObject({ status: 'acknowledged', reopened: 1 });
    await expect.poll(ask, { timeout: 10_000, interval: 50 }).toBe(false);
  });

  it('takes off a second time for success', async () => {
    await admin('POST', `/${flag}/environments/production/off`);
    await connect();
    await opened.decide(newDecision('breach'));
    await opened.look();
    expect((await opened.all())[0]).toMatchObject({ status: 'acknowledged', attempts: 1 });
  });

  it('answers as the fake engine does to a wrong credential and an unknown flag', async () => {
    opened.credential('unleash', '*:*.wrong');
    expect(await opened.engines.preflights.of(await connect())).toMatchObject({
      armed: false,
      checks: [{ check: 'credential', ok: false, detail: expect.stringContaining('401') }],
    });
    opened.credential('unleash', unleash?.adminToken ?? '');
    const unknown = await connect({ key: 'other', flags: [{ flag: 'checkout', engineKey: 'nothing' }] });
    expect(await opened.engines.preflights.of(unknown)).toMatchObject({
      armed: false,
      checks: [{ check: 'flag', ok: false, detail: expect.stringContaining('404') }],
    });
  });
});
