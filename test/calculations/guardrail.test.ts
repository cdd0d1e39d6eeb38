import { describe, expect, it } from 'vitest';
import { calculations, computeOutcome, findCalculation } from '../../src/calculations/index.ts';

function compute(name: string, input: object): object {
  return computeOutcome(findCalculation(calculations, name), input);
}

const EVENTS = { share: 0.5, direction: 'increaseIsBad', margin: 0, alpha: 0.01 };

describe('the calculations of guardrails and of what holds at any time', () => {
  it('call 50 errors against none harm', () => {
    const looks = [{ treatment: 50, control: 0 }];
    expect(compute('guardrail-e-process', { ...EVENTS, looks })).toMatchObject({
      verdict: 'harm',
      safety: null,
      events: [50, 0],
    });
    expect(
      compute('guardrail-harm-at-observed-share', {
        ...EVENTS,
        looks,
        impressions: { treatment: 1000, control: 1010 },
      }),
    ).toMatchObject({ holds: true });
  });

  it('are unknown before anything has happened', () => {
    expect(
      compute('guardrail-e-process', { ...EVENTS, looks: [{ treatment: 0, control: 0 }] }),
    ).toMatchObject({ reason: 'no-events' });
    const bounds = { direction: 'increaseIsBad', margin: { kind: 'absolute', value: 0.1 } };
    expect(
      compute('guardrail-proportions', {
        ...bounds,
        control: { n: 0, events: 0 },
        treatment: { n: 5, events: 1 },
      }),
    ).toMatchObject({ reason: 'no-units' });
    expect(compute('guardrail-means', { ...bounds, control: [1], treatment: [], cap: 1 })).toMatchObject({
      reason: 'no-units',
    });
    expect(compute('confidence-sequence-proportion', { n: 0, events: 0 })).toMatchObject({
      reason: 'no-units',
    });
  });

  it('give means by either method', () => {
    const input = {
      control: Array.from({ length: 900 }, (_, i) => i % 2),
      treatment: Array.from({ length: 900 }, (_, i) => 2 + (i % 2)),
      cap: 4,
      direction: 'decreaseIsBad',
      margin: { kind: 'relative', value: 0.1 },
    };
    for (const method of ['betting', 'empirical-bernstein'])
      expect(compute('guardrail-means', { ...input, method })).toMatchObject({ verdict: 'safe' });
  });

  it('name the fields that are refused', () => {
    expect(() =>
      compute('guardrail-e-process', { ...EVENTS, safety: true, looks: [{ treatment: 1, control: 1 }] }),
    ).toThrow('margin');
    expect(() =>
      compute('sample-ratio-e-process', {
        units: [1, 2],
        weights: [1, 1],
        dirichlet: [1, 1],
        concentration: 10,
      }),
    ).toThrow('concentration');
    expect(() => compute('confidence-sequence-mean-betting', { values: [3], cap: 2 })).toThrow('values[0]');
  });

  it('follow the sample ratio over looks and epochs', () => {
    const looks = [
      [500, 500],
      [1000, 1200],
    ];
    const monitored = compute('sample-ratio-monitor', {
      looks,
      weights: [1, 1],
      lateStarts: [],
      concentration: 100,
    });
    expect(monitored).toMatchObject({ kind: 'estimate' });
    expect(Number(Object(monitored).p)).toBeCloseTo(0.000792513, 9);
    expect(compute('sequential-p-over-epochs', { pValues: [1, 1e-5] })).toMatchObject({ epoch: 2 });
  });
});
