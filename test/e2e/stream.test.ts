import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  killAllServices,
  launchService,
  type RunningService,
  runService,
} from '../../scripts/run-service.ts';
import type { Results } from '../../src/analyse/index.ts';
import { type Broker, missingForBroker, startBroker } from '../support/kafka/index.ts';
import { requireOrSkip } from '../support/requirement.ts';
import { armsOf, ask, call, defineExperiment, expectArms, readiness, unitsFrom } from './stream-api.ts';

const missing = await missingForBroker();
if (missing !== null) requireOrSkip('kafka', missing);

/** What a supervisor gives a process that is told to end. */
const STOPPED_WITHIN_MS = 10_000;

describe.skipIf(missing !== null)('one process on Kafka and its own stores', () => {
  let directory: string;
  let broker: Broker;
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'assay-stream-'));
    broker = await startBroker();
  }, 300_000);
  afterEach(killAllServices);
  afterAll(async () => {
    await broker?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  const envOf = (topic: string) => ({
    KAFKA_BROKERS: broker.brokers,
    KAFKA_TOPIC: topic,
    KAFKA_GROUP: `ingesters of ${topic}`,
  });
  const start = (topic: string, env: Readonly<Record<string, string>> = {}): Promise<RunningService> =>
    runService({ dataDirectory: join(directory, topic), env: { ...envOf(topic), ...env } });

  async function expectQuickStop(service: RunningService): Promise<void> {
    const toldAt = performance.now();
    expect(await service.stop()).toBe(0);
    expect(performance.now() - toldAt).toBeLessThan(STOPPED_WITHIN_MS);
  }

  it('replays the bundled experiment through the stream, to the same scorecard', async () => {
    const env = { ...envOf('demo'), ASSAY_DEMO: 'on' };
    const service = launchService({ dataDirectory: join(directory, 'demo'), env });
    const [, base = ''] = await service.waitFor(/API +(http:\S+?)\/api\/v1/);
    const token = 'assay-token-for-one-run';
    const results = await ask<Results>({ base, token }, '/api/v1/experiments/hillstrom/results');
    expect(results.sampleRatio.units).toEqual({ control: 21306, mens: 21307, womens: 21387 });
    const spend = results.metrics.find(({ metric }) => metric === 'spend');
    const mens = spend?.comparisons.find(({ variant }) => variant === 'mens');
    expect(mens?.absolute.estimate).toBeCloseTo(0.76734337577, 10);
    expect(mens?.unadjusted?.absolute.estimate).toBeCloseTo(0.76982715589, 10);
    // What was printed is what the API says: the whole stream, not what of it had come so far.
    expect(service.output()).toMatch(/units control 21,306, mens 21,307, womens 21,387/);
    // Errors while it started would be the reader's first impression.
    expect(service.output()).not.toContain('"level":50');
    service.process.kill('SIGTERM');
    expect(await service.ended).toBe(0);
  });

  it('shows events in the results, once each, over stops and starts', async () => {
    const first = await start('own');
    await defineExperiment(first);
    const verdicts = await ask(first, '/api/v1/events', unitsFrom(0, 300));
    expect(verdicts).toMatchObject({ accepted: 400, duplicates: 0, rejected: [] });
    await expectArms(first, armsOf(300));
    // Accepted and not read yet when it is told to end.
    await ask(first, '/api/v1/events', unitsFrom(300, 600));
    await expectQuickStop(first);

    const second = await start('own');
    // The collector does not remember them: they come into the tables a second time and count once.
    await ask(second, '/api/v1/events', unitsFrom(250, 350));
    await expectArms(second, armsOf(600));
    await expectQuickStop(second);
  });

  it('says which partitions it reads and how far behind they are, and counts what it does', async () => {
    const service = await start('told', { KAFKA_PARTITIONS: '3' });
    await ask(service, '/api/v1/events', [...unitsFrom(0, 60), { type: 'nothing' }]);
    const ready = /^told\/0: lag 0 messages, \d+\.\d s; told\/1: lag 0 messages, \d+\.\d s; told\/2: lag 0 /;
    await expect
      .poll(() => readiness(service, 'stream'), { timeout: 30_000 })
      .toMatchObject({ status: 200, ok: true, detail: expect.stringMatching(ready) });
    let metrics = '';
    const metric = (name: string): number => {
      const escaped = name.replaceAll(/[{}]/g, '\\$&');
      return Number(new RegExp(`^${escaped} (\\S+)$`, 'm').exec(metrics)?.[1] ?? Number.NaN);
    };
    // How far behind it was can have been looked up before the envelopes came.
    await expect
      .poll(
        async () => {
          metrics = await (await call(service, '/metrics')).text();
          return metric('assay_stream_messages_total') - metric('assay_collect_envelopes_total');
        },
        { timeout: 30_000 },
      )
      .toBe(0);
    expect(metric('assay_collect_accepted_total')).toBe(80);
    expect(metric('assay_collect_sends_total{outcome="acknowledged"}')).toBe(1);
    expect(metric('assay_stream_rows_total{table="raw_impressions"}')).toBe(60);
    expect(metric('assay_stream_rows_total{table="raw_conversions"}')).toBe(20);
    expect(metric('assay_stream_rows_total{table="dead_letters"}')).toBe(1);
    expect(metric('assay_stream_rebalances_total')).toBe(1);
    for (const partition of [0, 1, 2]) {
      expect(metric(`assay_stream_lag_messages{topic="told",partition="${partition}"}`)).toBe(0);
      expect(metric(`assay_stream_partition_stuck{topic="told",partition="${partition}"}`)).toBe(0);
    }
    const { items } = await ask<{ items: unknown[] }>(service, '/api/v1/events/rejected');
    expect(items).toMatchObject([
      { code: 'invalid-type', index: 80, source: expect.stringMatching(/^kafka:/) },
    ]);
    await expectQuickStop(service);
  });

  it('refuses events while the broker is away, says so, and goes on by itself once it is back', async () => {
    const service = await start('away');
    await defineExperiment(service);
    await ask(service, '/api/v1/events', unitsFrom(0, 30));
    await broker.kill();
    const refused = await call(service, '/api/v1/events', unitsFrom(30, 60));
    expect(refused.status).toBe(503);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await readiness(service, 'stream')).toMatchObject({ status: 503, ok: false });
    await broker.restart();
    await expect
      .poll(async () => (await call(service, '/api/v1/events', unitsFrom(30, 60))).status, {
        timeout: 30_000,
      })
      .toBe(202);
    await expectArms(service, armsOf(60));
    await expect
      .poll(() => readiness(service, 'stream'), { timeout: 30_000 })
      .toMatchObject({ status: 200, ok: true });
    await expectQuickStop(service);
  }, 180_000);

  it('ends in time although the broker is away, after telling whoever waits', async () => {
    const service = await start('ending');
    await ask(service, '/api/v1/events', unitsFrom(0, 30));
    await broker.kill();
    const waiting = [1, 2, 3].map((n) => call(service, '/api/v1/events', unitsFrom(n * 30, n * 30 + 30)));
    const toldAt = performance.now();
    const code = service.stop();
    for (const answer of await Promise.allSettled(waiting))
      if (answer.status === 'fulfilled') expect(answer.value.status).toBe(503);
    expect(await code).toBe(0);
    // Twice: what is being sent has its time, and so has what is being read.
    expect(performance.now() - toldAt).toBeLessThan(2 * STOPPED_WITHIN_MS);
    await broker.restart();
  }, 120_000);

  describe('a start that cannot succeed ends with one sentence', () => {
    const said = (output: string): string[] =>
      output.split('\n').filter((line) => line.startsWith('assay: '));

    it.each([
      [
        'nobody listens',
        () => ({ KAFKA_BROKERS: '127.0.0.1:1' }),
        /Kafka \(127\.0\.0\.1:1\) cannot be used: Kafka cannot be reached/,
      ],
      [
        'the password is wrong',
        () => ({
          KAFKA_BROKERS: broker.saslBrokers,
          KAFKA_SASL_MECHANISM: 'scram-sha-256',
          KAFKA_USERNAME: broker.user.username,
          KAFKA_PASSWORD: 'not the password',
        }),
        /cannot be used: Kafka refused the login/,
      ],
      [
        'the broker speaks no TLS',
        () => ({ KAFKA_BROKERS: broker.brokers, KAFKA_TLS: 'on' }),
        /cannot be used: .*TLS/,
      ],
      ['a key is wrong', () => ({ KAFKA_BROKERS: 'kafka' }), /KAFKA_BROKERS \("kafka"\) is not valid/],
    ])('where %s', async (name, env, sentence) => {
      const service = launchService({ dataDirectory: join(directory, `refused ${name}`), env: env() });
      expect(await service.ended).toBe(1);
      expect(said(service.output())).toEqual([expect.stringMatching(sentence)]);
      expect(service.output()).not.toContain('not the password');
    });
  });

  it.each(['plain', 'scram-sha-512'])('logs in by %s with a password from a file', async (mechanism) => {
    const password = join(directory, 'password');
    writeFileSync(password, `${broker.user.password}\n`);
    const service = await start(`login-${mechanism}`, {
      KAFKA_BROKERS: broker.saslBrokers,
      KAFKA_SASL_MECHANISM: mechanism,
      KAFKA_USERNAME: broker.user.username,
      KAFKA_PASSWORD_FILE: password,
    });
    await ask(service, '/api/v1/events', unitsFrom(0, 10));
    await expect
      .poll(async () => (await call(service, '/metrics')).text(), { timeout: 30_000 })
      .toMatch(/assay_stream_rows_total\{table="raw_impressions"\} 10\n/);
    await expectQuickStop(service);
  });
});
