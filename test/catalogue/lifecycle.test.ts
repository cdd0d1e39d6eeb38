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

describe('one flag', () => {
  it('has one experiment at a time', async () => {
    const { catalogue, clock } = fixture;
    const { experiments } = catalogue;
    await makeRunning(catalogue, 'shared');
    const draft = async (key: string, dates: object) => {
      await experiments.create(by, { ...definition(key, 'shared'), ...dates });
      return catalogue.start(by, key);
    };
    const [code, , message] = await refusal(draft('second', {}));
    expect([code, message]).toEqual([
      'conflict',
      expect.stringMatching(/^Experiment "shared" has flag "shared" from/),
    ]);
    expect((await experiments.read('second')).status).toBe('draft');
    await experiments.patch(by, 'shared', 'any', { end: at(10) });
    await draft('follows', { start: at(10) });
    expect((await refusal(experiments.patch(by, 'shared', 'any', { end: at(11) })))[2]).toMatch(/"follows"/);
    await draft('preceded', { start: at(-20), end: at(-10) });
    clock.advance(HOUR);
    await catalogue.stop(by, 'shared');
    await experiments.patch(by, 'second', 'any', { end: at(9) });
    await catalogue.start(by, 'second');
  });

  it('lets only one of two simultaneous starts through', async () => {
    const { catalogue } = fixture;
    await makeFlag(catalogue, 'raced');
    for (const key of ['race-1', 'race-2']) await catalogue.experiments.create(by, definition(key, 'raced'));
    const outcomes = await Promise.allSettled([catalogue.start(by, 'race-1'), catalogue.start(by, 'race-2')]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });
});

const refreshed = async ({ catalogue, clock }: CatalogueFixture): Promise<string[]> =>
  (await catalogue.runningPlans(clock.now())).map(({ key }) => key);

describe('its steps', () => {
  it('leave its scorecard alive until the last window has closed', async () => {
    const { catalogue, clock } = fixture;
    await makeRunning(catalogue, 'lingering');
    clock.advance(HOUR);
    await catalogue.stop(by, 'lingering');
    clock.advance(336 * HOUR);
    expect(await refreshed(fixture)).toContain('lingering');
    clock.advance(HOUR);
    expect(await refreshed(fixture)).not.toContain('lingering');
  });

  it('set start and end, and are told to the rest of the service', async () => {
    const { catalogue, clock, told } = fixture;
    told.length = 0;
    const started = await makeRunning(catalogue, 'stepped');
    expect(started).toMatchObject({ status: 'running', start: at(0), startedAt: at(0), end: null });
    expect(await refreshed(fixture)).toContain('stepped');
    clock.advance(HOUR);
    const stopped = await catalogue.stop(by, 'stepped');
    expect(stopped).toMatchObject({ status: 'stopped', end: at(0), stoppedAt: at(0) });
    await catalogue.experiments.patch(by, 'stepped', 'any', { name: 'Done', metrics: { secondary: [] } });
    expect((await refusal(catalogue.experiments.patch(by, 'stepped', 'any', { end: null })))[0]).toBe(
      'conflict',
    );
    await catalogue.archive(by, 'stepped');
    expect((await refusal(catalogue.experiments.patch(by, 'stepped', 'any', { name: 'x' })))[0]).toBe(
      'conflict',
    );
    expect(told.map(({ key, status }) => `${key} ${status}`)).toEqual([
      'stepped draft',
      'stepped running',
      'stepped stopped',
      'stepped stopped',
      'stepped archived',
    ]);
  });

  it('keep declared dates, and leave no time to one stopped before its start', async () => {
    const { catalogue } = fixture;
    await makeFlag(catalogue, 'dated');
    const dates = { start: '2008-03-20T01:00:00+01:00', end: '2008-04-03T00:00:00Z' };
    await catalogue.experiments.create(by, { ...definition('dated', 'dated'), ...dates });
    expect(await catalogue.start(by, 'dated')).toMatchObject({ start: '2008-03-20T00:00:00.000Z' });
    expect(await catalogue.stop(by, 'dated')).toMatchObject({ end: '2008-04-03T00:00:00.000Z' });
    await catalogue.experiments.create(by, { ...definition('early', 'dated'), start: at(10) });
    await catalogue.start(by, 'early');
    const early = await catalogue.stop(by, 'early');
    expect(early.end).toBe(early.start);
    await catalogue.experiments.patch(by, 'early', 'any', { name: 'never ran' });
  });

  it('audit before and after in the same transaction', async () => {
    const { catalogue, audit } = fixture;
    await makeRunning(catalogue, 'audited');
    const { items } = await audit.list({ limit: 10, resource: 'experiments/audited' });
    expect(items.map(({ action }) => action)).toEqual(['start', 'create']);
    expect(items[0]).toMatchObject({
      before: { status: 'draft' },
      after: { status: 'running', revision: 2 },
    });
    await refusal(catalogue.start(by, 'audited'));
    expect((await audit.list({ limit: 10, resource: 'experiments/audited' })).items).toHaveLength(2);
  });
});
