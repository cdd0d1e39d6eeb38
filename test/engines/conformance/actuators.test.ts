import { afterEach, describe, expect, it } from 'vitest';
import { type Actuator, actuatorFor, type Order } from '../../../src/engines/actuators/index.ts';
import { EngineConnection } from '../../../src/engines/connections/index.ts';
import { fetchAnywhere } from '../permitted.ts';
import { CREDENTIAL_MARK, RECORDED, type Recorded, type Setup } from './contracts.ts';
import { FakeEngine } from './fake-engine.ts';

const engines: FakeEngine[] = [];
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.close();
});

const ORDER: Order = { flag: 'checkout', treatment: 'treatment', action: 'turnOff', why: 'because' };

async function open(
  recorded: Recorded,
  { setup = {}, credential = recorded.credential, ...changes }: Open = {},
): Promise<{ engine: FakeEngine; actuator: Actuator; baseUrl: string }> {
  const engine = new FakeEngine(recorded.contract(setup));
  engines.push(engine);
  const baseUrl = await engine.listen();
  const connection = EngineConnection.parse(recorded.connection(baseUrl, changes));
  const actuator = actuatorFor(connection, { fetch: fetchAnywhere, readCredential: async () => credential });
  return { engine, actuator, baseUrl };
}
type Open = { setup?: Setup; credential?: string } & Readonly<Record<string, unknown>>;

describe.each(Object.entries(RECORDED))('%s', (_, recorded) => {
  it('stops the treatment with the documented request, and reads that back', async () => {
    const { engine, actuator } = await open(recorded);
    expect((await actuator.readBack(ORDER)).state).toBe('serving');
    expect(engine.serving()).toBe(true);

    expect(await actuator.act(ORDER)).toMatchObject({ kind: 'done', already: false });
    const { method, url, body } = recorded.stops;
    const sent = engine.requests.filter((request) => request.method !== 'GET');
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({ method, url });
    expect(sent[0]?.body).toEqual(body);
    expect(engine.serving()).toBe(false);
    expect((await actuator.readBack(ORDER)).state).toBe('stopped');
  });

  it('takes what is stopped already as success, however often it is asked', async () => {
    const { engine, actuator } = await open(recorded);
    await actuator.act(ORDER);
    for (let again = 0; again < 3; again += 1) {
      const acted = await actuator.act(ORDER);
      expect(acted.kind).toBe('done');
      if (recorded.refusesRepetition === true) expect(acted).toMatchObject({ already: true });
    }
    expect(engine.serving()).toBe(false);
  });

  it('tells beforehand that it is armed', async () => {
    const { actuator, engine } = await open(recorded);
    const checks = await actuator.preflight();
    expect(checks.map(({ check }) => check)).toContain('flag');
    expect(checks.filter(({ ok }) => ok === false)).toEqual([]);
    expect(engine.requests.every(({ method }) => method === 'GET')).toBe(true);
  });

  it('says that a person has to approve', async () => {
    const { actuator, engine } = await open(recorded, { setup: { approval: true } });
    const acted = await actuator.act(ORDER);
    expect(acted.kind).toBe('pendingApproval');
    expect(acted.detail).toContain(String(recorded.approvalStatus));
    expect(engine.serving()).toBe(true);
  });

  it('does not take a refused credential, an unknown flag, a conflict or an outage for success', async () => {
    for (const status of [400, 401, 404, 409, 500, 502, 503]) {
      const { actuator, engine } = await open(recorded);
      engine.fail(status);
      expect(await actuator.act(ORDER)).toMatchObject({
        kind: 'failed',
        detail: expect.stringContaining(`${status}`),
      });
      expect((await actuator.readBack(ORDER)).state).toBe('unknown');
    }
  });

  it('heeds how long a rate limit asks to wait', async () => {
    const { actuator, engine } = await open(recorded);
    engine.fail(429);
    expect(await actuator.act(ORDER)).toEqual({
      kind: 'failed',
      detail: 'The engine answered 429: too many requests.',
      retryAfterMs: 2000,
    });
  });

  it('does not take the page of a proxy for success', async () => {
    const { actuator, engine } = await open(recorded);
    engine.fail('html');
    expect(await actuator.act(ORDER)).toMatchObject({ kind: 'failed' });
    expect((await actuator.readBack(ORDER)).state).toBe('unknown');
    const [check] = await actuator.preflight();
    expect(check).toMatchObject({ check: 'flag', ok: false });
  });

  it('follows no redirection, so that the credential stays where it belongs', async () => {
    const { actuator, engine } = await open(recorded);
    engine.fail('redirect');
    expect(await actuator.act(ORDER)).toMatchObject({
      kind: 'failed',
      detail: expect.stringContaining('302'),
    });
  });

  it('says that an engine that breaks off or hangs did not answer', async () => {
    for (const [fault, words] of [
      ['reset', 'did not answer'],
      ['slow', 'nothing came within 1000 ms'],
    ] as const) {
      const { actuator, engine } = await open(recorded, { timeoutSeconds: 1 });
      engine.fail(fault);
      const acted = await actuator.act(ORDER);
      expect(acted).toMatchObject({ kind: 'failed', detail: expect.stringContaining(words) });
      expect(acted.detail).not.toContain(CREDENTIAL_MARK);
    }
  });

  it('is not deceived by an answer from before: it says that it is still served', async () => {
    const { actuator, engine } = await open(recorded);
    await actuator.readBack(ORDER);
    engine.fail('staleReads');
    await actuator.act(ORDER);
    expect(engine.serving()).toBe(false);
    expect((await actuator.readBack(ORDER)).state).toBe('serving');
    engine.fail('staleReads', 0);
    expect((await actuator.readBack(ORDER)).state).toBe('stopped');
  });

  it('is not armed with a wrong credential, and says so without it', async () => {
    const wrong = recorded.credential.replaceAll(CREDENTIAL_MARK, 'wrong-secret');
    const { actuator } = await open(recorded, { credential: wrong });
    const [check] = await actuator.preflight();
    expect(check).toMatchObject({ check: 'credential', ok: false });
    expect(JSON.stringify([check, await actuator.act(ORDER)])).not.toContain('wrong-secret');
  });

  it('is not armed for a flag that the engine does not have', async () => {
    const { actuator, engine } = await open(recorded);
    engine.fail(404);
    expect((await actuator.preflight())[0]).toMatchObject({ flag: 'checkout', check: 'flag', ok: false });
  });

  it('says what it would send, without sending or showing a credential', async () => {
    const { actuator, engine } = await open(recorded);
    const text = actuator.describe(ORDER);
    expect(text).toContain(recorded.stops.url);
    expect(text).not.toContain(CREDENTIAL_MARK);
    expect(engine.requests).toEqual([]);
  });
});

describe('an engine whose off is not control', () => {
  const known = Object.entries(RECORDED).filter(([, { knowsOff }]) => knowsOff);
  it.each(known)('%s is not armed, and never says that it stopped', async (_, recorded) => {
    const { actuator, engine } = await open(recorded, { setup: { offIsTreatment: true } });
    const checks = await actuator.preflight();
    expect(checks).toContainEqual(expect.objectContaining({ check: 'offServesControl', ok: false }));
    await actuator.act(ORDER);
    expect(engine.serving()).toBe(true);
    expect((await actuator.readBack(ORDER)).state).toBe('serving');
  });
});

describe('approvals that can be seen beforehand', () => {
  it.each(['Statsig', 'Datadog'])('%s', async (name) => {
    const { actuator } = await open(RECORDED[name] as Recorded, { setup: { approval: true } });
    expect(await actuator.preflight()).toContainEqual(
      expect.objectContaining({ check: 'approval', ok: false }),
    );
  });
});

describe('a decision to pause', () => {
  const pause: Order = { ...ORDER, action: 'pause' };

  it('pauses a ramp of GrowthBook once, and leaves what is served', async () => {
    const { actuator, engine } = await open(RECORDED['a ramp of GrowthBook'] as Recorded);
    expect(actuator.pauses('checkout')).toBe(true);
    expect(await actuator.act(pause)).toMatchObject({ kind: 'done', already: false });
    expect(await actuator.act(pause)).toMatchObject({ kind: 'done', already: true });
    expect(engine.serving()).toBe(true);
    // Paused is not rolled back.
    expect((await actuator.readBack(ORDER)).state).toBe('serving');
    expect(await actuator.act(ORDER)).toMatchObject({ kind: 'done', already: false });
    expect(engine.serving()).toBe(false);
  });

  it('pauses a rollout of Datadog, and says that this cannot be read back', async () => {
    const { actuator, engine } = await open(RECORDED['Datadog'] as Recorded);
    expect(await actuator.act(pause)).toMatchObject({ kind: 'done' });
    expect(engine.requests.at(-1)?.url).toBe('/api/v2/feature-flags/exposure-schedules/schedule-1/pause');
    expect((await actuator.readBack(pause)).state).toBe('unknown');
  });

  it('is nothing that the others can do', async () => {
    for (const name of ['Unleash', 'GrowthBook', 'LaunchDarkly', 'Statsig', 'Split']) {
      const { actuator } = await open(RECORDED[name] as Recorded);
      expect(actuator.pauses('checkout')).toBe(false);
    }
  });
});

describe('a fallthrough that is pinned to control', () => {
  it('is not enough where rules go before it', async () => {
    const recorded = RECORDED['LaunchDarkly, pinned to control'] as Recorded;
    const ruled: Recorded = {
      ...recorded,
      contract: (setup) => {
        const inner = recorded.contract(setup);
        return {
          ...inner,
          answer(request) {
            const answer = inner.answer(request);
            const body = structuredClone(answer?.body) as
              | { environments?: { production: { rules: unknown[] } } }
              | undefined;
            body?.environments?.production.rules.push({ variation: 1 });
            return answer === null ? null : { ...answer, body };
          },
        };
      },
    };
    const { actuator } = await open(ruled);
    expect(await actuator.preflight()).toContainEqual(
      expect.objectContaining({ check: 'offServesControl', ok: false }),
    );
    await actuator.act(ORDER);
    expect((await actuator.readBack(ORDER)).state).toBe('serving');
  });
});
