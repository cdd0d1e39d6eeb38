import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide, withResumption } from '../../src/ruling/index.ts';
import { uniforms } from '../analysis/units.ts';
import { events, guardrail, Rollout } from './rollout.ts';

const METRICS = ['error', 'crash', 'slow'] as const;

/** What happens to a rollout that may cost alpha. */
const happening = fc.oneof(
  fc.record({ kind: fc.constant('epoch' as const), weight: fc.constantFrom(0, 1, 4) }),
  fc.record({ kind: fc.constant('look' as const), events: fc.integer({ min: 0, max: 40 }) }),
  fc.record({ kind: fc.constant('resume' as const) }),
  fc.record({
    kind: fc.constant('guardrails' as const),
    shares: fc.array(fc.double({ min: 0.01, max: 1 / 3, noNaN: true }), { minLength: 1, maxLength: 3 }),
    margin: fc.constantFrom(0, 0.1, 0.2),
  }),
);

describe('the error budget', () => {
  it('grants never more than was promised, whatever happens to guardrails, epochs and stops', () => {
    fc.assert(
      fc.property(
        fc.array(happening, { maxLength: 25 }),
        fc.double({ min: 1e-6, max: 0.4, noNaN: true }),
        fc.integer({ min: 1, max: 4 }),
        (happenings, alpha, treatments) => {
          const rollout = new Rollout([guardrail()], { alpha });
          rollout.experiment({ treatments });
          let [number, weight, t] = [1, 1, 0];
          for (const one of happenings) {
            if (one.kind === 'epoch') [number, weight] = [number + 1, one.weight];
            if (one.kind === 'look') t += one.events;
            if (one.kind === 'resume')
              rollout.amend((state) => withResumption(state, { by: 'x', why: 'x', at: rollout.now }));
            if (one.kind === 'guardrails')
              rollout.experiment({
                guardrailsChangedAt: rollout.now,
                guardrails: one.shares.map((share, index) =>
                  guardrail({
                    ...{ metric: METRICS[index] ?? 'error', share },
                    margin: { kind: 'relative', value: one.margin },
                  }),
                ),
              });
            const metrics = Object.fromEntries(
              METRICS.map((metric) => [metric, events([1000, t], [1000, 0])]),
            );
            rollout.look({
              epochs: [{ number, weights: [weight, 1], units: [1000, 1000], effectiveAt: number, metrics }],
            });
          }
          // Every treatment has as much again.
          const granted = treatments * rollout.grants.reduce((sum, grant) => sum + grant.alpha, 0);
          expect(granted).toBeLessThanOrEqual(alpha * (1 + 1e-12));
        },
      ),
      { numRuns: 150, seed: 7 },
    );
  });

  it('spends nothing where the treatment is given to nobody', () => {
    const rollout = new Rollout([guardrail()]);
    rollout.look({ epochs: [{ weights: [0, 1], units: [0, 500] }] });
    expect(rollout.grants).toEqual([]);
    expect(rollout.last?.document).toMatchObject({ verdict: 'inconclusive', guardrails: [{ alpha: 0 }] });
  });
});

describe('rollouts that change nothing', () => {
  /** Looks at growing counts of both arms, of which the same share has the event; whether it was ever stopped. */
  function isStopped(uniform: () => number, rate: number, share: number, alpha: number): boolean {
    const rollout = new Rollout([guardrail({ share: 0.5 }), guardrail({ metric: 'crash', share: 0.5 })], {
      alpha,
      requiredUnits: 1,
    });
    const weights = [share, 1 - share] as const;
    rollout.look({ epochs: [{ weights, units: [0, 0] }] });
    const units: [number, number] = [0, 0];
    const had = { error: [0, 0] as [number, number], crash: [0, 0] as [number, number] };
    for (let look = 0; look < 20; look += 1) {
      for (let unit = 0; unit < 80; unit += 1) {
        const arm = uniform() < share ? 0 : 1;
        units[arm] += 1;
        if (uniform() < rate) had.error[arm] += 1;
        if (uniform() < rate) had.crash[arm] += 1;
      }
      const of = ([t, c]: readonly [number, number]) => events([units[0], t], [units[1], c]);
      const epochs = [
        { weights, units: [...units] as const, metrics: { error: of(had.error), crash: of(had.crash) } },
      ];
      if (rollout.look({ epochs }).verdict === 'breach') return true;
    }
    return false;
  }

  it('are stopped no more often than was promised, by two guardrails watched at every look', () => {
    const uniform = uniforms(2026);
    const alpha = 0.2;
    const runs = 240;
    let stops = 0;
    for (let run = 0; run < runs; run += 1)
      if (isStopped(uniform, 0.05, run % 2 === 0 ? 0.5 : 0.1, alpha)) stops += 1;
    // Promised for all epochs there will ever be: this is the first alone.
    const most = alpha * (6 / Math.PI ** 2);
    expect(stops / runs).toBeLessThanOrEqual(most + 3 * Math.sqrt((most * (1 - most)) / runs));
    expect(stops).toBeGreaterThan(0);
  });
});

describe('a replay', () => {
  it('gives the same decision to the last bit from what JSON has kept', () => {
    const uniform = uniforms(5);
    const rollout = new Rollout([
      guardrail({ share: 0.3, margin: { kind: 'relative', value: 0.1 }, gate: 'safety' }),
      guardrail({
        metric: 'crash',
        share: 0.7,
        method: 'proportions',
        margin: { kind: 'absolute', value: 0.01 },
      }),
    ]);
    let [t, c] = [0, 0];
    for (let look = 1; look <= 40; look += 1) {
      t += Math.floor(uniform() * 12);
      c += Math.floor(uniform() * 8);
      const counted = events([look * 200, t], [look * 200, c]);
      rollout.look({
        epochs: [{ units: [look * 200, look * 200], metrics: { error: counted, crash: counted } }],
      });
      const stored = JSON.parse(JSON.stringify(rollout.inputs.at(-1)));
      expect(decide(stored)).toEqual(rollout.last);
    }
    expect(new Set(rollout.log.map(({ verdict }) => verdict)).size).toBeGreaterThan(1);
  });
});
