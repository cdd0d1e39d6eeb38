import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  killAllServices,
  type LaunchedService,
  launchService,
  runService,
} from '../../scripts/run-service.ts';
import type { Results } from '../../src/analyse/index.ts';

afterEach(killAllServices);

const DEMO = { ASSAY_DEMO: 'on', ASSAY_TOKEN: '' };

async function readyLink(service: LaunchedService): Promise<URL> {
  const [, link = ''] = await service.waitFor(/open\s+(http\S+)/);
  return new URL(link);
}

async function getJson<T>(url: URL | string, token?: string): Promise<T> {
  const answer = await fetch(
    url,
    token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } },
  );
  expect(answer.status).toBe(200);
  return (await answer.json()) as T;
}

/** The figures of the data's own README (SciPy 1.17), to the digits given there. */
function expectHillstrom(results: Results): void {
  const comparison = (metric: string, variant: string) =>
    results.metrics.find((m) => m.metric === metric)?.comparisons.find((c) => c.variant === variant);
  const close = (actual: number | null | undefined, expected: number, half: number): void =>
    expect(Math.abs((actual ?? Number.NaN) - expected)).toBeLessThanOrEqual(half);
  expect(results.sampleRatio.status).toBe('ok');
  expect(results.sampleRatio.units).toEqual({ control: 21306, mens: 21307, womens: 21387 });
  close(results.sampleRatio.chiSquare, 0.20253, 5e-6);
  close(results.sampleRatio.p, 0.90369, 5e-6);
  const spend = comparison('spend', 'mens');
  close(spend?.absolute.estimate, 0.76734337577, 5e-12);
  close(spend?.absolute.ci?.[0], 0.4827176081, 5e-12);
  // The table's last digit of this bound is 4; exact arithmetic gives …34281, which SciPy agrees with.
  close(spend?.absolute.ci?.[1], 1.05196914343, 5e-12);
  close(spend?.p, 1.26986e-7, 5e-13);
  close(spend?.unadjusted?.absolute.estimate, 0.76982715589, 5e-12);
  close(spend?.unadjusted?.absolute.ci?.[0], 0.48513973257, 5e-12);
  close(spend?.unadjusted?.absolute.ci?.[1], 1.05451457922, 5e-12);
  close(spend?.unadjusted?.p, 1.16381e-7, 5e-13);
  const womens = comparison('spend', 'womens')?.unadjusted;
  close(womens?.absolute.estimate, 0.42441221594, 5e-12);
  close(womens?.absolute.ci?.[0], 0.16895678988, 5e-12);
  close(womens?.absolute.ci?.[1], 0.67986764199, 5e-12);
  close(womens?.p, 0.0011294, 5e-9);
  const proportions = [
    ['visit', 'mens', 0.07658956365, 0.06995330808, 0.08322674127, 5.685165483e-112],
    ['visit', 'womens', 0.04523310659, 0.03889409536, 0.05157434296, 3.182403159e-44],
    ['order', 'mens', 0.00680500652, 0.00501434467, 0.0086407234, 1.523223501e-13],
    ['order', 'womens', 0.00311105751, 0.00150165713, 0.00474547131, 1.571051291e-4],
  ] as const;
  for (const [metric, variant, estimate, lower, upper, p] of proportions) {
    const found = comparison(metric, variant);
    close(found?.absolute.estimate, estimate, 5e-12);
    close(found?.absolute.ci?.[0], lower, 5e-12);
    close(found?.absolute.ci?.[1], upper, 5e-12);
    close(found?.p, p, 5e-10 * 10 ** Math.floor(Math.log10(p)));
  }
}

describe('the first start, as a new user sees it', () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'assay-start-'));
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it('replays the experiment, prints its scorecard and a link that works, and stops cleanly', async () => {
    const service = launchService({ dataDirectory: join(directory, 'data'), env: DEMO });
    const link = await readyLink(service);
    expect(service.output()).toMatch(/replaying +\[█+\] 100 %/);
    expect(service.output()).toMatch(/spend \(CUPED\).*\n.*mens .*Better/);
    expect(service.output()).toContain('Sample ratio: ok');
    expectHillstrom(await getJson<Results>(link));
    service.process.kill('SIGTERM');
    expect(await service.ended).toBe(0);
  });

  it('has everything still there at the second start, and shows the token no more', async () => {
    const dataDirectory = join(directory, 'data');
    const service = await runService({ dataDirectory });
    expectHillstrom(
      await getJson<Results>(`${service.base}/api/v1/experiments/hillstrom/results`, service.token),
    );
    expect(service.output()).not.toContain('replaying');
    expect(service.output()).not.toContain('assay_pat_');
    expect(await service.stop('SIGINT')).toBe(0);
  });

  it('takes the signals of one Ctrl-C for one, and stops cleanly in the middle of a replay', async () => {
    const service = launchService({ dataDirectory: join(directory, 'interrupted'), env: DEMO });
    await service.waitFor(/replaying +\[[█░]+\] {2}25 %/);
    service.process.kill('SIGINT');
    service.process.kill('SIGINT');
    expect(await service.ended).toBe(0);
  });

  it('refuses a directory whose ClickHouse or Postgres was taken away', async () => {
    const dataDirectory = join(directory, 'halved');
    expect(await (await runService({ dataDirectory })).stop()).toBe(0);
    for (const store of ['clickhouse', 'postgres']) {
      renameSync(join(dataDirectory, store), join(directory, 'aside'));
      const service = launchService({ dataDirectory });
      expect(await service.ended).toBe(1);
      expect(service.output()).toMatch(new RegExp(`assay: [^\\n]*${store} is missing while [^\\n]*\\n$`));
      rmSync(join(dataDirectory, store), { recursive: true, force: true });
      renameSync(join(directory, 'aside'), join(dataDirectory, store));
    }
    expect(await (await runService({ dataDirectory })).stop()).toBe(0);
  });

  it('refuses a second process on the same directory with one sentence, and leaves the first alone', async () => {
    const dataDirectory = join(directory, 'data');
    const first = await runService({ dataDirectory });
    const second = launchService({ dataDirectory });
    expect(await second.ended).toBe(1);
    expect(second.output()).toMatch(new RegExp(`assay: [^\\n]*${first.process.pid}[^\\n]*\\n$`));
    await getJson(`${first.base}/readyz`);
    expect(await first.stop()).toBe(0);
  });

  it('refuses a port that is in use with one sentence', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? String(address?.port) : '';
    const service = launchService({ dataDirectory: join(directory, 'data'), env: { PORT: port } });
    expect(await service.ended).toBe(1);
    expect(service.output()).toMatch(new RegExp(`assay: Port ${port} of 127.0.0.1 is in use; [^\\n]*\\n$`));
    server.close();
  });

  it('refuses a directory that cannot be written with one sentence', async () => {
    const locked = join(directory, 'locked');
    mkdirSync(locked);
    chmodSync(locked, 0o555);
    // Nothing is unwritable to root but what the kernel itself keeps.
    const dataDirectory = process.getuid?.() === 0 ? '/sys/assay' : join(locked, 'data');
    const service = launchService({ dataDirectory });
    expect(await service.ended).toBe(1);
    expect(service.output()).toMatch(/assay: [^\n]*\n$/);
    expect(
      service
        .output()
        .split('\n')
        .filter((line) => line.startsWith('assay: ')),
    ).toHaveLength(1);
  });

  it('refuses a directory of something else', async () => {
    const other = join(directory, 'other');
    mkdirSync(other);
    writeFileSync(join(other, 'holiday.jpg'), 'x');
    const service = launchService({ dataDirectory: other });
    expect(await service.ended).toBe(1);
    expect(service.output()).toMatch(/not a data directory of Assay/);
    expect(readdirSync(other)).toEqual(['holiday.jpg']);
  });

  it.each(['clickhouse', 'postgres'])(
    'refuses a directory whose %s is corrupt with one sentence',
    async (store) => {
      const dataDirectory = join(directory, `corrupt-${store}`);
      const healthy = await runService({ dataDirectory });
      expect(await healthy.stop()).toBe(0);
      for (const file of readdirSync(join(dataDirectory, store), { recursive: true, encoding: 'utf8' })) {
        const path = join(dataDirectory, store, file);
        if (existsSync(path) && statSync(path).isFile() && statSync(path).size > 0) truncateSync(path, 1);
      }
      const service = launchService({ dataDirectory });
      expect(await service.ended).not.toBe(0);
      const said = service
        .output()
        .split('\n')
        .filter((line) => line.startsWith('assay: '));
      expect(said).toHaveLength(1);
      expect(said[0]).toContain(dataDirectory);
    },
  );
});

describe('a replay that is killed with -9', () => {
  it('goes on where it was and ends with the same figures, however often', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'assay-kill-'));
    try {
      const dataDirectory = join(directory, 'data');
      for (const share of ['25', '50', '75']) {
        const service = launchService({ dataDirectory, env: DEMO });
        await service.waitFor(new RegExp(`replaying +\\[[█░]+\\]  ${share} %|analysing`));
        service.process.kill('SIGKILL');
        expect(await service.ended).toBeNull();
      }
      const service = launchService({ dataDirectory, env: DEMO });
      const link = await readyLink(service);
      expectHillstrom(await getJson<Results>(link));
      service.process.kill('SIGTERM');
      expect(await service.ended).toBe(0);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
});
