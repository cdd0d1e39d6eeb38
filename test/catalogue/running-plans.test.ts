import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ExperimentPlan } from '../../src/catalogue/index.ts';
import { by, type CatalogueFixture, HOUR, makeRunning, openCatalogue } from './fixture.ts';

let fixture: CatalogueFixture;
beforeAll(async () => {
  fixture = await openCatalogue();
});
afterAll(() => fixture.close());

async function running(keys: readonly string[] | null = null): Promise<ExperimentPlan[]> {
  const { catalogue, clock } = fixture;
  return catalogue.runningPlans(clock.now(), keys);
}

it('are those of one read, and are read again after a change and only then', async () => {
  const { catalogue, clock } = fixture;
  const { experiments, segments } = catalogue;
  await makeRunning(catalogue, 'first');
  await makeRunning(catalogue, 'second');
  await experiments.create(by, {
    ...{ key: 'draft', flag: 'flag', control: 'control' },
    arms: [
      { variant: 'control', weight: 1 },
      { variant: 'treatment', weight: 1 },
    ],
  });
  let [first, second] = await running();
  expect([first?.key, second?.key]).toEqual(['first', 'second']);
  // One version of a metric is one object.
  expect(first?.metrics[0]?.definition).toBe(second?.metrics[0]?.definition);

  const changes: Record<string, () => Promise<unknown>> = {
    'a name': () => experiments.patch(by, 'first', 'any', { name: 'renamed' }),
    'a metric': () => experiments.patch(by, 'first', 'any', { metrics: { secondary: [], goal: ['visit'] } }),
    'a segment that it has': () => experiments.patch(by, 'first', 'any', { segments: ['germany'] }),
    'the segment itself': () => segments.patch(by, 'germany', 'any', { name: 'Germany' }),
    'an epoch': () => catalogue.openEpoch(by, 'first', { weights: { control: 1, treatment: 3 } }),
    'its end': () => catalogue.stop(by, 'first'),
  };
  for (const [what, change] of Object.entries(changes)) {
    clock.advance(HOUR);
    await change();
    const [after, other] = await running();
    expect(after, what).not.toBe(first);
    expect(after, what).toEqual(await catalogue.plan('first'));
    // All segments have one revision together.
    if (what !== 'the segment itself') expect(other, what).toBe(second);
    expect((await running())[0], what).toBe(after);
    expect((await running(['first', 'draft', 'unknown'])).map((plan) => plan === after)).toEqual([true]);
    [first, second] = [after, other];
  }
  clock.advance(24 * 365 * HOUR);
  expect((await running()).map(({ key }) => key)).toEqual(['second']);
});
