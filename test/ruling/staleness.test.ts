import { describe, expect, it } from 'vitest';
import { type EpochFacts, events, guardrail, Rollout } from './rollout.ts';

const at = (n: number): EpochFacts => ({
  units: [n, n],
  metrics: { error: events([n, Math.floor(n / 100)], [n, Math.floor(n / 100)]) },
});
const harm: EpochFacts = { units: [5000, 5000], metrics: { error: events([5000, 90], [5000, 6]) } };

describe('staleness', () => {
  it('is decided by the data’s age, not by whether somebody still computes', () => {
    const rollout = new Rollout([guardrail()]);
    expect(rollout.look({ epochs: [at(5000)], lag: 299 }).verdict).toBe('pass');
    const old = rollout.look({ epochs: [at(5000)], lag: 301 });
    expect([old.verdict, old.action, old.score]).toEqual(['stale', 'hold', null]);
    expect(old.reasons[0]).toMatch(/^Data is known up to .*, which is more than 300 s ago\.$/);
    expect(rollout.look({ epochs: [at(5000)] }).verdict).toBe('pass');
  });

  it('comes when moments cannot be read for too long, and the last look stands until then', () => {
    const rollout = new Rollout([guardrail()]);
    rollout.look({ epochs: [at(5000)] });
    const noLook = 'its moments are being made anew for what has changed';
    expect(rollout.look({ noLook, after: 200 }).verdict).toBe('pass');
    const stale = rollout.look({ noLook, after: 101 });
    expect(stale.verdict).toBe('stale');
    expect(stale.reasons[0]).toContain(noLook);
  });

  it('never comes before harm: old data that shows it still stops', () => {
    const rollout = new Rollout([guardrail()]);
    rollout.look({ epochs: [{ units: [0, 0] }] });
    expect(rollout.look({ epochs: [harm], lag: 10_000 }).verdict).toBe('breach');
  });

  it('notices that units no longer come where many were to be expected', () => {
    const rollout = new Rollout([guardrail()]);
    for (let minute = 1; minute <= 20; minute += 1) rollout.look({ epochs: [at(1000 * minute)], after: 60 });
    expect(rollout.look({ epochs: [at(20_000)], after: 290 }).verdict).toBe('pass');
    const silent = rollout.look({ epochs: [at(20_000)], after: 20 });
    expect([silent.verdict, silent.reasons[0]]).toEqual([
      'stale',
      'No new unit has met the flag for 310 s, though many were to be expected.',
    ]);
    expect(rollout.look({ epochs: [at(20_010)], after: 5 }).verdict).toBe('pass');
  });

  it('bears the quiet of a small flag', () => {
    const rollout = new Rollout([guardrail()], { requiredUnits: 1 });
    for (let minute = 1; minute <= 20; minute += 1) rollout.look({ epochs: [at(minute)], after: 60 });
    expect(rollout.look({ epochs: [at(20)], after: 500 }).verdict).toBe('pass');
  });
});

describe('validity', () => {
  it('ends soon after the last renewal, and with the age that data may have', () => {
    const rollout = new Rollout([guardrail()]);
    const valid = (decision: { validUntil: string | null }) =>
      (Date.parse(decision.validUntil ?? '') - Date.parse(rollout.now)) / 1000;
    expect(valid(rollout.look({ epochs: [at(5000)] }))).toBe(30);
    expect(valid(rollout.look({ epochs: [at(5000)], lag: 290 }))).toBe(10);
    expect(valid(rollout.look({ epochs: [at(5000)], lag: 400 }))).toBe(30);
    expect(valid(rollout.look({ epochs: [harm], lag: 290 }))).toBe(30);
  });
});

describe('the order of verdicts', () => {
  it('puts an unsound comparison before staleness, and harm before both', () => {
    const rollout = new Rollout([guardrail()]);
    const mixed = { ...at(5000), multipleVariants: 600 };
    const unsound = rollout.look({ epochs: [mixed], lag: 10_000 });
    expect([unsound.verdict, unsound.action]).toEqual(['invalid', 'hold']);
    expect(unsound.reasons[0]).toMatch(/600 of 10000 units of epoch 1 met two variants/);
    expect(rollout.look({ epochs: [{ ...harm, multipleVariants: 600 }], lag: 10_000 }).verdict).toBe(
      'breach',
    );
  });

  it('never passes before the required units of both arms are met', () => {
    const rollout = new Rollout([guardrail()], { requiredUnits: 1300 });
    const decision = rollout.look({
      epochs: [{ weights: [1, 4], units: [1160, 4700], metrics: { error: events([1160, 0], [4700, 0]) } }],
    });
    expect(decision).toMatchObject({
      verdict: 'inconclusive',
      action: 'hold',
      score: 50,
      units: { control: 4700, treatment: 1160, required: 1300 },
    });
    expect(decision.reasons).toEqual(['Not enough units in epoch 1 yet: treatment has 1160 of 1300.']);
  });

  it('is another decision only where more than figures has changed', () => {
    const rollout = new Rollout([guardrail()]);
    for (const n of [1000, 1100, 1200, 1300]) rollout.look({ epochs: [at(n)] });
    expect(rollout.log.map(({ verdict }) => verdict)).toEqual(['pass']);
    expect(rollout.last?.document.id).toBe(rollout.log[0]?.id);
    expect(rollout.last?.document.units.treatment).toBe(1300);
  });
});
