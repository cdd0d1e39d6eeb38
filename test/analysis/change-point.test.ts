import { describe, expect, it } from 'vitest';
import {
  changePoint,
  type GuardrailState,
  observeChangePoint,
  observeGuardrail,
  startChangePoint,
  startGuardrail,
} from '../../analysis/index.ts';
import { uniforms } from './units.ts';

/** Events one by one, treatment's with chance `before`, and with `after` from the given one on; the estimate at the alarm. */
function alarmed(
  uniform: () => number,
  plan: Parameters<typeof startGuardrail>[0],
  { before, after, from }: { before: number; after: number; from: number },
): { since: number | null; at: number } {
  let state: GuardrailState = startGuardrail(plan);
  let point = startChangePoint(0);
  const events = { treatment: 0, control: 0 };
  for (let at = 1; at <= 20_000; at += 1) {
    if (uniform() < (at > from ? after : before)) events.treatment += 1;
    else events.control += 1;
    state = observeGuardrail(state, events);
    point = observeChangePoint(point, state, events, at);
    if (state.harm.logMaxE >= Math.log(1000)) return { since: changePoint(point, state), at };
  }
  throw new Error('no alarm');
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

describe('since when there has been harm', () => {
  const plan = { share: 0.5, direction: 'increaseIsBad', margin: 0 } as const;

  it('is about when the rate changed, long before the alarm', () => {
    const uniform = uniforms(11);
    const found = Array.from({ length: 40 }, () =>
      alarmed(uniform, plan, { before: 0.5, after: 0.75, from: 2000 }),
    );
    expect(Math.abs(median(found.map(({ since }) => since ?? 0)) - 2000)).toBeLessThanOrEqual(20);
    expect(median(found.map(({ at }) => at))).toBeGreaterThan(2100);
  });

  it('is the beginning where it was there from the first event on', () => {
    const uniform = uniforms(12);
    const found = Array.from({ length: 40 }, () =>
      alarmed(uniform, plan, { before: 0.75, after: 0.75, from: 0 }),
    );
    expect(median(found.map(({ since }) => since ?? 99))).toBeLessThanOrEqual(10);
  });

  it('is told of falls too', () => {
    const uniform = uniforms(13);
    const falling = { share: 0.5, direction: 'decreaseIsBad', margin: 0.1 } as const;
    const found = Array.from({ length: 40 }, () =>
      alarmed(uniform, falling, { before: 0.5, after: 0.25, from: 2000 }),
    );
    expect(Math.abs(median(found.map(({ since }) => since ?? 0)) - 2000)).toBeLessThanOrEqual(20);
  });

  it('is not known where nothing rose', () => {
    expect(changePoint(startChangePoint(3), { ...startGuardrail(plan), events: [10, 40] })).toBeNull();
    expect(changePoint(startChangePoint(3), { ...startGuardrail(plan), events: [40, 10] })).toBe(3);
  });
});
