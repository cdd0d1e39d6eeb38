import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Decision, DecisionLog } from '../../src/decide/index.ts';
import { observeDecisions } from '../../src/notify/index.ts';
import { openTestStore, type TestStore } from '../access/fixture.ts';
import { append, decisionOn } from './decisions.ts';

let store: TestStore;
beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());

const logger = pino({ level: 'silent' });
const clock = () => new Date('2026-03-01T10:06:00.000Z');

const guardrail = (metric: string, status: Decision['guardrails'][number]['status']) =>
  ({ metric, status }) as Decision['guardrails'][number];

it('tells of each treatment its verdict, its ages and its guardrails as they are now', async () => {
  const log = new DecisionLog(store.postgres);
  const registry = new Registry();
  observeDecisions(registry, { log, clock, logger });
  expect(await registry.metrics()).not.toMatch(/^assay_decision_verdict\{/m);
  const guardrails = [guardrail('error', 'harm'), guardrail('latency', 'safe')];
  await append(log, decisionOn({}, 'pass'), decisionOn({}, 'breach', { guardrails }));
  await append(log, decisionOn({ flag: 'new' }, 'stale', { dataThrough: null }));
  const text = await registry.metrics();
  const of = (flag: string) => `environment="production",flag="${flag}",treatment="treatment"`;
  const verdicts = [
    ...text.matchAll(/^assay_decision_verdict\{.*flag="checkout".*verdict="(\w+)"\} (\d)$/gm),
  ];
  expect(verdicts.map(([, verdict, value]) => [verdict, value])).toEqual([
    ['breach', '1'],
    ['invalid', '0'],
    ['stale', '0'],
    ['inconclusive', '0'],
    ['pass', '0'],
  ]);
  for (const line of [
    `assay_decision_verdict{${of('new')},verdict="stale"} 1`,
    `assay_decision_age_seconds{${of('checkout')}} 360`,
    `assay_decision_data_age_seconds{${of('checkout')}} 360`,
    `assay_decision_valid_seconds{${of('checkout')}} -60`,
    `assay_guardrail_status{${of('checkout')},metric="error",status="harm"} 1`,
    `assay_guardrail_status{${of('checkout')},metric="error",status="safe"} 0`,
    `assay_guardrail_status{${of('checkout')},metric="latency",status="safe"} 1`,
  ])
    expect(text).toContain(line);
  // No data is not data that is no seconds old.
  expect(text).not.toContain(`assay_decision_data_age_seconds{${of('new')}}`);
});

it('tells of no more than five hundred treatments, those decided on last', async () => {
  const log = new DecisionLog(store.postgres);
  const registry = new Registry();
  observeDecisions(registry, { log, clock, logger });
  const guardrails = Array.from({ length: 30 }, (_, n) => guardrail(`metric-${n}`, 'safe'));
  for (let n = 0; n < 501; n += 1)
    await append(
      log,
      decisionOn({ flag: `flag-${n}` }, 'pass', {
        decidedAt: `2026-03-02T10:00:00.${String(n).padStart(3, '0')}Z`,
        guardrails,
      }),
    );
  const text = await registry.metrics();
  expect([...text.matchAll(/^assay_decision_age_seconds\{/gm)]).toHaveLength(500);
  expect(text).toContain('flag="flag-500"');
  expect(text).not.toContain('flag="flag-0"');
  expect([...text.matchAll(/^assay_guardrail_status\{.*flag="flag-7"/gm)]).toHaveLength(20 * 4);
});

it('leaves out what cannot be read, and nothing else', async () => {
  const registry = new Registry();
  const log = { newest: () => Promise.reject(new Error('away')) };
  observeDecisions(registry, { log, clock, logger });
  expect(await registry.metrics()).toContain('# TYPE assay_decision_verdict gauge');
});
