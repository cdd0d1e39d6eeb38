import { describe, expect, it } from 'vitest';
import { type DecideInput, relabelled, runThrough, uniformsFrom } from '../../src/ruling/index.ts';
import { type EpochFacts, events, guardrail, Rollout } from './rollout.ts';

/** A history in which the treatment has four times the errors. */
function harmful(looks: number, weights: readonly [number, number] = [1, 3]): DecideInput[] {
  const rollout = new Rollout([guardrail()], { alpha: 0.1 });
  for (let look = 1; look <= looks; look += 1) {
    const [t, c] = [100 * look * weights[0], 100 * look * weights[1]];
    const facts: EpochFacts = {
      ...{ weights, units: [t, c] },
      metrics: { error: events([t, Math.round(t * 0.08)], [c, Math.round(c * 0.02)]) },
    };
    rollout.look({ epochs: [facts] });
  }
  return rollout.inputs.map((input) => ({ ...input, state: null }));
}

/** Units and events of both arms together at each look. */
const totals = (history: readonly DecideInput[]) =>
  history.map(({ look }) => {
    const epoch = look?.epochs[0];
    const error = epoch?.metrics['error'];
    if (epoch === undefined || error?.kind !== 'events') throw new Error('no counts');
    return [
      epoch.arms.reduce((sum, { units }) => sum + units, 0),
      error.treatment.events + error.control.events,
      error.treatment.units + error.control.units,
      error.treatment.closedEvents + error.control.closedEvents,
    ];
  });

describe('history with its arms at random', () => {
  it('has as many units and events at every look, shared out by the weights', () => {
    const history = harmful(20);
    const again = relabelled(history, uniformsFrom(3));
    expect(totals(again)).toEqual(totals(history));
    const arms = again.at(-1)?.look?.epochs[0]?.arms ?? [];
    const treated = arms.find(({ variant }) => variant === 'treatment')?.units ?? 0;
    expect(Math.abs(treated - 2000)).toBeLessThan(4 * Math.sqrt(8000 * 0.25 * 0.75));
    expect(relabelled(history, uniformsFrom(3))).toEqual(again);
    expect(relabelled(history, uniformsFrom(4))).not.toEqual(again);
  });

  it('is stopped as seldom as was promised, where the history itself is stopped', () => {
    const history = harmful(20);
    expect(runThrough(history).at(-1)?.verdict).toBe('breach');
    const uniform = uniformsFrom(9);
    const runs = 200;
    let stops = 0;
    for (let run = 0; run < runs; run += 1)
      if (runThrough(relabelled(history, uniform)).some(({ verdict }) => verdict === 'breach')) stops += 1;
    const most = 0.1 * (6 / Math.PI ** 2);
    expect(stops / runs).toBeLessThanOrEqual(most + 3 * Math.sqrt((most * (1 - most)) / runs));
  });
});
