import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { decisionOf } from '../decisions.ts';
import { type Answer, type Metric, MetricRun, measure, type Phase, type Status } from './argo-model.ts';
import { evaluate } from './expression.ts';

const file = (path: string) =>
  readFileSync(fileURLToPath(new URL(`../../../${path}`, import.meta.url)), 'utf8');

interface Template {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly args: readonly { readonly name: string }[];
    readonly metrics: readonly (Metric & {
      readonly provider: {
        readonly web: { readonly url: string; readonly headers: readonly { key: string; value: string }[] };
      };
    })[];
  };
}

const template = (name: string) => parse(file(`examples/argo/${name}.yaml`)) as Template;
const metricOf = (name: string) => {
  const [metric, ...others] = template(name).spec.metrics;
  if (metric === undefined || others.length > 0) throw new Error('one metric is expected');
  return metric;
};
const BACKGROUND = metricOf('background');
const GATE = metricOf('gate');

const NOW = new Date('2026-03-02T09:30:10.000Z');
const ok = (text: string, afterMs = 20): Answer => ({ kind: 'answer', status: 200, text, afterMs });
const says = (verdict: Parameters<typeof decisionOf>[0], changes = {}) =>
  ok(JSON.stringify(decisionOf(verdict, changes)));

/** Everything that an engine may meet; P, I, X (invalid), S (stale), B and the faults. */
const ANSWERS: Readonly<Record<string, Answer>> = {
  P: says('pass'),
  I: says('inconclusive'),
  X: says('invalid'),
  S: says('stale', { validUntil: null, decidedAt: null, dataThrough: null }),
  B: says('breach'),
  /** A pass past its validUntil. */
  O: says('pass', { validUntil: '2026-03-02T09:30:09.999Z' }),
  E: { kind: 'unreachable' },
  H: ok('<!doctype html><title>Sign in</title>'),
  U: { kind: 'answer', status: 503, text: '{}', afterMs: 5 },
  T: says('pass'),
  /** JSON of somebody else. */
  J: ok('{"status":"ok"}'),
};
const SLOW: Answer = { ...(ANSWERS['P'] as Extract<Answer, { kind: 'answer' }>), afterMs: 10_001 };
const answerOf = (letter: string): Answer =>
  letter === 'T' ? SLOW : (ANSWERS[letter] ?? { kind: 'unreachable' });

/** Runs a metric over answers, one letter each; the last is repeated when it ends with `*`, until the run does. */
function run(metric: Metric, letters: string): { status: Status; measurements: number; ms: number } {
  const metricRun = new MetricRun(metric);
  let ms = 0;
  let measurements = 0;
  const endless = letters.endsWith('*');
  const given = [...letters.replace('*', '')];
  for (let index = 0; endless ? index < 2000 : index < given.length; index += 1) {
    const letter = given[Math.min(index, given.length - 1)] ?? '';
    measurements += 1;
    metricRun.take(measure(metric, answerOf(letter), NOW));
    if (metricRun.status !== 'Running') break;
    ms += metricRun.waitMs;
  }
  return { status: metricRun.status, measurements, ms };
}

function* sequences(letters: string, longest: number): Generator<string> {
  let level = [''];
  for (let length = 1; length <= longest; length += 1) {
    level = level.flatMap((known) => [...letters].map((letter) => known + letter));
    yield* level;
  }
}

describe('the templates', () => {
  it.each(['background', 'gate'])('%s asks the core resource with a token from a secret', (name) => {
    const { kind, spec } = template(name);
    expect(kind).toBe('AnalysisTemplate');
    const [metric] = spec.metrics;
    expect(metric?.provider.web.url).toBe(
      '{{args.address}}/api/v1/decisions/{{args.environment}}/{{args.flag}}/{{args.treatment}}',
    );
    expect(metric?.provider.web.headers).toEqual([{ key: 'Authorization', value: 'Bearer {{args.token}}' }]);
    const named = new Set(spec.args.map((arg) => arg.name));
    for (const [, arg] of JSON.stringify(metric).matchAll(/\{\{args\.(\w+)\}\}/g))
      expect(named).toContain(arg);
    expect(file(`examples/argo/${name}.yaml`)).toContain('secretKeyRef');
  });

  it('are what the rollout uses', () => {
    const rollout = file('examples/argo/rollout.yaml');
    for (const name of ['background', 'gate']) expect(rollout).toContain(template(name).metadata.name);
    expect(() => parse(rollout)).not.toThrow();
  });
});

const ALL = 'PIXSBOEHUTJ';

describe('the background template', () => {
  it('fails on the first breach and on nothing else, in every short sequence', () => {
    let tried = 0;
    for (const letters of sequences(ALL, 4)) {
      tried += 1;
      const { status, measurements } = run(BACKGROUND, letters);
      const breach = letters.indexOf('B');
      expect([letters, status, measurements]).toEqual(
        breach < 0 ? [letters, 'Running', letters.length] : [letters, 'Failed', breach + 1],
      );
    }
    expect(tried).toBe(11 + 11 ** 2 + 11 ** 3 + 11 ** 4);
  });

  it('bears an outage of five minutes, of any kind, and aborts after that', () => {
    for (const fault of ['E', 'H', 'U', 'T', 'J']) {
      expect(run(BACKGROUND, fault.repeat(30)).status).toBe('Running');
      expect(run(BACKGROUND, `${fault.repeat(30)}P${fault.repeat(30)}`).status).toBe('Running');
      expect(run(BACKGROUND, `${fault}*`)).toEqual({ status: 'Error', measurements: 31, ms: 300_000 });
    }
  });

  it('would abort after 50 seconds with the default limit of errors', () => {
    const { consecutiveErrorLimit: _, ...unlimited } = BACKGROUND;
    expect(run(unlimited, 'E*')).toMatchObject({ status: 'Error', measurements: 5, ms: 40_000 });
  });

  it('goes on for ever while nothing is known, and fails when harm is shown after that', () => {
    for (const nothing of ['S', 'X', 'I', 'O']) {
      expect(run(BACKGROUND, `${nothing}*`)).toMatchObject({ status: 'Running', measurements: 2000 });
      expect(run(BACKGROUND, `${nothing.repeat(500)}B`)).toMatchObject({
        status: 'Failed',
        measurements: 501,
      });
    }
  });

  it('would take the JSON of somebody else for success without its success condition', () => {
    const { successCondition: _, ...careless } = BACKGROUND;
    expect(measure(careless, answerOf('J'), NOW)).toBe('Successful');
    expect(measure(BACKGROUND, answerOf('J'), NOW)).toBe('Error');
  });
});

describe('the gate', () => {
  it('passes on the first valid pass, fails on the first breach and waits otherwise, in every short sequence', () => {
    for (const letters of sequences(ALL, 4)) {
      const decided = letters.search(/[PB]/);
      const { status, measurements } = run(GATE, letters);
      const expected: Status = decided < 0 ? 'Running' : letters[decided] === 'P' ? 'Successful' : 'Failed';
      expect([letters, status, measurements]).toEqual([
        letters,
        expected,
        decided < 0 ? letters.length : decided + 1,
      ]);
    }
  });

  it('pauses the rollout after an hour without a pass, and never aborts it for that', () => {
    for (const nothing of ['S', 'X', 'I', 'O', 'J'])
      expect(run(GATE, `${nothing}*`)).toEqual({
        status: 'Inconclusive',
        measurements: 360,
        ms: 3_590_000,
      });
  });

  it('would be inconclusive at the first answer with the default limit', () => {
    const { inconclusiveLimit: _, ...unlimited } = GATE;
    expect(run(unlimited, 'I*')).toMatchObject({ status: 'Inconclusive', measurements: 1 });
  });

  it('would never end with a pass if its limit counted successes alone', () => {
    const { consecutiveSuccessLimit: _, ...counted } = GATE;
    expect(run(counted, 'P'.repeat(359)).status).toBe('Running');
  });

  it('does not let a decision past its validUntil through, nor one without', () => {
    expect(measure(GATE, answerOf('O'), NOW)).toBe('Inconclusive');
    expect(measure(GATE, says('pass', { validUntil: null }), NOW)).toBe('Error');
    expect(measure(GATE, says('pass', { validUntil: '2026-03-02T09:30:10.001Z' }), NOW)).toBe('Successful');
  });

  it('aborts on a breach in the middle of a wait, however old the decision', () => {
    expect(run(GATE, `${'I'.repeat(100)}B`)).toMatchObject({ status: 'Failed', measurements: 101 });
    const old = says('breach', { validUntil: '2020-01-01T00:00:00.000Z' });
    expect(measure(GATE, old, NOW)).toBe('Failed');
    expect(measure(BACKGROUND, old, NOW)).toBe('Failed');
  });
});

describe('the model', () => {
  interface Condition {
    readonly condition: string;
    readonly body: unknown;
    readonly outcome: 'true' | 'false' | 'error';
  }
  const conditions = JSON.parse(file('test/golden/argo-conditions.json')) as { cases: Condition[] };
  const ours = (condition: string, body: unknown): string => {
    try {
      return String(evaluate(condition, body, NOW));
    } catch {
      return 'error';
    }
  };

  it('evaluates the templates’ own conditions as expr does', () => {
    const known = new Set(conditions.cases.map(({ condition }) => condition));
    for (const { successCondition, failureCondition } of [BACKGROUND, GATE])
      for (const condition of [successCondition, failureCondition]) expect(known).toContain(condition);
    for (const { condition, body, outcome } of conditions.cases)
      expect([condition, body, ours(condition, body)]).toEqual([condition, body, outcome]);
  });

  it('assesses every short sequence as Argo’s controller does', () => {
    const golden = JSON.parse(file('test/golden/argo-runs.json')) as {
      runs: Record<string, { metric: Omit<Metric, 'provider'>; sequences: Record<string, string> }>;
    };
    const phases: Record<string, Phase> = { S: 'Successful', F: 'Failed', I: 'Inconclusive', E: 'Error' };
    expect(Object.keys(golden.runs)).toHaveLength(4);
    for (const [name, { metric, sequences: known }] of Object.entries(golden.runs)) {
      expect(Object.keys(known)).toHaveLength(4 + 4 ** 2 + 4 ** 3 + 4 ** 4 + 4 ** 5);
      for (const [letters, outcome] of Object.entries(known)) {
        const metricRun = new MetricRun({ ...metric, provider: { web: {} } });
        let statuses = '';
        for (const letter of letters) {
          const status = metricRun.take(phases[letter] as Phase);
          statuses += status === 'Running' ? 'r' : status[0];
          if (status !== 'Running') break;
        }
        expect([name, letters, statuses]).toEqual([name, letters, outcome]);
      }
    }
  });
});
