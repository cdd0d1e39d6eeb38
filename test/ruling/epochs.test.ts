import { describe, expect, it } from 'vitest';
import { counts, type EpochFacts, events, guardrail, Rollout } from './rollout.ts';

/** Cumulative counts that rise evenly: rates per unit, of so many units of treatment and control. */
function rising(
  rollout: Rollout,
  options: {
    steps: number;
    units: readonly [number, number];
    rates: readonly [number, number];
    from?: EpochFacts;
    weights?: readonly [number, number];
  },
): number | null {
  const { steps, units, rates, weights = [1, 1] } = options;
  for (let step = 1; step <= steps; step += 1) {
    const [t, c] = [units[0] * step, units[1] * step];
    const error = events([t, Math.round(t * rates[0])], [c, Math.round(c * rates[1])]);
    const { verdict } = rollout.look({ epochs: [{ weights, units: [t, c], metrics: { error } }] });
    if (verdict === 'breach') return t;
  }
  return null;
}

describe('small shares', () => {
  it.each([
    ['10/90', [1, 9], 3000],
    ['1/99', [1, 99], 3000],
  ] as const)('are compared by their weights: a doubling in %s breaches', (_, weights, most) => {
    const rollout = new Rollout([guardrail()]);
    rollout.look({ epochs: [{ weights, units: [0, 0] }] });
    const units = [100 * weights[0], 100 * weights[1]] as const;
    const at = rising(rollout, { steps: 100, units, rates: [0.02, 0.01], weights });
    expect(at).not.toBeNull();
    expect(at).toBeLessThan(most);
  });

  it('do not breach at equal rates, though the treatment has fewer events', () => {
    const rollout = new Rollout([guardrail()]);
    expect(
      rising(rollout, { steps: 100, units: [100, 9900], rates: [0.01, 0.01], weights: [1, 99] }),
    ).toBeNull();
    expect(rollout.last?.document.verdict).toBe('pass');
  });
});

describe('harm', () => {
  it('that comes late is not diluted by a hundred thousand quiet events', () => {
    const rollout = new Rollout([guardrail()]);
    rollout.look({ epochs: [{ units: [0, 0] }] });
    // A hundred thousand events that say nothing, looked at as they came.
    for (const n of [10, 100, 1000, 10_000, 100_000]) {
      const units = [n * 50, n * 50] as const;
      rollout.look({ epochs: [{ units, metrics: { error: events([units[0], n / 2], [units[1], n / 2]) } }] });
    }
    let extra = 0;
    let verdict = '';
    while (verdict !== 'breach' && extra < 10_000) {
      extra += 100;
      const [t, c] = [50_000 + 2 * extra, 50_000 + extra];
      const units = [5_000_000 + 100 * extra, 5_000_000 + 100 * extra] as const;
      ({ verdict } = rollout.look({
        epochs: [{ units, metrics: { error: events([units[0], t], [units[1], c]) } }],
      }));
    }
    expect(verdict).toBe('breach');
    // Extra events of both arms together: published for this doubling are 3 521 at an alpha of .01; there is a period's share.
    expect(3 * extra).toBeLessThan(6000);
  });

  it('in one epoch alone stops the rollout, whatever the next epoch looks like', () => {
    const rollout = new Rollout([guardrail()]);
    const first = {
      units: [10_000, 10_000],
      metrics: { error: events([10_000, 100], [10_000, 100]) },
    } as const;
    rollout.look({ epochs: [first] });
    const second = (t: number, c: number): EpochFacts => ({
      ...{ number: 2, weights: [1, 1], units: [4000, 4000], effectiveAt: 2 },
      metrics: { error: events([4000, t], [4000, c]) },
    });
    expect(rollout.look({ epochs: [first, second(0, 0)] }).verdict).toBe('pass');
    const decision = rollout.look({ epochs: [first, second(90, 20)] });
    expect([decision.verdict, decision.epoch]).toEqual(['breach', '2']);
  });

  it('that shows late in an epoch that is over is found there', () => {
    const rollout = new Rollout([guardrail()]);
    const first = (t: number): EpochFacts => ({
      ...{ units: [4000, 4000] },
      metrics: { error: events([4000, t], [4000, 20]) },
    });
    const second = { number: 2, units: [3000, 3000], effectiveAt: 2 } as const;
    const quiet = { error: events([3000, 30], [3000, 30]) };
    rollout.look({ epochs: [first(20)] });
    rollout.look({ epochs: [first(20), { ...second, metrics: quiet }] });
    const decision = rollout.look({ epochs: [first(90), { ...second, metrics: quiet }] });
    expect([decision.verdict, decision.epoch]).toEqual(['breach', '2']);
    expect(decision.reasons[0]).toMatch(/in epoch 1/);
  });

  it('of epochs is never multiplied: two that show a little each are no breach', () => {
    const rollout = new Rollout([guardrail()]);
    const little = events([2000, 34], [2000, 16]);
    const epoch = (number: number): EpochFacts => ({
      ...{ number, units: [2000, 2000], effectiveAt: number, metrics: { error: little } },
    });
    rollout.look({ epochs: [epoch(1)] });
    rollout.look({ epochs: [epoch(1), epoch(2)] });
    const decision = rollout.look({ epochs: [epoch(1), epoch(2), epoch(3)] });
    expect(decision.verdict).toBe('pass');
    // Together they would show it.
    const together = new Rollout([guardrail()]);
    together.look({ epochs: [{ units: [0, 0] }] });
    expect(
      together.look({
        epochs: [{ units: [6000, 6000], metrics: { error: events([6000, 102], [6000, 48]) } }],
      }).verdict,
    ).toBe('breach');
  });
});

describe('counts', () => {
  it('that fall, because units are left out later, are kept at their largest', () => {
    const rollout = new Rollout([guardrail()]);
    const at = (t: number, c: number) =>
      rollout.look({ epochs: [{ units: [5000, 5000], metrics: { error: events([5000, t], [5000, c]) } }] });
    at(20, 20);
    const fallen = at(15, 18);
    expect(fallen.guardrails[0]).toMatchObject({ status: 'inconclusive', estimate: 0 });
    expect(at(21, 20).guardrails[0]?.estimate).toBeCloseTo(0.05, 12);
    expect(at(90, 20).verdict).toBe('breach');
  });

  it('from before a guardrail was asked for are held against nobody', () => {
    const rollout = new Rollout([guardrail({ metric: 'crash' })]);
    const seen = events([5000, 60], [5000, 10]);
    const crash = events([5000, 1], [5000, 1]);
    rollout.look({ epochs: [{ units: [5000, 5000], metrics: { crash, error: seen } }] });
    rollout.experiment({
      guardrails: [guardrail({ metric: 'crash', share: 0.5 }), guardrail({ share: 0.5 })],
      guardrailsChangedAt: rollout.now,
    });
    const added = rollout.look({ epochs: [{ units: [5000, 5000], metrics: { crash, error: seen } }] });
    expect(added.verdict).toBe('pass');
    expect(rollout.grants.map(({ metric, period }) => [metric, period])).toEqual([
      ['crash', 1],
      ['error', 2],
    ]);
  });

  it('are begun anew where the question changes, out of what is left of the budget', () => {
    const rollout = new Rollout([guardrail({ margin: { kind: 'relative', value: 10 } })]);
    const error = events([5000, 60], [5000, 10]);
    const epochs = [{ units: [5000, 5000], metrics: { error } }] as const;
    expect(rollout.look({ epochs }).verdict).toBe('pass');
    rollout.experiment({ guardrails: [guardrail()], guardrailsChangedAt: rollout.now });
    // The margin was made smaller when the data had been seen: what was seen proves nothing.
    expect(rollout.look({ epochs }).verdict).toBe('pass');
    expect(rollout.grants.map(({ period }) => period)).toEqual([1, 2]);
  });
});

describe('methods on closed windows', () => {
  const margin = { kind: 'absolute', value: 0.02 } as const;

  it('look at units alone whose outcome is known', () => {
    const open = {
      kind: 'events',
      treatment: counts(5000, 4000, false),
      control: counts(5000, 100, false),
    } as const;
    const rollout = new Rollout([guardrail({ method: 'proportions', margin })]);
    const waiting = rollout.look({ epochs: [{ units: [5000, 5000], metrics: { error: open } }] });
    expect(waiting.guardrails[0]).toMatchObject({ status: 'inconclusive', estimate: null });
    expect(waiting.verdict).not.toBe('breach');
    const closed = rollout.look({
      epochs: [{ units: [5000, 5000], metrics: { error: events([5000, 4000], [5000, 100]) } }],
    });
    expect(closed.verdict).toBe('breach');
    expect(closed.guardrails[0]?.estimate).toBeCloseTo(0.78, 12);
  });

  it('show safety inside the margin, and so pass by that gate', () => {
    const rollout = new Rollout([guardrail({ method: 'proportions', margin, gate: 'safety' })], {
      gate: 'safety',
    });
    const small = { units: [500, 500], metrics: { error: events([500, 5], [500, 5]) } } as const;
    const open = rollout.look({ epochs: [small] });
    expect([open.verdict, open.reasons]).toEqual([
      'inconclusive',
      ['"error" has not shown safety inside its margin yet.'],
    ]);
    const large = {
      units: [50_000, 50_000],
      metrics: { error: events([50_000, 500], [50_000, 500]) },
    } as const;
    expect(rollout.look({ epochs: [large] })).toMatchObject({
      verdict: 'pass',
      gate: 'safety',
      units: { required: null },
    });
  });

  it('judge capped means by the sums of days', () => {
    const day = (index: number, n: number, mean: number) => ({
      ...{ day: `2026-03-${String(index).padStart(2, '0')}`, n, sum: n * mean, squares: n * mean * 8 },
    });
    const arm = (days: number, mean: number) =>
      Array.from({ length: days }, (_, i) => day(i + 1, 4000, mean));
    const spend = guardrail({
      ...{ metric: 'spend', direction: 'decreaseIsBad', method: 'boundedMeans' },
      margin: { kind: 'relative', value: 0.05 },
    });
    const look = (rollout: Rollout, days: number, treatment: number) =>
      rollout.look({
        epochs: [
          {
            units: [days * 4000, days * 4000],
            metrics: {
              spend: { kind: 'values', cap: 10, control: arm(days, 4), treatment: arm(days, treatment) },
            },
          },
        ],
      });
    const well = new Rollout([spend]);
    for (let days = 0; days <= 10; days += 1) look(well, days, 3.9);
    expect(well.last?.document.guardrails[0]).toMatchObject({
      status: 'inconclusive',
      method: 'boundedMeans',
    });
    const harmful = new Rollout([spend]);
    for (let days = 0; days <= 10; days += 1) look(harmful, days, 3);
    expect(harmful.last?.document.verdict).toBe('breach');
    expect(harmful.last?.document.reasons[0]).toMatch(/"spend" fell beyond its margin of 5 %.*the mean is/);
  });
});
