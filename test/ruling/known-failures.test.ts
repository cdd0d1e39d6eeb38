import { describe, expect, it } from 'vitest';
import { events, guardrail, Rollout } from './rollout.ts';

/** What other products are known to get wrong; alpha .01, margin 0. */
describe('known failures of others', () => {
  const once = (
    treatment: readonly [number, number],
    control: readonly [number, number],
    armed = guardrail(),
  ) => {
    const rollout = new Rollout([armed]);
    rollout.look({ epochs: [{ units: [0, 0], metrics: { error: events([0, 0], [0, 0]) } }] });
    const units = [treatment[0], control[0]] as const;
    return rollout.look({ epochs: [{ units, metrics: { error: events(treatment, control) } }] });
  };

  it('breach from a zero baseline: 0 of 10 000 against 50 of 10 000', () => {
    const decision = once([10_000, 50], [10_000, 0]);
    expect(decision).toMatchObject({ verdict: 'breach', action: 'rollback', score: 0 });
    expect(decision.guardrails[0]).toMatchObject({ status: 'harm', estimate: null });
    expect(decision.guardrails[0]?.reason).toMatch(/no unit of control/);
    expect(decision.blastRadius.harmed?.estimate).toBe(50);
  });

  it('breach at a high base rate: failing requests 9 000 against 10 000 of 10 000', () => {
    expect(once([10_000, 10_000], [10_000, 9000]).verdict).toBe('breach');
    const margin = { kind: 'absolute', value: 0 } as const;
    expect(once([10_000, 10_000], [10_000, 9000], guardrail({ margin, method: 'proportions' })).verdict).toBe(
      'breach',
    );
  });

  it('breach at tiny rates: crashes 20 against 140 of a million a side', () => {
    expect(once([1_000_000, 140], [1_000_000, 20]).verdict).toBe('breach');
  });

  it('are not the other way round: fewer errors are no harm', () => {
    expect(once([10_000, 0], [10_000, 50]).verdict).toBe('pass');
    expect(once([10_000, 9000], [10_000, 10_000]).verdict).toBe('pass');
  });

  it('do not clear a latch by the change of weights that a rollback makes', () => {
    const rollout = new Rollout([guardrail()]);
    const broken = {
      units: [10_000, 10_000],
      metrics: { error: events([10_000, 50], [10_000, 0]) },
    } as const;
    rollout.look({ epochs: [broken] });
    const after = rollout.look({
      epochs: [broken, { number: 2, weights: [0, 1], units: [0, 5000], effectiveAt: 2, metrics: {} }],
    });
    expect(after).toMatchObject({ verdict: 'breach', action: 'rollback', epoch: '2' });
    const later = { number: 3, weights: [1, 1], units: [5000, 5000], effectiveAt: 3 } as const;
    const again = rollout.look({ epochs: [{ ...later, metrics: { error: events([5000, 5], [5000, 5]) } }] });
    expect(again).toMatchObject({ verdict: 'breach', epoch: '3' });
    expect(again.reasons[0]).toMatch(/"error" rose beyond its margin of 0 % in epoch 1/);
  });

  it('decide a breach ten minutes into a step of 24 hours at once, before any required unit', () => {
    const rollout = new Rollout([guardrail()], { requiredUnits: 1_000_000 });
    rollout.look({ epochs: [{ units: [0, 0] }] });
    const decision = rollout.look({
      after: 600,
      epochs: [{ units: [300, 300], metrics: { error: events([300, 40], [300, 1]) } }],
    });
    expect(decision.verdict).toBe('breach');
    expect(decision.decidedAt).toBe(rollout.now);
  });

  it('breach where the sample ratio is off and there is harm all the same', () => {
    const decision = once([20_000, 2000], [10_000, 10]);
    expect(decision.sampleRatio.status).toBe('mismatch');
    expect(decision.verdict).toBe('breach');
    expect(decision.reasons.join(' ')).toMatch(/do not fit their weights/);
  });

  it('do not take a split that is off for harm', () => {
    const rollout = new Rollout([guardrail()]);
    for (const n of [1, 2, 4, 8, 16, 32]) {
      // 60/40 declared as 50/50, 10 % errors on both sides: counts alone would call it harm.
      const [t, c] = [6000 * n, 4000 * n];
      rollout.look({ epochs: [{ units: [t, c], metrics: { error: events([t, t / 10], [c, c / 10]) } }] });
    }
    expect(rollout.log.map(({ verdict }) => verdict)).not.toContain('breach');
    const last = rollout.last?.document;
    expect(last?.guardrails[0]?.status).toBe('harm');
    expect(last).toMatchObject({ verdict: 'invalid', action: 'hold', score: null });
    expect(last?.reasons.join(' ')).toMatch(/with the split as observed it is not shown/);
  });

  it('are stale without impressions, and never pass', () => {
    const rollout = new Rollout([guardrail()], { requiredUnits: 1 });
    expect(rollout.look({ noLook: 'Its moments are being made.' })).toMatchObject({
      verdict: 'stale',
      action: 'hold',
      score: null,
      dataThrough: null,
      sampleRatio: { status: 'unknown', p: null, sequentialP: null },
    });
    const none = rollout.look({ epochs: [{ units: [0, 0], metrics: { error: events([0, 0], [0, 0]) } }] });
    expect(none).toMatchObject({
      verdict: 'stale',
      sampleRatio: { status: 'unknown', p: null, sequentialP: null },
    });
    expect(none.reasons).toEqual(['No unit has met treatment and control in epoch 1.']);
    const half = rollout.look({ epochs: [{ units: [0, 3], metrics: { error: events([0, 0], [3, 0]) } }] });
    expect([half.verdict, half.reasons]).toEqual(['stale', ['No unit has met treatment in epoch 1.']]);
  });

  it('keep the other guardrails watching when one is broken itself', () => {
    const guardrails = [
      guardrail({ metric: 'malformed', share: 0.5 }),
      guardrail({ metric: 'overflowing', method: 'boundedMeans', share: 0.25 }),
      guardrail({ share: 0.25 }),
    ];
    const rollout = new Rollout(guardrails);
    const days = [{ day: '2026-02-01', n: 10, sum: 1e9, squares: 1 }];
    const metrics = {
      malformed: { kind: 'none', reason: 'its condition is malformed' },
      overflowing: { kind: 'values', cap: 1, control: days, treatment: days },
      error: events([2000, 2], [2000, 2]),
    } as const;
    const well = rollout.look({ epochs: [{ units: [2000, 2000], metrics }] });
    expect(well.guardrails.map(({ status }) => status)).toEqual(['failed', 'failed', 'inconclusive']);
    expect(well.guardrails[1]?.reason).toMatch(/could not be computed/);
    expect([well.verdict, well.reasons.length]).toEqual(['inconclusive', 2]);
    const harm = { ...metrics, error: events([3000, 300], [3000, 2]) };
    expect(rollout.look({ epochs: [{ units: [3000, 3000], metrics: harm }] }).verdict).toBe('breach');
  });
});
