import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { killAllServices, type RunningService, runService } from '../../scripts/run-service.ts';
import type { Decision } from '../../src/decide/index.ts';

const root = dirname(dirname(import.meta.dirname));
const run = promisify(execFile);
let directory: string;
let service: RunningService;
const SUBJECT = 'decisions/production/checkout/treatment';

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'assay-decide-'));
  service = await runService({ dataDirectory: join(directory, 'data'), env: { DECISIONS_PORT: '0' } });
});
afterAll(async () => {
  await service.stop();
  killAllServices();
  rmSync(directory, { recursive: true, force: true });
});

async function call(path: string, init: RequestInit & { json?: unknown } = {}): Promise<Response> {
  const { json, ...rest } = init;
  return fetch(`${service.base}/api/v1/${path}`, {
    ...rest,
    ...(json === undefined ? {} : { method: init.method ?? 'POST', body: JSON.stringify(json) }),
    headers: {
      authorization: `Bearer ${service.token}`,
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      ...rest.headers,
    },
  });
}

// biome-ignore lint/suspicious/noExplicitAny: the body of any route, looked into by the test.
async function answer(path: string, init: Parameters<typeof call>[1] = {}): Promise<any> {
  const response = await call(path, init);
  const body = await response.json();
  if (!response.ok) throw new Error(`${path}: ${JSON.stringify(body)}`);
  return body;
}

const decision = (): Promise<Decision> => answer(SUBJECT);

/** Waits by long-polling until the decision is as wanted. */
async function until(wanted: (decision: Decision) => boolean): Promise<Decision> {
  let etag = '"0-stale-none"';
  for (;;) {
    const response = await call(SUBJECT, { headers: { 'if-none-match': etag, prefer: 'wait=5' } });
    if (response.status === 304) continue;
    const found = (await response.json()) as Decision;
    if (wanted(found)) return found;
    etag = response.headers.get('etag') ?? etag;
  }
}

/**
 * Impressions of so many new units of each variant, in turn as a split has them, of which the first ones have an error: a
 * cycle that saw one arm alone would find that the split is broken.
 */
async function meet(prefix: string, units: number, errors: Record<string, number>): Promise<void> {
  const base = { ts: new Date().toISOString(), environment: 'production' };
  const events = Array.from({ length: units }, (_, index) =>
    Object.entries(errors).flatMap(([variant, failing]) => {
      const unit = { type: 'user', id: `${prefix}-${variant}-${index}` };
      const impression = { ...base, id: `i-${unit.id}`, type: 'impression', unit, flag: 'checkout', variant };
      const error = { ...base, id: `e-${unit.id}`, type: 'conversion', unit, name: 'error' };
      return index < failing ? [impression, error] : [impression];
    }),
  ).flat();
  for (let from = 0; from < events.length; from += 500) {
    const sent = await answer('events', { json: events.slice(from, from + 500) });
    expect(sent.rejected).toEqual([]);
  }
}

describe('a rollout that does harm', { timeout: 120_000 }, () => {
  it('is stale, with every key and a reason, while nobody knows of it', async () => {
    const unknown = await decision();
    expect(unknown).toMatchObject({ id: null, sequence: 0, verdict: 'stale', action: 'hold', score: null });
    expect(unknown.reasons).toEqual(['There is no flag "checkout" in environment "production".']);
  });

  it('is stopped by the events that show it, and says why', async () => {
    await answer('flags', {
      json: {
        environment: 'production',
        key: 'checkout',
        variants: [{ key: 'control' }, { key: 'treatment' }],
      },
    });
    await answer('metrics', {
      json: { key: 'error', type: 'proportion', direction: 'increaseIsBad', source: { event: 'error' } },
    });
    await answer('experiments', {
      json: {
        ...{ key: 'checkout', flag: 'checkout', control: 'control' },
        arms: ['control', 'treatment'].map((variant) => ({ variant, weight: 1 })),
        guardrails: [{ metric: 'error', margin: { kind: 'relative', value: 0.1 } }],
        decisions: { requiredUnits: 200, validForSeconds: 10 },
      },
    });
    await answer('experiments/checkout:start', { method: 'POST' });
    await until(({ id }) => id !== null);
    // In one request, so that no cycle sees a part of them.
    await meet('a', 240, { control: 3, treatment: 3 });
    const well = await until(({ verdict }) => verdict === 'pass');
    expect(well).toMatchObject({
      action: 'proceed',
      score: 100,
      units: { control: 240, treatment: 240, required: 200 },
    });
    await meet('b', 250, { control: 3, treatment: 60 });
    const stopped = await until(({ verdict }) => verdict === 'breach');
    expect(stopped).toMatchObject({ action: 'rollback', score: 0, epoch: '1' });
    expect(stopped.sequence).toBeGreaterThan(well.sequence);
    expect(stopped.reasons[0]).toMatch(
      /^"error" rose beyond its margin of 10 % in epoch 1: \d+ of \d+ units/,
    );
  });

  it('answers with an ETag that holds until something changes', async () => {
    const first = await call(SUBJECT);
    const etag = first.headers.get('etag') ?? '';
    const body = (await first.json()) as Decision;
    const second = await call(SUBJECT, { headers: { 'if-none-match': etag } });
    if (second.status !== 304)
      expect(((await second.json()) as Decision).validUntil).not.toBe(body.validUntil);
    const control = await answer('decisions/production/checkout/control');
    expect(control.reasons[0]).toMatch(/is the control of experiment/);
  });

  it('is read the same on a port of its own, where nothing else is', async () => {
    const own = (path: string) =>
      fetch(new URL(`/api/v1/${path}`, service.decisions ?? ''), {
        headers: { authorization: `Bearer ${service.token}` },
      });
    const { id, sequence, verdict, reasons } = await decision();
    expect(await (await own(SUBJECT)).json()).toMatchObject({ id, sequence, verdict, reasons });
    expect((await own('experiments')).status).toBe(404);
  });

  it('keeps every decision with its reasons and what it was computed from', async () => {
    const { items } = await answer(`${SUBJECT}/history?limit=2`);
    expect(items[0]).toMatchObject({ verdict: 'breach' });
    const sequences = (await answer(`${SUBJECT}/history`)).items.map(({ sequence }: Decision) => sequence);
    expect(sequences).toEqual(sequences.toSorted((a: number, b: number) => b - a));
    const { decision: made, evidence } = await answer(`decisions/${items[0].id}/evidence`);
    expect(made).toEqual(items[0]);
    expect(evidence.experiment.guardrails[0]).toMatchObject({ metric: 'error', method: 'counts' });
    const { stdout } = await run(join(root, 'bin/assay'), [
      ...['replay', items[0].id, '--token', service.token, '--url', service.base],
    ]);
    expect(stdout).toMatch(/^breach: the same to the last bit/);
    const budget = await answer('experiments/checkout/error-budget');
    expect(budget.grants).toMatchObject([{ metric: 'error', period: 1, epoch: 1 }]);
    const { guardrails } = await answer('experiments/checkout/guardrails?baseRate=0.01&effect=1');
    expect(guardrails).toMatchObject([{ metric: 'error', treatment: 'treatment', share: 0.5, safety: null }]);
    expect(guardrails[0].alpha).toBeCloseTo(budget.granted / 4, 12);
    expect(guardrails[0].harm.units).toBeGreaterThan(10_000);
    expect(budget.granted).toBeCloseTo(0.01 * (6 / Math.PI ** 2), 12);
  });

  it('has times, each with what is not known and why', async () => {
    const times = await answer(`${SUBJECT}/times`);
    const { items } = await answer(`${SUBJECT}/history`);
    const stopped = items.findLast(({ verdict }: Decision) => verdict === 'breach');
    expect(times).toMatchObject({ decision: stopped.id, sequence: stopped.sequence, told: [] });
    expect(times.times.event).toEqual({ at: stopped.dataThrough, reason: null });
    expect(times.times.verdict).toEqual({ at: stopped.decidedAt, reason: null });
    const { startedAt } = await answer('experiments/checkout');
    const began = times.times.harmStart.at;
    expect([startedAt <= began, began <= stopped.dataThrough]).toEqual([true, true]);
    expect(times.times.sent).toEqual({ at: null, reason: 'no engine and no webhook has taken it up' });
    expect(times.seconds.harmStartToEvent).toBeGreaterThanOrEqual(0);
    const { stdout } = await run(join(root, 'bin/assay'), [
      ...['times', 'production', 'checkout', 'treatment', '--token', service.token, '--url', service.base],
    ]);
    expect(stdout).toContain(`the verdict was at ${stopped.decidedAt}`);
    const headers = { authorization: `Bearer ${service.token}` };
    const metrics = await (await fetch(`${service.base}/metrics`, { headers })).text();
    expect(metrics).toContain('assay_stop_seconds_count{stage="decided"} 1');
    const { guardrails } = await decision();
    expect(guardrails[0]?.global).toMatchObject({ exposure: 0.5, reason: null });
  });

  it('can be tried on what is stored: candidates, and the same without any harm', async () => {
    const file = join(directory, 'candidate.json');
    const margin = { kind: 'relative', value: 0 };
    writeFileSync(file, JSON.stringify({ guardrails: [{ metric: 'error', margin, armed: true }] }));
    const { startedAt } = await answer('experiments/checkout');
    const { stdout } = await run(join(root, 'bin/assay'), [
      ...['backtest', 'checkout', '--token', service.token, '--url', service.base, '--guardrails', file],
      ...['--from', startedAt, '--to', new Date().toISOString(), '--looks', '5', '--runs', '20'],
    ]);
    expect(stdout).toMatch(/^treatment: stopped at .* "error" rose beyond its margin of 0 %/);
    expect(stdout).toMatch(/without any harm: stopped in [01] of 20 runs/);
    const uncounted = await call('experiments/checkout/past-looks', {
      json: { guardrails: [{ metric: 'nothing', margin }], receivedThrough: new Date().toISOString() },
    });
    expect(uncounted.status).toBe(422);
  });

  it('stays stopped when weights change, until somebody resumes it, and remembers why it was', async () => {
    await answer('experiments/checkout/epochs', { json: { weights: { control: 1, treatment: 0 } } });
    const rolledBack = await until(({ epoch }) => epoch === '2');
    expect(rolledBack.verdict).toBe('breach');
    const refused = await call(`${SUBJECT}:resume`, { json: {} });
    expect(refused.status).toBe(422);
    const resumed = await answer(`${SUBJECT}:resume`, { json: { why: 'fixed by 4.2' } });
    expect(resumed.verdict).not.toBe('breach');
    expect(resumed.reasons.join(' ')).toMatch(
      /resumed it at .* \(fixed by 4.2\); it had been stopped since .*"error" rose/,
    );
    const { items } = await answer(`audit-events?resource=${encodeURIComponent(SUBJECT)}`);
    expect(
      items.map(({ action, actor }: { action: string; actor: { id: string } }) => [
        action,
        actor.id.split(':')[0],
      ]),
    ).toEqual(
      expect.arrayContaining([
        ['resume', 'token'],
        ['decide', 'system'],
      ]),
    );
  });

  it('does what a person says for as long as was said', async () => {
    const soon = new Date(Date.now() + 3600_000).toISOString();
    const past = await call(`${SUBJECT}:override`, {
      json: { verdict: 'pass', until: '2026-01-01T00:00:00Z', why: 'x' },
    });
    expect(past.status).toBe(422);
    const overridden = await answer(`${SUBJECT}:override`, {
      json: { verdict: 'breach', until: soon, why: 'by hand' },
    });
    expect(overridden).toMatchObject({
      verdict: 'breach',
      action: 'rollback',
      override: { why: 'by hand', until: soon },
    });
    const nobody = await call('decisions/production/checkout/nobody:override', {
      json: { verdict: 'pass', until: soon, why: 'x' },
    });
    expect(nobody.status).toBe(404);
  });
});
