import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { Validator } from '@seriousme/openapi-schema-validator';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { killAllServices, type RunningService, runService } from '../../scripts/run-service.ts';
import type { Results } from '../../src/analyse/index.ts';
import { findChromium } from '../support/chromium.ts';
import { requireOrSkip } from '../support/requirement.ts';

const root = dirname(dirname(import.meta.dirname));
const run = promisify(execFile);
const browser = findChromium();
if (browser === null) requireOrSkip('chromium', 'no chromium is in the PATH');

interface OpenApi {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

let directory: string;
let service: RunningService;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'assay-api-'));
  service = await runService({ dataDirectory: join(directory, 'data') });
});
afterAll(async () => {
  const code = await service.stop();
  killAllServices();
  rmSync(directory, { recursive: true, force: true });
  expect(code).toBe(0);
});

const call = (path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`${service.base}${path}`, {
    ...init,
    headers: { authorization: `Bearer ${service.token}`, ...init.headers },
  });

async function openApi(): Promise<OpenApi> {
  return (await (await call('/openapi.json')).json()) as OpenApi;
}

describe('the README', () => {
  /** The shell blocks of the section on one's own experiment, with the token and the address of this service. */
  function script(): string {
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    const section = readme.slice(
      readme.indexOf('## Your own experiment'),
      readme.indexOf('## Recompute any number'),
    );
    const blocks = [...section.matchAll(/```sh\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');
    expect(blocks).toHaveLength(3);
    return blocks
      .slice(0, 2)
      .join('\n')
      .replace('export TOKEN=assay_pat_…', `export TOKEN=${service.token}`)
      .replaceAll('http://127.0.0.1:8787', service.base);
  }

  async function untilAnalysed(): Promise<Results> {
    for (;;) {
      const results = (await (await call('/api/v1/experiments/checkout/results')).json()) as Results;
      const units = Object.values(results.sampleRatio.units ?? {}).reduce((sum, n) => sum + n, 0);
      if (units === 6) return results;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  it('shows how ten events sent by curl become results', async () => {
    const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', script()], { cwd: directory });
    expect(stdout).toContain('{"accepted":10,"duplicates":0,"rejected":[]}');
    const results = await untilAnalysed();
    const rate = results.metrics.find(({ metric }) => metric === 'purchase-rate');
    expect(rate?.arms.map(({ variant, units, mean }) => [variant, units, mean])).toEqual([
      ['control', 3, 1 / 3],
      ['treatment', 3, 1],
    ]);
    const revenue = results.metrics.find(({ metric }) => metric === 'revenue');
    expect(revenue?.arms.map(({ mean }) => mean)).toEqual([
      expect.closeTo(12.5 / 3, 12),
      expect.closeTo(74.9 / 3, 12),
    ]);
  });

  it('has a command that prints them as a table', async () => {
    const args = ['results', 'checkout', '--token', service.token, '--url', service.base];
    const { stdout } = await run(join(root, 'bin/assay'), args);
    expect(stdout).toMatch(/purchase-rate +goal +control +3 +33\.3 %/);
  });

  it('has commands that check its moments and make them anew', async () => {
    const args = ['checkout', '--token', service.token, '--url', service.base];
    const asked = async () =>
      (await (await call('/api/v1/experiments/checkout/attribution')).json()) as {
        build: number | null;
        trusted: boolean | null;
      };
    // Moments are made in the background.
    while ((await asked()).build === null) await new Promise((resolve) => setTimeout(resolve, 100));
    const verified = await run(join(root, 'bin/assay'), ['verify', ...args]);
    expect(verified.stdout).toMatch(
      /^The moments of "checkout" are what raw rows .* give; the largest difference is \S+/,
    );
    const { build, trusted } = await asked();
    expect(trusted).toBe(true);
    const rebuilt = await run(join(root, 'bin/assay'), ['rebuild', ...args]);
    expect(rebuilt.stdout).toMatch(
      /^Build \d+ of "checkout" is live, with everything received up to \S+Z\.$/m,
    );
    const anew = await asked();
    expect(anew.build).toBeGreaterThan(build ?? 0);
    expect(anew.trusted).toBeNull();
    const unknown = run(join(root, 'bin/assay'), ['verify', 'nothing', ...args.slice(1)]);
    await expect(unknown).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('There is no experiment'),
    });
  });

  it('counts the same events sent again as duplicates, and nothing twice', async () => {
    const body = readFileSync(join(directory, 'events.ndjson'));
    const again = await call('/api/v1/events', {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/x-ndjson' },
    });
    expect(await again.json()).toEqual({ accepted: 0, duplicates: 10, rejected: [] });
    const asked = await call('/api/v1/experiments/checkout:refresh', { method: 'POST' });
    expect(asked.status).toBe(202);
    const location = asked.headers.get('location') ?? '';
    for (let state = ''; state !== 'done'; )
      state = ((await (await call(location)).json()) as { state: string }).state;
    expect((await untilAnalysed()).sampleRatio.units).toEqual({ control: 3, treatment: 3 });
  });

  it('has a command that erases a unit, everywhere and for good', async () => {
    const units = async (): Promise<Results['sampleRatio']['units']> => {
      const asked = await call('/api/v1/experiments/checkout:refresh', { method: 'POST' });
      const location = asked.headers.get('location') ?? '';
      for (let state = ''; state !== 'done'; )
        state = ((await (await call(location)).json()) as { state: string }).state;
      return ((await (await call('/api/v1/experiments/checkout/results')).json()) as Results).sampleRatio
        .units;
    };
    const rest = ['--token', service.token, '--url', service.base];
    const asked = await run(join(root, 'bin/assay'), ['erase', 'user', 'u2', ...rest]);
    expect(asked.stdout).toMatch(/^Erasure \S+ was asked for; --wait, or GET/);
    const done = await run(join(root, 'bin/assay'), ['erase', 'user', 'u2', '--wait', ...rest]);
    const id = /^Erasure (\S+) is done: everything of the unit received up to \S+Z is gone\.$/m.exec(
      done.stdout,
    )?.[1];
    expect(asked.stdout).toContain(id);
    expect(await units()).toEqual({ control: 3, treatment: 2 });
    const verified = await run(join(root, 'bin/assay'), ['verify', 'checkout', ...rest]);
    expect(verified.stdout).toMatch(/are what raw rows received up to/);
    const events = readFileSync(join(directory, 'events.ndjson'), 'utf8');
    const [line = ''] = events.split('\n').filter((event) => event.includes('"u2"'));
    const later = await call('/api/v1/events', {
      method: 'POST',
      body: line.replace('"i-2"', '"i-2-later"').replace('"treatment"', '"control"'),
      headers: { 'content-type': 'application/x-ndjson' },
    });
    expect(await later.json()).toEqual({ accepted: 1, duplicates: 0, rejected: [] });
    expect(await units()).toEqual({ control: 4, treatment: 2 });
    const audit = await (await call(`/api/v1/audit-events?resource=erasures/${id}`)).text();
    expect(JSON.parse(audit).items).toMatchObject([
      { action: 'erase', actor: { id: expect.stringMatching(/^token:/) } },
    ]);
    expect(audit).not.toContain('u2');
  });

  it.each([
    [['erase', 'user'], 'A unit’s type, its id and a token are needed'],
    [['erase', 'user', 'a', 'b'], 'A unit’s type, its id and a token are needed'],
    [['erase', 'user', '..'], 'curl --path-as-is'],
    [['erase', 'x'.repeat(51), 'a'], 'not valid'],
  ])('refuses %j with one sentence', async (args, sentence) => {
    const refused = run(join(root, 'bin/assay'), [...args, '--token', service.token, '--url', service.base]);
    await expect(refused).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining(sentence) });
  });
});

describe('every other type of metric', () => {
  const HOUR = 3_600_000;
  const begin = Date.now() - 240 * HOUR;

  async function post(path: string, body: unknown): Promise<void> {
    const answer = await call(`/api/v1/${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    });
    expect([path, answer.ok]).toEqual([path, true]);
  }

  it('goes from its definition and events to results', async () => {
    await post('flags', { key: 'menu', variants: [{ key: 'control' }, { key: 'treatment' }] });
    const order = { event: 'order' };
    const metrics = [
      { key: 'back', type: 'retention', source: order, fromHours: 24, toHours: 48 },
      { key: 'time', type: 'timeToEvent', source: order, windowHours: 72 },
      { key: 'way', type: 'funnel', steps: [{ event: 'view' }, order] },
      { key: 'orders', type: 'quantile', source: { ...order, aggregation: 'count' }, quantile: 0.5 },
    ];
    for (const metric of metrics) await post('metrics', metric);
    await post('experiments', {
      ...{ key: 'menu', flag: 'menu', control: 'control', start: '2026-01-01T00:00:00Z', refreshSeconds: 5 },
      arms: ['control', 'treatment'].map((variant) => ({ variant, weight: 1 })),
      metrics: { goal: metrics.map(({ key }) => key) },
    });
    const event = (id: string, unit: number, hours: number, own: object) => ({
      ...{ id: `${id}-${unit}`, environment: 'production', unit: { type: 'user', id: `m${unit}` } },
      ...{ ts: new Date(begin + hours * HOUR).toISOString(), ...own },
    });
    const seen = (unit: number, variant: string) =>
      event('i', unit, 0, { type: 'impression', flag: 'menu', variant });
    const did = (name: string, unit: number, hours: number) =>
      event(name, unit, hours, { type: 'conversion', name });
    await post('experiments/menu:start', {});
    await post('events', [
      ...[seen(1, 'control'), seen(2, 'treatment'), seen(3, 'control'), seen(4, 'treatment')],
      ...[did('view', 1, 1), did('view', 2, 1), did('order', 2, 30)],
      ...[did('order', 3, 30), did('view', 4, 30), did('order', 4, 31)],
    ]);
    let results: Results;
    do {
      await new Promise((resolve) => setTimeout(resolve, 200));
      results = (await (await call('/api/v1/experiments/menu/results')).json()) as Results;
    } while (results.metrics[0]?.arms.some(({ units }) => units < 2) !== false);
    const means = Object.fromEntries(
      results.metrics.map(({ metric, arms }) => [metric, arms.map(({ mean }) => mean)]),
    );
    const quantile = results.metrics.find(({ metric }) => metric === 'orders')?.detail;
    const one = quantile?.kind === 'quantile' && quantile.figures === 'sketch' ? 1 + 1 / 128 : 1;
    expect(means).toEqual({ back: [0.5, 1], time: [0.5, 1], way: [0, 1], orders: [0, one] });
    const way = results.metrics.find(({ metric }) => metric === 'way')?.detail;
    expect(way?.kind === 'funnel' && way.steps[0]?.arms.map(({ share }) => share)).toEqual([0.5, 1]);
  });
});

describe('the API’s description', () => {
  it('is OpenAPI 3.1, and the committed one (`npm run openapi` writes it)', async () => {
    const document = await openApi();
    expect(document.openapi).toBe('3.1.0');
    const validation = await new Validator().validate(document as never);
    expect(validation.errors ?? []).toEqual([]);
    expect(document).toEqual(JSON.parse(readFileSync(join(root, 'docs/openapi.json'), 'utf8')));
  });

  it('names no route that answers without a token, but health, readiness and gates, whose address has one', async () => {
    const open: string[] = [];
    const gates: [string, number][] = [];
    for (const [path, item] of Object.entries((await openApi()).paths))
      for (const method of Object.keys(item)) {
        const url = `${service.base}${path.replaceAll(/\{[^}]*\}/g, 'x')}`;
        const answer = await fetch(url, { method: method.toUpperCase() });
        if (path.includes('{token}')) gates.push([`${method} ${path}`, answer.status]);
        else if (answer.status !== 401) open.push(`${method} ${path}`);
      }
    expect(open).toEqual(['get /healthz', 'get /readyz']);
    // Without a body Flagger's are not even looked up.
    expect(gates).toEqual([
      ['post /flagger/{token}/gate', 422],
      ['post /flagger/{token}/rollback', 422],
      ['post /kayenta/{token}/canary/{id}', 404],
      ['get /kayenta/{token}/canary/{id}', 404],
      ['get /kayenta/{token}/canaryConfig', 404],
      ['get /kayenta/{token}/credentials', 404],
    ]);
  });
});

describe('operations', () => {
  it('say that all is well, part by part', async () => {
    const ready = await fetch(`${service.base}/readyz`);
    expect([ready.status, await ready.json()]).toEqual([
      200,
      {
        status: 'ready',
        checks: { clickhouse: { ok: true, detail: null }, postgres: { ok: true, detail: null } },
      },
    ]);
  });

  it('count events and jobs for Prometheus', async () => {
    const text = await (await call('/metrics')).text();
    expect(text).toMatch(/^assay_scorecard_seconds_count [1-9]/m);
    expect(text).toMatch(/^assay_scorecard_wait_seconds_count [1-9]/m);
    expect(text).toMatch(/^assay_jobs\{state="failed"\} 0$/m);
    expect(text).toMatch(/^assay_attribution_builds\{state="live"\} [1-9]/m);
    expect(text).toMatch(/^assay_erasures_waiting 0$/m);
    expect(text).toMatch(/^assay_erasures_oldest_seconds 0$/m);
  });
});

describe.skipIf(browser === null)('a browser', () => {
  it('opens the ready link', async () => {
    const opened = await chromium.launch({
      executablePath: browser ?? '',
      args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update'],
    });
    try {
      const page = await opened.newPage();
      const answer = await page.goto(
        `${service.base}/api/v1/experiments/checkout/results?token=${service.token}`,
      );
      expect(answer?.status()).toBe(200);
      expect(answer?.headers()['cache-control']).toContain('no-store');
      expect(await page.textContent('body')).toContain('"experiment":"checkout"');
    } finally {
      await opened.close();
    }
  });
});
