import { describe, expect, it } from 'vitest';
import { Metric } from '../../src/catalogue/index.ts';

const visit = { event: 'visit' };

/** The fields that a definition is refused for, and why. */
function refusals(definition: Record<string, unknown>): [pointer: string, message: string][] {
  const parsed = Metric.safeParse({ key: 'm', ...definition });
  return (parsed.error?.issues ?? []).map((issue) => [issue.path.join('.'), issue.message]);
}

describe('metric types', () => {
  it.each([
    { type: 'retention', source: visit, fromHours: 0, toHours: 24 },
    { type: 'timeToEvent', source: visit },
    { type: 'timeToEvent', source: visit, windowHours: 366, intervalHours: 1 },
    { type: 'timeToEvent', source: visit, windowHours: 0.3, intervalHours: 0.1 },
    { type: 'funnel', steps: [visit, { event: 'order' }, visit] },
    { type: 'funnel', steps: [visit, { ...visit, filters: [{ attribute: 'page', op: 'exists' }] }] },
    { type: 'quantile', source: { event: 'load', aggregation: 'max' }, quantile: 0.95, windowHours: null },
  ])('are made of what they need: %j', (definition) => {
    expect(refusals(definition)).toEqual([]);
  });

  it('have days and a fortnight unless told otherwise, and never a pre-period', () => {
    expect(Metric.parse({ key: 'm', type: 'timeToEvent', source: visit })).toMatchObject({
      ...{ windowHours: 336, intervalHours: 24, prePeriodHours: null },
      source: { event: 'visit', filters: [] },
    });
  });

  it.each([
    [
      { type: 'retention', source: visit, fromHours: 48, toHours: 48 },
      'toHours',
      /above fromHours, which is 48/,
    ],
    [{ type: 'retention', source: visit, fromHours: -1, toHours: 48 }, 'fromHours', />=0/],
    [{ type: 'retention', source: visit, fromHours: 1, toHours: 8785 }, 'toHours', /8784/],
    [
      { type: 'retention', source: visit, fromHours: 1, toHours: 2, prePeriodHours: 24 },
      'prePeriodHours',
      /has no covariate/,
    ],
    [{ type: 'timeToEvent', source: visit, windowHours: null }, 'windowHours', /number/],
    [{ type: 'timeToEvent', source: visit, windowHours: 30 }, 'intervalHours', /whole number of intervals/],
    [
      { type: 'timeToEvent', source: visit, windowHours: 367, intervalHours: 1 },
      'intervalHours',
      /at most 366/,
    ],
    [{ type: 'funnel', steps: [visit] }, 'steps', /2/],
    [{ type: 'funnel', steps: Array(11).fill(visit) }, 'steps', /10/],
    [{ type: 'funnel', steps: [visit, { filters: [], ...visit }] }, 'steps.1', /same as the step before/],
    [{ type: 'quantile', source: { event: 'load', aggregation: 'max' }, quantile: 1 }, 'quantile', /<1/],
    [
      { type: 'quantile', source: { event: 'load', aggregation: 'median' }, quantile: 0.5 },
      'source.aggregation',
      /sum/,
    ],
  ])('are refused where they make no sense: %j', (definition, pointer, message) => {
    expect(refusals(definition)).toContainEqual([pointer, expect.stringMatching(message)]);
  });
});
