import { describe, expect, it } from 'vitest';
import { uniforms } from '../analysis/units.ts';
import { events, guardrail, Rollout } from './rollout.ts';

type Arms = [number, number];

describe('flags that overlap', () => {
  it('are told apart: the one that harms is stopped, the other is not', () => {
    const uniform = uniforms(77);
    const runs = 40;
    let [harmful, harmless] = [0, 0];
    for (let run = 0; run < runs; run += 1) {
      const [first, second] = [new Rollout([guardrail()]), new Rollout([guardrail()])];
      const [units, had]: [[Arms, Arms], [Arms, Arms]] = [
        [
          [0, 0],
          [0, 0],
        ],
        [
          [0, 0],
          [0, 0],
        ],
      ];
      for (const rollout of [first, second]) rollout.look({ epochs: [{ units: [0, 0] }] });
      for (let look = 0; look < 10; look += 1) {
        for (let unit = 0; unit < 600; unit += 1) {
          // Either flag is given to half of the units, whatever the other one is.
          const arms = [uniform() < 0.5 ? 0 : 1, uniform() < 0.5 ? 0 : 1] as const;
          const fails = uniform() < (arms[0] === 0 ? 0.09 : 0.03);
          for (const flag of [0, 1] as const) {
            units[flag][arms[flag]] += 1;
            if (fails) had[flag][arms[flag]] += 1;
          }
        }
        for (const [flag, rollout] of [first, second].entries()) {
          const [[t, c], [te, ce]] = [units[flag] as Arms, had[flag] as Arms];
          rollout.look({ epochs: [{ units: [t, c], metrics: { error: events([t, te], [c, ce]) } }] });
        }
      }
      if (first.last?.document.verdict === 'breach') harmful += 1;
      if (second.last?.document.verdict === 'breach') harmless += 1;
    }
    expect(harmful).toBe(runs);
    expect(harmless).toBeLessThanOrEqual(2);
  });
});

describe('a flag that is not assigned independently', () => {
  const warning = { flag: 'search', experiment: 'search-1', units: 5210, p: 2.1e-9, alpha: 0.0006 };
  const sound = { units: [5000, 5000], metrics: { error: events([5000, 11], [5000, 10]) } } as const;
  const harmful = { units: [6000, 6000], metrics: { error: events([6000, 90], [6000, 12]) } } as const;
  const lookedAt = (overlaps: readonly (typeof warning)[] | null, epoch: typeof sound | typeof harmful) => {
    const rollout = new Rollout([guardrail()]);
    rollout.look({ epochs: [{ units: [0, 0] }] });
    if (overlaps !== null) rollout.change({ overlaps });
    return { rollout, decision: rollout.look({ epochs: [epoch] }) };
  };

  it('is warned of, and no verdict changes by it', () => {
    for (const epoch of [sound, harmful]) {
      const [without, warned] = [lookedAt([], epoch).decision, lookedAt([warning], epoch).decision];
      expect(warned.overlaps).toEqual([warning]);
      expect(without.overlaps).toEqual([]);
      const { reasons, overlaps, id, ...rest } = warned;
      expect(without).toMatchObject(rest);
      expect(reasons.slice(0, without.reasons.length)).toEqual(without.reasons);
    }
    const { reasons } = lookedAt([warning], sound).decision;
    expect(reasons.at(-1)).toBe(
      'Units are not assigned to flag "search" independently of this one (5210 in both, p at most 2.1e-9 at any look), so what either does can show as the effect of the other.',
    );
  });

  it('is named as a cause where harm is shown', () => {
    const { decision } = lookedAt([warning], harmful);
    expect(decision.verdict).toBe('breach');
    expect(decision.reasons[0]).toMatch(/^"error" rose beyond its margin/);
    expect(decision.reasons.at(-1)).toMatch(/The harm may come of "search"\.$/);
  });

  it('makes another decision when it is found, and none when its figures change', () => {
    const { rollout } = lookedAt(null, sound);
    expect(rollout.last?.document.overlaps).toEqual([]);
    const before = rollout.log.length;
    rollout.change({ overlaps: [warning] });
    rollout.look({});
    rollout.change({ overlaps: [{ ...warning, units: 9999, p: 1e-20 }] });
    expect(rollout.look({}).overlaps[0]?.units).toBe(9999);
    expect(rollout.log.slice(before).map(({ verdict }) => verdict)).toEqual(['pass']);
  });
});

describe('a shock', () => {
  it('that hits both arms alike gives no verdict', () => {
    const rollout = new Rollout([guardrail()]);
    rollout.look({ epochs: [{ weights: [1, 9], units: [0, 0] }] });
    const at = (t: number, errors: number) =>
      rollout.look({
        epochs: [
          {
            weights: [1, 9],
            units: [t, 9 * t],
            metrics: { error: events([t, errors], [9 * t, 9 * errors]) },
          },
        ],
      }).verdict;
    expect(at(2000, 20)).toBe('pass');
    expect(at(2100, 110)).toBe('pass');
    expect(at(4000, 130)).toBe('pass');
  });
});

describe('several treatments', () => {
  it('are each decided by themselves, out of parts of one budget', () => {
    const arms = (treatment: string) => {
      const rollout = new Rollout([guardrail()]);
      rollout.change({ treatment });
      rollout.experiment({ treatments: 2 });
      return rollout;
    };
    const [well, harmful] = [arms('first'), arms('second')];
    const epoch = (errors: number) => ({
      ...{
        number: 1,
        externalId: 'ramp-7/step-1',
        effectiveAt: '2026-03-01T00:00:00.000Z',
        multipleVariants: 0,
      },
      arms: ['control', 'first', 'second'].map((variant) => ({ variant, weight: 1, units: 5000 })),
      metrics: { error: events([5000, errors], [5000, 10]) },
    });
    const decided = (rollout: Rollout, errors: number) => {
      const dataThrough = rollout.now;
      rollout.change({ look: { dataThrough, epochs: [epoch(errors)] } });
      return rollout.look({});
    };
    expect(decided(well, 11)).toMatchObject({ verdict: 'pass', externalEpoch: 'ramp-7/step-1' });
    const stopped = decided(harmful, 80);
    expect(stopped).toMatchObject({ verdict: 'breach', treatment: 'second' });
    expect(stopped.guardrails[0]?.alpha).toBeCloseTo(0.005 * (6 / Math.PI ** 2), 15);
    expect(stopped.reasons[0]).toContain('80 of 5000 units of second against 10 of 5000 of control');
  });
});
