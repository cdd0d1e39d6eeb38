import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  by,
  type CatalogueFixture,
  definition,
  HOUR,
  makeFlag,
  makeRunning,
  openCatalogue,
  refusal,
} from './fixture.ts';

let fixture: CatalogueFixture;
beforeAll(async () => {
  fixture = await openCatalogue();
});
afterAll(() => fixture.close());
// Two changes at one moment could not be told apart by a reader of the tests.
beforeEach(() => fixture.clock.advance(HOUR));

const at = (hours: number) => new Date(fixture.clock.now().getTime() + hours * HOUR).toISOString();

describe('a definition', () => {
  it('is a draft with the defaults filled in', async () => {
    const made = await fixture.catalogue.experiments.create(by, definition('defaults'));
    expect(made).toMatchObject({
      status: 'draft',
      environment: 'production',
      unitType: 'user',
      eligibleReasons: ['', 'split', 'cached'],
      statistics: { method: 'fixed', alpha: 0.05 },
      metricVersions: {},
      start: null,
      revision: 1,
    });
    expect(await fixture.catalogue.experiments.read('defaults')).toEqual(made);
  });

  it('is refused with a pointer at everything that contradicts itself', async () => {
    const broken = {
      ...definition('broken'),
      control: 'nobody',
      arms: [
        { variant: 'control', weight: 0 },
        { variant: 'control', weight: 0 },
      ],
      metrics: { goal: ['spend'], guardrail: ['spend'] },
      segments: ['germany', 'germany'],
      segmentAttributes: ['country', 'plan', 'country'],
      start: '2026-03-02T00:00:00+01:00',
      end: '2026-03-01T23:00:00Z',
    };
    const [code, pointers] = await refusal(fixture.catalogue.experiments.create(by, broken));
    expect(code).toBe('unprocessable');
    expect(pointers).toEqual([
      '/arms/1/variant',
      '/control',
      '/arms',
      '/metrics/guardrail/0',
      '/segments/1',
      '/segmentAttributes/2',
      '/end',
    ]);
  });

  it('is refused with a pointer at everything that is not there', async () => {
    const { experiments } = fixture.catalogue;
    const arms = [...definition('x').arms, { variant: 'third', weight: 1 }];
    const lost = {
      ...definition('lost'),
      arms,
      metrics: { goal: ['spend'], guardrail: ['none'] },
      segments: ['no'],
    };
    expect((await refusal(experiments.create(by, lost))).slice(0, 2)).toEqual([
      'unprocessable',
      ['/arms/2/variant', '/metrics/guardrail/0', '/segments/0'],
    ]);
    expect((await refusal(experiments.create(by, { ...lost, environment: 'no' })))[1]).toContain(
      '/environment',
    );
    const error = await experiments.create(by, definition('lost', 'unheard-of')).catch((thrown) => thrown);
    expect(error.fields).toEqual([
      {
        pointer: '/flag',
        detail: expect.stringMatching(
          /make it by POST \/api\/v1\/flags \{"environment":"production","key":"unheard-of","variants":\[\{"key":"control"\}/,
        ),
      },
    ]);
    expect(await experiments.find('lost')).toBeNull();
  });

  it('changes freely while it is a draft, all but its key', async () => {
    const { experiments } = fixture.catalogue;
    await makeFlag(fixture.catalogue, 'draft-flag');
    await experiments.create(by, definition('draft'));
    const patch = {
      flag: 'draft-flag',
      unitType: 'device',
      statistics: { alpha: 0.01 },
      start: at(1),
      end: at(2),
    };
    const changed = await experiments.patch(by, 'draft', [1], patch);
    expect(changed).toMatchObject({
      flag: 'draft-flag',
      statistics: { method: 'fixed', alpha: 0.01 },
      revision: 2,
    });
    expect((await refusal(experiments.patch(by, 'draft', 'any', { key: 'other' })))[1]).toEqual(['/key']);
    expect((await refusal(experiments.patch(by, 'draft', 'any', { start: at(3) })))[1]).toEqual(['/end']);
    expect((await refusal(experiments.patch(by, 'draft', 'any', { status: 'running' })))[1]).toEqual([
      '/status',
    ]);
    expect((await refusal(experiments.patch(by, 'draft', [1], { name: 'x' })))[0]).toBe(
      'precondition-failed',
    );
  });
});

describe('while it runs', () => {
  it('keeps what was counted: such changes are refused with a reason', async () => {
    const { catalogue } = fixture;
    await makeRunning(catalogue, 'fixed');
    const patches = [
      { flag: 'flag' },
      { unitType: 'device' },
      { control: 'treatment' },
      { statistics: { alpha: 0.1 } },
      { start: null },
      { eligibleReasons: [] },
      { guardSeconds: 0 },
    ];
    for (const patch of patches) {
      const [code, pointers, message] = await refusal(catalogue.experiments.patch(by, 'fixed', 'any', patch));
      expect([code, pointers]).toEqual(['conflict', [`/${Object.keys(patch)[0]}`]]);
      expect(message).toMatch(/is running, so .* cannot change \(.+\); make a new experiment/);
    }
    expect((await catalogue.experiments.read('fixed')).revision).toBe(2);
  });

  it('lets its name, metrics, segments and refresh change', async () => {
    const { catalogue } = fixture;
    await makeRunning(catalogue, 'loose');
    const changed = await catalogue.experiments.patch(by, 'loose', [2], {
      name: 'Loose',
      refreshSeconds: 5,
      segments: ['germany'],
      segmentAttributes: ['country', 'a=b'],
    });
    expect(changed).toMatchObject({ name: 'Loose', refreshSeconds: 5, segments: ['germany'], revision: 3 });
    expect((await catalogue.plan('loose')).segmentAttributes).toEqual(['country', 'a=b']);
    for (const segmentAttributes of [['say "no"'], ['a', 'b', 'c', 'd', 'e', 'f']])
      expect((await refusal(catalogue.experiments.patch(by, 'loose', 'any', { segmentAttributes })))[0]).toBe(
        'unprocessable',
      );
    expect(await catalogue.epochs('loose')).toHaveLength(1);
  });

  it('ends in the future or later than it would have', async () => {
    const { catalogue, clock } = fixture;
    await makeRunning(catalogue, 'ending');
    const end = (value: string | null) => catalogue.experiments.patch(by, 'ending', 'any', { end: value });
    expect((await refusal(end(at(-0.5))))[0]).toBe('unprocessable');
    await end(at(5));
    await end(at(2));
    clock.advance(3 * HOUR);
    const [code, pointers] = await refusal(end(at(-2)));
    expect([code, pointers]).toEqual(['conflict', ['/end']]);
    await end(at(-0.5));
    expect((await end(null)).end).toBeNull();
  });

  it('counts by the versions of its metrics that it was started with', async () => {
    const { catalogue } = fixture;
    const { metrics, experiments } = catalogue;
    await metrics.create(by, { type: 'proportion', key: 'click', source: { event: 'click' } });
    await metrics.create(by, { type: 'proportion', key: 'scroll', source: { event: 'scroll' } });
    await makeFlag(catalogue, 'pinned');
    await experiments.create(by, { ...definition('pinned', 'pinned'), metrics: { goal: ['click'] } });
    await metrics.patch(by, 'click', [1], { windowHours: 24 });
    expect((await catalogue.start(by, 'pinned')).metricVersions).toEqual({ click: 2 });
    const third = await metrics.patch(by, 'click', [2], { windowHours: 48 });
    await metrics.patch(by, 'scroll', [1], { windowHours: 1 });
    expect(third.version).toBe(3);
    const planned = (await catalogue.plan('pinned')).metrics[0];
    expect(planned).toMatchObject({ version: 2, definition: { windowHours: 24 } });
    const more = await experiments.patch(by, 'pinned', 'any', { metrics: { guardrail: ['scroll'] } });
    expect(more.metricVersions).toEqual({ click: 2, scroll: 2 });
    await experiments.patch(by, 'pinned', 'any', { metrics: { goal: [] } });
    const again = await experiments.patch(by, 'pinned', 'any', { metrics: { goal: ['click'] } });
    expect(again.metricVersions).toEqual({ click: 3, scroll: 2 });
    expect(await metrics.read('click', 1)).toMatchObject({ windowHours: 336 });
    const open = await metrics.patch(by, 'click', [3], { windowHours: null, direction: null, nothing: null });
    expect(open).toMatchObject({ version: 4, windowHours: null, direction: 'decreaseIsBad' });
  });

  it('keeps the variants of its flag', async () => {
    const { catalogue } = fixture;
    await makeRunning(catalogue, 'kept');
    const patch = (variants: string[]) =>
      catalogue.flags.patch(by, 'production/kept', 'any', { variants: variants.map((key) => ({ key })) });
    const [code, , message] = await refusal(patch(['control']));
    expect([code, message]).toEqual(['conflict', expect.stringMatching(/"treatment".*"kept"/)]);
    await patch(['control', 'treatment', 'third']);
    await catalogue.stop(by, 'kept');
    await patch(['control']);
  });
});
