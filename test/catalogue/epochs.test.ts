import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { errorOf } from '../access/fixture.ts';
import {
  by,
  type CatalogueFixture,
  definition,
  HOUR,
  makeFlag,
  makeRunning,
  openCatalogue,
} from './fixture.ts';

let fixture: CatalogueFixture;
beforeAll(async () => {
  fixture = await openCatalogue();
});
afterAll(() => fixture.close());
beforeEach(() => fixture.clock.advance(HOUR));

const at = (hours: number) => new Date(fixture.clock.now().getTime() + hours * HOUR).toISOString();
const arms = (control: number, treatment: number) => [
  { variant: 'control', weight: control },
  { variant: 'treatment', weight: treatment },
];

describe('epochs', () => {
  it('begin with the experiment and follow each other', async () => {
    const { catalogue, clock } = fixture;
    const { start } = await makeRunning(catalogue, 'ramp');
    clock.advance(HOUR);
    const second = await catalogue.openEpoch(by, 'ramp', {
      weights: { treatment: 3, control: 1 },
      effectiveAt: at(-0.5),
      externalId: 'ramp-7/step-3',
      flagVersion: '18',
    });
    const targeting = [{ attribute: 'country', op: 'eq' as const, value: 'DE' }];
    const third = await catalogue.openEpoch(by, 'ramp', { targeting });
    expect(await catalogue.epochs('ramp')).toEqual([
      expect.objectContaining({ number: 1, arms: arms(1, 1), effectiveAt: start, externalId: null }),
      second,
      third,
    ]);
    expect(second).toEqual({
      number: 2,
      arms: arms(1, 3),
      targeting: [],
      effectiveAt: at(-0.5),
      externalId: 'ramp-7/step-3',
      flagVersion: '18',
      openedAt: at(0),
    });
    expect(third).toMatchObject({
      number: 3,
      arms: arms(1, 3),
      targeting,
      effectiveAt: at(0),
      flagVersion: null,
    });
    expect(await catalogue.experiments.read('ramp')).toMatchObject({
      arms: arms(1, 3),
      targeting,
      revision: 4,
    });
  });

  it('are opened by a patch of weights or targeting, and of nothing else', async () => {
    const { catalogue, clock, audit } = fixture;
    await makeRunning(catalogue, 'patched');
    const patch = async (body: unknown) => {
      clock.advance(HOUR);
      await catalogue.experiments.patch(by, 'patched', 'any', body);
      return (await catalogue.epochs('patched')).length;
    };
    expect(await patch({ name: 'x' })).toBe(1);
    expect(await patch({ arms: arms(1, 1).reverse() }), 'another order is no other weight').toBe(1);
    expect(await patch({ arms: arms(4, 4) }), 'the same proportions are the same weights').toBe(1);
    expect(await patch({ arms: arms(1, 9) })).toBe(2);
    expect(await patch({ targeting: [{ attribute: 'bot', op: 'notExists' }] })).toBe(3);
    expect((await catalogue.epochs('patched')).at(-1)).toMatchObject({
      arms: arms(1, 9),
      effectiveAt: at(0),
    });
    const { items } = await audit.list({ limit: 2, resource: 'experiments/patched' });
    expect(items.map(({ action }) => action)).toEqual(['openEpoch', 'update']);
    expect(items[0]).toMatchObject({ before: { number: 2 }, after: { number: 3 } });
  });

  it('are announced at most a day ahead, since none can be taken back', async () => {
    const { catalogue } = fixture;
    await makeRunning(catalogue, 'ahead');
    const open = (hours: number) =>
      catalogue.openEpoch(by, 'ahead', { weights: { control: 1, treatment: 2 }, effectiveAt: at(hours) });
    const refused = await errorOf(open(25));
    expect(refused).toMatchObject({ code: 'conflict', message: expect.stringMatching(/a day ahead/) });
    expect((await open(23)).number).toBe(2);
  });

  it('never rewrite history', async () => {
    const { catalogue, query } = fixture;
    await makeRunning(catalogue, 'history');
    await catalogue.openEpoch(by, 'history', { effectiveAt: at(2), externalId: 'a', flagVersion: '1' });
    for (const effectiveAt of [at(2), at(1), at(-5)]) {
      const error = await errorOf(catalogue.openEpoch(by, 'history', { effectiveAt }));
      expect([error.code, error.message]).toEqual([
        'conflict',
        expect.stringMatching(/history is not rewritten/),
      ]);
    }
    const later = { effectiveAt: at(3) };
    expect(
      (await errorOf(catalogue.openEpoch(by, 'history', { ...later, externalId: 'a' }))).message,
    ).toMatch(/Epoch 2 has the externalId "a" already/);
    expect((await errorOf(catalogue.openEpoch(by, 'history', { ...later, flagVersion: '1' }))).code).toBe(
      'conflict',
    );
    const changed = catalogue.experiments.patch(by, 'history', 'any', { arms: arms(1, 2) });
    expect((await errorOf(changed)).code).toBe('conflict');
    expect((await catalogue.experiments.read('history')).arms, 'nothing of the refused patch stays').toEqual(
      arms(1, 1),
    );
    for (const statement of [
      `UPDATE epochs SET arms = '[]'`,
      'DELETE FROM epochs',
      'DELETE FROM metric_versions',
    ])
      expect((await errorOf(query(statement))).code).toBe('store-failed');
  });

  it('are of the experiment’s variants, with some weight, and before its end', async () => {
    const { catalogue } = fixture;
    await makeRunning(catalogue, 'checked');
    const refused = async (body: object) => (await errorOf(catalogue.openEpoch(by, 'checked', body))).code;
    expect(await refused({ weights: { control: 1 } })).toBe('unprocessable');
    expect(await refused({ weights: { control: 1, treatment: 1, third: 1 } })).toBe('unprocessable');
    expect(await refused({ weights: { control: 0, treatment: 0 } })).toBe('unprocessable');
    expect(await refused({ weights: { control: 1, treatment: -1 } })).toBe('unprocessable');
    expect(await refused({ weights: { control: 1, treatment: 1 }, arms: arms(1, 1) })).toBe('unprocessable');
    expect(await refused({ arms: [...arms(1, 1), { variant: 'third', weight: 1 }] })).toBe('unprocessable');
    await catalogue.experiments.patch(by, 'checked', 'any', { end: at(5) });
    expect(await refused({ effectiveAt: at(5) })).toBe('conflict');
    await catalogue.openEpoch(by, 'checked', { weights: { control: 0, treatment: 1 }, effectiveAt: at(4) });
  });

  it('open only while the experiment runs', async () => {
    const { catalogue } = fixture;
    await makeFlag(catalogue, 'idle');
    await catalogue.experiments.create(by, definition('idle', 'idle'));
    expect((await errorOf(catalogue.openEpoch(by, 'idle', {}))).message).toMatch(/is a draft/);
    expect(await catalogue.epochs('idle')).toEqual([]);
    await catalogue.start(by, 'idle');
    await catalogue.stop(by, 'idle');
    expect((await errorOf(catalogue.openEpoch(by, 'idle', {}))).message).toMatch(/is stopped/);
    expect((await errorOf(catalogue.epochs('nobody'))).code).toBe('not-found');
  });
});

describe('the plan', () => {
  it('has all that a run needs, in the order of the definition', async () => {
    const { catalogue } = fixture;
    await makeFlag(catalogue, 'planned');
    await catalogue.experiments.create(by, {
      ...definition('planned', 'planned'),
      metrics: { secondary: ['spend'], goal: ['visit'] },
      segments: ['germany'],
      start: '2008-03-20T00:00:00Z',
      end: '2008-04-03T00:00:00Z',
      eligibleReasons: ['SPLIT'],
    });
    await catalogue.start(by, 'planned');
    const plan = await catalogue.plan('planned');
    expect(plan).toMatchObject({
      key: 'planned',
      environment: 'production',
      flag: 'planned',
      unitType: 'user',
      control: 'control',
      status: 'running',
      eligibleReasons: ['split'],
      guardSeconds: 60,
      start: new Date('2008-03-20T00:00:00Z'),
      end: new Date('2008-04-03T00:00:00Z'),
      statistics: { method: 'fixed', alpha: 0.05 },
      refreshSeconds: 60,
      epochs: [{ number: 1, arms: arms(1, 1), targeting: [], effectiveAt: new Date('2008-03-20T00:00:00Z') }],
      segments: [{ key: 'germany', filters: [{ attribute: 'country', op: 'eq', value: 'DE' }] }],
    });
    expect(plan.metrics.map(({ role, version, definition: { key } }) => [role, version, key])).toEqual([
      ['goal', 1, 'visit'],
      ['secondary', 1, 'spend'],
    ]);
    expect(plan.specHash).toMatch(/^[0-9a-f]{64}$/);
    expect(await catalogue.plan('planned')).toEqual(plan);
  });

  it('has another hash exactly when something that changes figures did', async () => {
    const { catalogue, clock } = fixture;
    await makeRunning(catalogue, 'hashed');
    const hashes = [(await catalogue.plan('hashed')).specHash];
    const moves = async (change: Promise<unknown>) => {
      await change;
      hashes.push((await catalogue.plan('hashed')).specHash);
      return hashes.at(-1) !== hashes.at(-2);
    };
    const patch = (body: unknown) => catalogue.experiments.patch(by, 'hashed', 'any', body);
    clock.advance(HOUR);
    expect(await moves(patch({ name: 'x', hypothesis: 'y', refreshSeconds: 7 }))).toBe(false);
    expect(await moves(patch({ segmentAttributes: ['country'] }))).toBe(false);
    expect(await moves(patch({ metrics: { secondary: [] } }))).toBe(true);
    expect(await moves(patch({ arms: arms(2, 1) }))).toBe(true);
    clock.advance(HOUR);
    expect(await moves(catalogue.openEpoch(by, 'hashed', { flagVersion: '9' }))).toBe(true);
    expect(await moves(patch({ segments: ['germany'] }))).toBe(true);
    const filters = [{ attribute: 'country', op: 'eq', value: 'AT' }];
    expect(await moves(catalogue.segments.patch(by, 'germany', 'any', { filters }))).toBe(true);
    expect(await moves(catalogue.metrics.patch(by, 'spend', 'any', { windowHours: 1 }))).toBe(false);
    expect(await moves(catalogue.stop(by, 'hashed'))).toBe(true);
    expect(await moves(catalogue.archive(by, 'hashed'))).toBe(false);
    expect(new Set(hashes).size).toBe(7);
  });

  it('is refused for a draft and for one that is not there', async () => {
    const { catalogue } = fixture;
    await catalogue.experiments.create(by, definition('unplanned'));
    expect(await errorOf(catalogue.plan('unplanned'))).toMatchObject({ code: 'conflict' });
    expect(await errorOf(catalogue.plan('nobody'))).toMatchObject({ code: 'not-found' });
  });
});
