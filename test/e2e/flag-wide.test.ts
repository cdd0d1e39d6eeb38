import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { killAllServices, type RunningService, runService } from '../../scripts/run-service.ts';
import type { Experiment } from '../../src/catalogue/index.ts';
import type { Decision } from '../../src/decide/index.ts';
import { EventReader } from '../notify/event-reader.ts';
import { ask, call } from './stream-api.ts';

const root = dirname(dirname(import.meta.dirname));
const run = promisify(execFile);
const VARIANTS = [{ key: 'control' }, { key: 'treatment' }];
const EVEN = { control: 'control', weights: { control: 1, treatment: 1 } };
let directory: string;
let service: RunningService;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'assay-flag-wide-'));
  service = await runService({ dataDirectory: join(directory, 'data') });
});
afterAll(async () => {
  await service.stop();
  killAllServices();
  rmSync(directory, { recursive: true, force: true });
});

const answer = <T>(path: string, body?: unknown) => ask<T>(service, `/api/v1/${path}`, body);
const decisionOn = (flag: string) => answer<Decision>(`decisions/production/${flag}/treatment`);
const experimentsOn = async (flag: string, query = '') =>
  (await answer<{ items: Experiment[] }>(`experiments?flag=${flag}${query}`)).items;

/** A PATCH or PUT of something as it is now. */
async function change(method: 'PATCH' | 'PUT', path: string, body: unknown): Promise<number> {
  const etag = (await call(service, `/api/v1/${path}`)).headers.get('etag');
  const answered = await fetch(`${service.base}/api/v1/${path}`, {
    method,
    body: JSON.stringify(body),
    headers: {
      authorization: `Bearer ${service.token}`,
      'content-type': 'application/json',
      ...(etag === null ? {} : { 'if-match': etag }),
    },
  });
  expect(answered.status, await answered.text()).toBeLessThan(300);
  return answered.status;
}

/** Impressions of so many new units of each variant in turn, of which the first ones have the event. */
async function meet(
  flag: string,
  prefix: string,
  units: number,
  events: Record<string, number>,
  name = 'error',
) {
  const base = { ts: new Date().toISOString(), environment: 'production' };
  const sent = Array.from({ length: units }, (_, index) =>
    Object.entries(events).flatMap(([variant, failing]) => {
      const unit = { type: 'user', id: `${flag}-${prefix}-${variant}-${index}` };
      const impression = { ...base, id: `i-${unit.id}`, type: 'impression', unit, flag, variant };
      const event = { ...base, id: `e-${unit.id}`, type: 'conversion', unit, name };
      return index < failing ? [impression, event] : [impression];
    }),
  ).flat();
  for (let from = 0; from < sent.length; from += 500) {
    const { rejected } = await answer<{ rejected: unknown[] }>('events', sent.slice(from, from + 500));
    expect(rejected).toEqual([]);
  }
}

const until = { timeout: 60_000, interval: 200 };

describe('a flag without an experiment', { timeout: 150_000 }, () => {
  it('is watched once two of its variants are met', async () => {
    for (const key of ['error', 'crash'])
      await answer('metrics', {
        key,
        type: 'proportion',
        direction: 'increaseIsBad',
        source: { event: key },
      });
    const made = await change('PUT', 'environments/production/flag-guardrails', {
      decisions: { requiredUnits: 200, validForSeconds: 10 },
      guardrails: [{ metric: 'error', margin: { kind: 'relative', value: 0.1 } }],
    });
    expect(made).toBe(201);
    for (const key of ['harmful', 'harmless'])
      await answer('flags', { key, variants: VARIANTS, allocation: EVEN });
    await answer('flags', { key: 'undeclared', variants: VARIANTS });
    const optOut = { metrics: null, why: 'an operations switch' };
    await answer('flags', {
      key: 'opted-out',
      variants: VARIANTS,
      allocation: EVEN,
      guardrailsOptOut: optOut,
    });
    await answer('flags', { key: 'one-sided', variants: VARIANTS, allocation: EVEN });
    const both = { control: 0, treatment: 0 };
    await meet('one-sided', 'first', 20, { treatment: 0 });
    for (const flag of ['undeclared', 'opted-out', 'harmful', 'harmless'])
      await meet(flag, 'first', 20, both);
    for (const flag of ['harmful', 'harmless'])
      await expect
        .poll(async () => (await experimentsOn(flag, '&implicit=true')).map(({ key }) => key), until)
        .toEqual([`flag:${flag}`]);
    // They were met before those.
    for (const flag of ['undeclared', 'opted-out', 'one-sided'])
      expect(await experimentsOn(flag)).toEqual([]);
    const unwatched = await decisionOn('undeclared');
    expect(unwatched.reasons.join()).toMatch(/No experiment runs on flag "undeclared".*allocation/);
  });

  it('is stopped by harm, by the system, latched, and told on the stream; one without harm is not', async () => {
    const stream = await EventReader.open(`${service.base}/api/v1/decisions/stream?environment=production`, {
      authorization: `Bearer ${service.token}`,
    });
    for (const flag of ['harmful', 'harmless'])
      await expect.poll(async () => (await decisionOn(flag)).units.control, until).not.toBeNull();
    await Promise.all([
      meet('harmful', 'a', 300, { control: 3, treatment: 80 }),
      meet('harmless', 'a', 300, { control: 10, treatment: 10 }),
    ]);
    await expect.poll(async () => (await decisionOn('harmful')).verdict, until).toBe('breach');
    await expect.poll(async () => (await decisionOn('harmless')).verdict, until).toBe('pass');
    const stopped = await decisionOn('harmful');
    expect(stopped).toMatchObject({ experiment: 'flag:harmful', action: 'rollback' });
    expect(stopped.guardrails).toMatchObject([{ metric: 'error', scope: 'flag', status: 'harm' }]);
    const told = await stream.through(stopped.sequence);
    expect(told.at(-1)?.data).toMatchObject({ id: stopped.id, flag: 'harmful', verdict: 'breach' });
    stream.cut();
    const { items } = await answer<{ items: { action: string; actor: { id: string } }[] }>(
      `audit-events?resource=${encodeURIComponent('decisions/production/harmful/treatment')}`,
    );
    expect(items[0]).toMatchObject({ action: 'decide', actor: { id: 'system:decide' } });
    const { evidence } = await answer<{ evidence: { experiment: { guardrails: unknown[] } } }>(
      `decisions/${stopped.id}/evidence`,
    );
    expect(evidence.experiment.guardrails).toMatchObject([{ metric: 'error', scope: 'flag' }]);
    const { stdout } = await run(join(root, 'bin/assay'), [
      ...['replay', stopped.id ?? '', '--token', service.token, '--url', service.base],
    ]);
    expect(stdout).toMatch(/^breach: the same to the last bit/);
    // The weights that its rollback brings do not clear it.
    await change('PATCH', 'flags/production/harmful', {
      allocation: { weights: { control: 1, treatment: 0 } },
    });
    await expect.poll(async () => (await decisionOn('harmful')).epoch, until).toBe('2');
    expect((await decisionOn('harmful')).verdict).toBe('breach');
  });

  it('is handed to an experiment and back, and what was stopped stays so', async () => {
    await change('PATCH', 'flags/production/harmful', { allocation: EVEN });
    const arms = ['control', 'treatment'].map((variant) => ({ variant, weight: 1 }));
    const crash = { metric: 'crash', margin: { kind: 'relative', value: 0.1 } };
    const decisions = { requiredUnits: 200, validForSeconds: 10, alpha: 0.02 };
    for (const flag of ['harmful', 'harmless']) {
      await answer('experiments', {
        ...{ key: `on-${flag}`, flag, control: 'control', arms, decisions },
        guardrails: [crash],
      });
      await answer(`experiments/on-${flag}:start`, {});
      await expect.poll(async () => (await decisionOn(flag)).experiment, until).toBe(`on-${flag}`);
    }
    expect((await decisionOn('harmful')).verdict).toBe('breach');
    await meet('harmless', 'b', 300, { control: 10, treatment: 10 });
    await expect.poll(async () => (await decisionOn('harmless')).verdict, until).toBe('pass');
    const { guardrails } = await decisionOn('harmless');
    expect(guardrails.map(({ metric, scope }) => [metric, scope])).toEqual([
      ['crash', 'experiment'],
      ['error', 'flag'],
    ]);
    // Two guardrails share what is granted in the first period; both stay within what was promised.
    const budget = await answer<{ granted: number; shares: unknown; grants: { alpha: number }[] }>(
      'experiments/on-harmless/error-budget',
    );
    expect(budget.shares).toEqual([
      { metric: 'crash', scope: 'experiment', share: 0.5 },
      { metric: 'error', scope: 'flag', share: 0.5 },
    ]);
    expect(budget.granted).toBeCloseTo(0.02 * (6 / Math.PI ** 2), 12);
    await answer('experiments/on-harmless:stop', {});
    await meet('harmless', 'c', 20, { control: 0, treatment: 0 });
    await expect
      .poll(async () => (await experimentsOn('harmless', '&status=running')).map(({ key }) => key), until)
      .toEqual(['flag:harmless:2']);
    const all = (await experimentsOn('harmless')).toSorted((a, b) =>
      (a.start ?? '') < (b.start ?? '') ? -1 : 1,
    );
    expect(all.map(({ key }) => key)).toEqual(['flag:harmless', 'on-harmless', 'flag:harmless:2']);
    expect(all[0]?.end).toBe(all[1]?.start);
    expect((all[1]?.end ?? '') <= (all[2]?.start ?? '')).toBe(true);
    await meet('harmless', 'd', 300, { control: 3, treatment: 80 });
    await expect.poll(async () => (await decisionOn('harmless')).verdict, until).toBe('breach');
    expect(await decisionOn('harmless')).toMatchObject({ experiment: 'flag:harmless:2' });
  });

  it('carries a guardrail that is added in mid-run, at what is left of its budget', async () => {
    await answer('flags', { key: 'later', variants: VARIANTS, allocation: EVEN });
    await meet('later', 'first', 20, { control: 0, treatment: 0 });
    await expect.poll(async () => (await experimentsOn('later')).length, until).toBe(1);
    await meet('later', 'a', 300, { control: 3, treatment: 3 });
    await expect.poll(async () => (await decisionOn('later')).verdict, until).toBe('pass');
    await change('PUT', 'environments/production/flag-guardrails', {
      decisions: { requiredUnits: 200, validForSeconds: 10 },
      guardrails: ['error', 'crash'].map((metric) => ({ metric, margin: { kind: 'relative', value: 0.1 } })),
    });
    const watched = async () =>
      (
        await answer<{ grants: { metric: string; period: number; alpha: number }[] }>(
          'experiments/flag:later/error-budget',
        )
      ).grants;
    await expect
      .poll(async () => (await watched()).map(({ metric, period }) => [period, metric]), until)
      .toEqual([
        [1, 'error'],
        [2, 'crash'],
      ]);
    await meet('later', 'b', 300, { control: 3, treatment: 80 }, 'crash');
    await expect.poll(async () => (await decisionOn('later')).verdict, until).toBe('breach');
    expect((await decisionOn('later')).reasons[0]).toMatch(/^"crash" rose/);
    // What was stopped stays stopped when nobody guards it any more.
    await change('PUT', 'environments/production/flag-guardrails', { guardrails: [] });
    await expect.poll(async () => (await experimentsOn('later', '&status=running')).length, until).toBe(0);
    expect((await decisionOn('later')).verdict).toBe('breach');
  });
});
