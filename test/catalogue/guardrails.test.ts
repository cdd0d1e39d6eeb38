import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { by, type CatalogueFixture, definition, makeFlag, openCatalogue, refusal } from './fixture.ts';

let fixture: CatalogueFixture;
beforeAll(async () => {
  fixture = await openCatalogue();
  const { metrics } = fixture.catalogue;
  const event = 'order';
  await metrics.create(by, {
    type: 'proportion',
    key: 'error',
    direction: 'increaseIsBad',
    source: { event: 'error' },
  });
  await metrics.create(by, {
    type: 'mean',
    key: 'capped',
    source: { event, aggregation: 'sum' },
    cap: { kind: 'value', value: 100 },
  });
  await metrics.create(by, {
    type: 'quantile',
    key: 'p95',
    source: { event, aggregation: 'max' },
    quantile: 0.95,
  });
});
afterAll(() => fixture.close());

const relative = (value: number) => ({ kind: 'relative' as const, value });
const guarded = (key: string, guardrails: readonly object[], decisions: object = {}) => ({
  ...definition(key),
  guardrails,
  decisions,
});
const create = (document: object) =>
  fixture.catalogue.experiments.create(
    by,
    document as Parameters<typeof fixture.catalogue.experiments.create>[1],
  );

describe('a guardrail', () => {
  it('is armed and rolls back unless told otherwise, and its margin is never implied', async () => {
    const made = await create(guarded('defaults', [{ metric: 'error', margin: relative(0.2) }]));
    expect(made.guardrails).toEqual([
      {
        metric: 'error',
        direction: null,
        margin: relative(0.2),
        gate: null,
        share: null,
        action: 'rollback',
        armed: true,
        method: null,
      },
    ]);
    expect(made.decisions).toEqual({
      alpha: 0.01,
      gate: 'noHarm',
      requiredUnits: 1000,
      staleAfterSeconds: 300,
      validForSeconds: 30,
    });
    const [code, pointers] = await refusal(create(guarded('implied', [{ metric: 'error' }])));
    expect([code, pointers]).toEqual(['unprocessable', ['/guardrails/0/margin']]);
  });

  it('has its metric counted without being listed, and says in the plan what it leaves to others', async () => {
    const { catalogue } = fixture;
    await makeFlag(catalogue, 'planned');
    const guardrails = [
      { metric: 'error', margin: relative(0), share: 0.5 },
      { metric: 'visit', margin: { kind: 'absolute', value: 0.01 } },
      { metric: 'capped', margin: relative(0.1), gate: 'noHarm', action: 'pause' },
      { metric: 'spend', margin: relative(0.1), action: 'notify' },
    ];
    await create({ ...guarded('planned', guardrails), flag: 'planned' });
    const { metricVersions } = await catalogue.start(by, 'planned');
    expect(metricVersions).toEqual({ spend: 1, visit: 1, error: 1, capped: 1 });
    const plan = await catalogue.plan('planned');
    expect(plan.metrics.map(({ role, definition: { key } }) => [role, key])).toEqual([
      ['goal', 'spend'],
      ['secondary', 'visit'],
      ['guardrail', 'error'],
      ['guardrail', 'capped'],
    ]);
    const planned = plan.guardrails.map(({ metric, direction, method, share }) => [
      metric,
      direction,
      method,
      share,
    ]);
    expect(planned).toEqual([
      ['error', 'increaseIsBad', 'counts', 0.5],
      ['visit', 'decreaseIsBad', 'proportions', 0.5 / 3],
      ['capped', 'decreaseIsBad', 'boundedMeans', 0.5 / 3],
      ['spend', 'decreaseIsBad', null, 0.5 / 3],
    ]);
  });

  it.each([
    [
      'safety at margin 0',
      [{ metric: 'error', margin: relative(0), gate: 'safety' }],
      '/guardrails/0/margin/value',
      'no data could show safety',
    ],
    [
      'a fall by more than everything',
      [{ metric: 'visit', margin: relative(1) }],
      '/guardrails/0/margin/value',
      'below 1',
    ],
    [
      'an uncapped mean that acts',
      [{ metric: 'spend', margin: relative(0.1) }],
      '/guardrails/0/action',
      'an uncapped mean',
    ],
    [
      'a quantile that acts',
      [{ metric: 'p95', margin: relative(0.1), action: 'pause' }],
      '/guardrails/0/action',
      'may only notify',
    ],
    [
      'two on one metric',
      [
        { metric: 'error', margin: relative(0) },
        { metric: 'error', margin: relative(1) },
      ],
      '/guardrails/1/metric',
      'a metric has one',
    ],
    [
      'more than the budget',
      [
        { metric: 'error', margin: relative(0), share: 0.6 },
        { metric: 'visit', margin: relative(0), share: 0.6 },
      ],
      '/guardrails',
      'more than 1',
    ],
    [
      'nothing left of the budget',
      [
        { metric: 'error', margin: relative(0), share: 1 },
        { metric: 'visit', margin: relative(0) },
      ],
      '/guardrails',
      'leave nothing',
    ],
    [
      'counts against an absolute margin',
      [{ metric: 'error', margin: { kind: 'absolute', value: 0.1 }, method: 'counts' }],
      '/guardrails/0/method',
      'relative margin',
    ],
    [
      'a method of proportions for a mean',
      [{ metric: 'capped', margin: relative(0), method: 'counts' }],
      '/guardrails/0/method',
      'is of proportions',
    ],
  ])('is refused for %s', async (_, guardrails, pointer, sentence) => {
    const promise = create(guarded('refused', guardrails));
    const error = await promise.then(
      () => null,
      (thrown: unknown) => thrown as { fields: { pointer: string; detail: string }[] },
    );
    expect(error?.fields).toEqual([{ pointer, detail: expect.stringContaining(sentence) }]);
  });

  it('is refused where the gate of all is safety and its margin is 0', async () => {
    const margin = relative(0);
    const [, pointers] = await refusal(
      create(
        guarded(
          'gate',
          [
            { metric: 'error', margin },
            { metric: 'visit', margin, gate: 'noHarm' },
          ],
          { gate: 'safety' },
        ),
      ),
    );
    expect(pointers).toEqual(['/guardrails/0/margin/value']);
  });

  it('may change while the experiment runs, but not the false-pause rate that was promised', async () => {
    const { catalogue } = fixture;
    await makeFlag(catalogue, 'promise');
    await create({ ...guarded('promise', []), flag: 'promise' });
    const { revision } = await catalogue.start(by, 'promise');
    const patched = await fixture.call('PATCH', '/experiments/promise', {
      body: { guardrails: [{ metric: 'error', margin: relative(0.1) }], decisions: { requiredUnits: 50 } },
      headers: { 'if-match': `"${revision}"` },
    });
    expect(patched.status).toBe(200);
    expect(patched.body.metricVersions).toMatchObject({ error: 1 });
    const refused = await fixture.call('PATCH', '/experiments/promise', {
      body: { decisions: { alpha: 0.1 } },
      headers: { 'if-match': String(patched.headers.etag) },
    });
    expect(refused.status).toBe(409);
    expect(refused.body.errors).toEqual([
      { pointer: '/decisions/alpha', detail: 'is fixed once the experiment has started' },
    ]);
  });
});
