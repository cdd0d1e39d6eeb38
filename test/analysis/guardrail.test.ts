import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  boundaryOf,
  type GuardrailPlan,
  type GuardrailState,
  guardrailEvidence,
  guardrailNeeds,
  guardrailVerdict,
  harmAtObservedShare,
  observeGuardrail,
  startGuardrail,
} from '../../analysis/guardrail/index.ts';
import { estimated, uniforms } from './units.ts';

const EVEN: GuardrailPlan = { share: 0.5, direction: 'increaseIsBad', margin: 0 };
const CANARY: GuardrailPlan = { share: 0.1, direction: 'increaseIsBad', margin: 0 };

function watched(plan: GuardrailPlan, ...looks: readonly (readonly [number, number])[]): GuardrailState {
  return looks.reduce(
    (state, [treatment, control]) => observeGuardrail(state, { treatment, control }),
    startGuardrail(plan),
  );
}

function logE(plan: GuardrailPlan, events: readonly [number, number], test: 'harm' | 'safety' = 'harm') {
  return estimated(guardrailEvidence(watched(plan, events)))[test]?.logE ?? Number.NaN;
}

function choose(n: number, k: number): number {
  let product = 1;
  for (let i = 1; i <= k; i += 1) product = (product * (n - k + i)) / i;
  return Math.round(product);
}

describe('the e-process of a guardrail', () => {
  // ln of the average over k of betainc ratios, mpmath 1.4 with 40 digits.
  it.each([
    [0.1, 5, 0, 3.80283126774661, -0.910129404966085],
    [0.1, 0, 7, -0.25206008296946, 0.240635765112377],
    [0.1, 20, 100, 1.44863175470461, -1.27742534447713],
    [0.1, 60, 300, 5.69849121342001, -2.07934161282107],
    [0.5, 50, 0, 23.6619511208381, -1.62084382851627],
    [0.5, 700, 500, 14.4745097457207, -2.86661391565323],
    [0.5, 0, 40, -1.45645555053654, 17.6957269776137],
    [0.1, 31, 118, 5.5503049459981, -1.74190158849683],
  ])('at a share of %d with events %d and %d is as in closed form', (share, treatment, control, up, down) => {
    const events = [treatment, control] as const;
    const plan = { share, margin: 0, lateStarts: [] };
    expect(Math.abs(logE({ ...plan, direction: 'increaseIsBad' }, events) - up)).toBeLessThan(1e-11);
    expect(Math.abs(logE({ ...plan, direction: 'decreaseIsBad' }, events) - down)).toBeLessThan(1e-11);
  });

  it('puts the margin into the odds', () => {
    expect(boundaryOf({ share: 0.25, direction: 'increaseIsBad', margin: 0.5 })).toEqual([1 / 3, 2 / 3]);
    expect(boundaryOf({ share: 0.5, direction: 'decreaseIsBad', margin: 0.5 })).toEqual([1 / 3, 2 / 3]);
  });

  it('is a martingale from 1 at the boundary, and falls on average on its other side: over all paths', () => {
    for (const margin of [0, 0.3]) {
      for (const direction of ['increaseIsBad', 'decreaseIsBad'] as const) {
        for (const test of margin === 0 ? (['harm'] as const) : (['harm', 'safety'] as const)) {
          const plan: GuardrailPlan = { share: 0.2, direction, margin, lateStarts: [] };
          const [boundary] = boundaryOf(plan);
          const mean = (share: number, n: number) =>
            Array.from({ length: n + 1 }, (_, k) => {
              const chance = choose(n, k) * share ** k * (1 - share) ** (n - k);
              return chance * Math.exp(logE(plan, [k, n - k], test));
            }).reduce((sum, each) => sum + each, 0);
          const alternativeAbove = (direction === 'increaseIsBad') === (test === 'harm');
          for (const n of [1, 2, 7, 25]) {
            expect(Math.abs(mean(boundary, n) - 1)).toBeLessThanOrEqual(1e-10);
            for (const factor of [0.9, 0.5, 0.1]) {
              const odds = boundary / (1 - boundary) / (alternativeAbove ? 1 / factor : factor);
              const share = odds / (1 + odds);
              expect(mean(share, n)).toBeLessThan(1);
            }
          }
        }
      }
    }
  });

  it('with late starts has mean 1 over all paths, watched at every event', () => {
    const plan: GuardrailPlan = { share: 0.5, direction: 'increaseIsBad', margin: 0, lateStarts: [3, 6] };
    const mean = (state: GuardrailState, chance: number, left: number, highest: number): number => {
      const [treatment, control] = state.events;
      const evidence = guardrailEvidence(state);
      const logE = evidence.kind === 'estimate' ? evidence.harm.logE : 0;
      const most = Math.max(highest, logE);
      // The maximum is that of every look, although most looks are not computed in full.
      expect(Math.abs(state.harm.logMaxE - most)).toBeLessThanOrEqual(1e-12);
      if (left === 0) return chance * Math.exp(logE);
      const harmed = observeGuardrail(state, { treatment: treatment + 1, control });
      const spared = observeGuardrail(state, { treatment, control: control + 1 });
      return mean(harmed, chance / 2, left - 1, most) + mean(spared, chance / 2, left - 1, most);
    };
    expect(Math.abs(mean(startGuardrail(plan), 1, 11, 0) - 1)).toBeLessThanOrEqual(1e-10);
  });

  it('mirrors when the arms are swapped', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 5000 }),
        fc.integer({ min: 0, max: 5000 }),
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        fc.double({ min: 0, max: 0.9, noNaN: true }),
        (treatment, control, share, margin) => {
          fc.pre(treatment + control > 0);
          const up: GuardrailPlan = { share, direction: 'increaseIsBad', margin };
          // An increase by M of one arm is a decrease by M/(1 + M) of the other.
          const mirrored: GuardrailPlan = {
            share: 1 - share,
            direction: 'decreaseIsBad',
            margin: margin / (1 + margin),
          };
          for (const test of margin > 0.001 ? (['harm', 'safety'] as const) : (['harm'] as const)) {
            const one = logE(up, [treatment, control], test);
            const other = logE(mirrored, [control, treatment], test);
            expect(Math.abs(one - other)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(one)));
          }
        },
      ),
      { seed: 1970, numRuns: 150 },
    );
  });

  it('of the first event does not depend on how events are grouped', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 40 })), {
          minLength: 1,
          maxLength: 12,
        }),
        (steps) => {
          let [treatment, control] = [0, 0];
          let state = startGuardrail(CANARY);
          for (const [more, others] of steps) {
            treatment += more;
            control += others;
            state = observeGuardrail(state, { treatment, control });
          }
          fc.pre(treatment + control > 0);
          const stepwise = estimated(guardrailEvidence(state)).harm;
          const atOnce = estimated(guardrailEvidence(watched(CANARY, [treatment, control]))).harm;
          expect(stepwise.logProcesses[0]).toBe(atOnce.logProcesses[0]);
          expect(stepwise.logMaxE).toBeGreaterThanOrEqual(stepwise.logE);
        },
      ),
      { seed: 7, numRuns: 200 },
    );
  });

  it('never says less for more harm', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 3000 }),
        fc.integer({ min: 0, max: 3000 }),
        fc.integer({ min: 1, max: 50 }),
        fc.constantFrom(0, 0.1, 0.5),
        (treatment, control, more, margin) => {
          fc.pre(treatment + control > 0);
          const plan: GuardrailPlan = { share: 0.3, direction: 'increaseIsBad', margin, lateStarts: [] };
          const rank = { safe: 0, inconclusive: 1, harm: 2 };
          const verdict = (events: readonly [number, number]) =>
            rank[guardrailVerdict(watched(plan, events), 0.05)];
          const [less, worse] = [logE(plan, [treatment, control]), logE(plan, [treatment + more, control])];
          // Where harm has any evidence, more of it is more; below, both are far from any verdict.
          if (less > 0) expect(worse).toBeGreaterThan(less);
          expect(verdict([treatment + more, control])).toBeGreaterThanOrEqual(verdict([treatment, control]));
          // Nor does a guardrail that was right once forget it when harmless events follow.
          const state = watched(plan, [treatment, control], [treatment, control + more]);
          expect(state.harm.logMaxE).toBeGreaterThanOrEqual(less);
        },
      ),
      { seed: 43, numRuns: 200 },
    );
  });

  it('keeps as its maximum what every look computed in full would give', () => {
    const uniform = uniforms(11);
    for (const plan of [CANARY, { ...EVEN, margin: 0.3 }, { ...EVEN, direction: 'decreaseIsBad' as const }]) {
      let state = startGuardrail(plan);
      let [harm, safety] = [0, 0];
      for (let i = 0; i < 1500; i += 1) {
        const [treatment, control] = state.events;
        const more = uniform() < plan.share ? 1 : 0;
        state = observeGuardrail(state, { treatment: treatment + more, control: control + 1 - more });
        const evidence = estimated(guardrailEvidence(state));
        harm = Math.max(harm, evidence.harm.logE);
        safety = Math.max(safety, evidence.safety?.logE ?? 0);
        expect(Math.abs(state.harm.logMaxE - harm)).toBeLessThanOrEqual(1e-12);
        if (state.safety !== null) expect(Math.abs(state.safety.logMaxE - safety)).toBeLessThanOrEqual(1e-12);
      }
    }
  });
});

describe('the verdict of a guardrail', () => {
  // "Known failures of others": margin 0, alpha .01.
  it.each([
    ['no error in control, 50 in treatment', EVEN, [50, 0], 'harm'],
    ['20 against 140 crashes of a million a side', EVEN, [140, 20], 'harm'],
    ['a single error, in treatment', EVEN, [1, 0], 'inconclusive'],
    ['a thousand errors, all in control', EVEN, [0, 1000], 'inconclusive'],
    ['none of 50 purchases in treatment', { ...EVEN, direction: 'decreaseIsBad' }, [0, 50], 'harm'],
    ['a 1/99 canary with 15 of 300 errors', { ...EVEN, share: 0.01 }, [15, 285], 'harm'],
    ['a 1/99 canary with 3 of 300 errors', { ...EVEN, share: 0.01 }, [3, 297], 'inconclusive'],
    ['equal rates inside a wide margin', { ...EVEN, margin: 0.5 }, [500, 500], 'safe'],
    [
      'equal rates, purchases, inside a wide margin',
      { ...EVEN, direction: 'decreaseIsBad', margin: 0.3 },
      [900, 900],
      'safe',
    ],
    ['a third more, at a margin of a third', { ...EVEN, margin: 1 / 3 }, [800, 600], 'inconclusive'],
  ] as const)('%s', (_, plan, events, verdict) => {
    expect(guardrailVerdict(watched(plan, events), 0.01)).toBe(verdict);
  });

  it('stays what it was once harm was shown', () => {
    const state = watched(EVEN, [50, 0], [50, 500]);
    expect(guardrailVerdict(state, 0.01)).toBe('harm');
    expect(estimated(guardrailEvidence(state)).harm.logE).toBeLessThan(0);
  });

  it('is unknown in its figures before the first event', () => {
    expect(guardrailEvidence(startGuardrail(EVEN))).toEqual({ kind: 'unknown', reason: 'no-events' });
    expect(guardrailVerdict(startGuardrail(EVEN), 0.05)).toBe('inconclusive');
  });

  it('is the same after a way through JSON, bit for bit', () => {
    const state = watched({ ...CANARY, margin: 0.2 }, [12, 80], [40, 300]);
    const restored: GuardrailState = JSON.parse(JSON.stringify(state));
    expect(restored).toEqual(state);
    const next = { treatment: 70, control: 400 };
    expect(observeGuardrail(restored, next)).toEqual(observeGuardrail(state, next));
  });

  it('sees late harm by the processes that start afresh', () => {
    const late = watched(CANARY, [1000, 9000], [1060, 9200]);
    const single = watched({ ...CANARY, lateStarts: [] }, [1000, 9000], [1060, 9200]);
    expect(late.starts).toEqual([
      [1000, 9000],
      [1000, 9000],
      [1000, 9000],
    ]);
    expect(guardrailVerdict(late, 0.01)).toBe('harm');
    expect(guardrailVerdict(single, 0.01)).toBe('inconclusive');
  });

  it.each([
    ['share', { ...EVEN, share: 1 }],
    ['share', { ...EVEN, share: Number.NaN }],
    ['margin', { ...EVEN, margin: -0.1 }],
    ['margin', { ...EVEN, direction: 'decreaseIsBad', margin: 1 }],
    ['margin', { ...EVEN, safety: true }],
    ['concentrations', { ...EVEN, concentrations: [] }],
    ['concentrations[1]', { ...EVEN, concentrations: [10, 0] }],
    ['lateStarts[0]', { ...EVEN, lateStarts: [0] }],
  ] as const)('refuses a plan with a malformed %s', (field, plan) => {
    expect(() => startGuardrail(plan)).toThrow(`${field} must be `);
  });

  it('refuses counts that fall or are none, and an alpha that is none', () => {
    expect(() => watched(EVEN, [5, 5], [4, 6])).toThrow('events.treatment must be at least the 5');
    expect(() => watched(EVEN, [5, 5], [5, 4])).toThrow('events.control must be at least the 5');
    expect(() => watched(EVEN, [0.5, 0])).toThrow('events.treatment must be');
    expect(() => guardrailVerdict(startGuardrail(EVEN), 0)).toThrow('alpha must be');
  });
});

describe('harm at the observed share', () => {
  const impressions = { treatment: 55_000, control: 45_000 };

  it('is none where only the split is not as declared', () => {
    const state = watched(EVEN, [550, 450]);
    expect(guardrailVerdict(state, 0.05)).toBe('harm');
    expect(harmAtObservedShare(state, impressions, 0.05, 0.01).holds).toBe(false);
  });

  it('holds where there is harm beside it', () => {
    const state = watched(EVEN, [1100, 450]);
    expect(harmAtObservedShare(state, impressions, 0.01, 0.01).holds).toBe(true);
    const fewer = watched({ ...EVEN, direction: 'decreaseIsBad' }, [550, 900]);
    const { holds, share } = harmAtObservedShare(fewer, impressions, 0.01, 0.01);
    expect([holds, share < 0.55]).toEqual([true, true]);
  });

  it('cannot hold where control was never shown, or nobody was seen', () => {
    const state = watched(EVEN, [50, 0]);
    expect(harmAtObservedShare(state, { treatment: 900, control: 0 }, 0.05, 0.01)).toEqual({
      share: 1,
      logE: null,
      holds: false,
    });
    expect(harmAtObservedShare(state, { treatment: 0, control: 0 }, 0.05, 0.01).holds).toBe(false);
  });

  it('has less evidence the further the share is moved against harm', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2000 }),
        fc.integer({ min: 0, max: 2000 }),
        fc.double({ min: 0.02, max: 0.9, noNaN: true }),
        fc.double({ min: 1.001, max: 1.1, noNaN: true }),
        (treatment, control, share, factor) => {
          const plan = { direction: 'increaseIsBad', margin: 0, lateStarts: [] } as const;
          const here = logE({ ...plan, share }, [treatment, control]);
          const there = logE({ ...plan, share: share * factor }, [treatment, control]);
          if (there >= Math.log(5)) expect(here).toBeGreaterThanOrEqual(there);
        },
      ),
      { seed: 55, numRuns: 500 },
    );
  });

  it('names what is malformed', () => {
    const state = watched(EVEN, [5, 0]);
    expect(() => harmAtObservedShare(state, { treatment: -1, control: 0 }, 0.05, 0.01)).toThrow(
      'impressions.treatment must be',
    );
    expect(() => harmAtObservedShare(state, impressions, 0.05, 1)).toThrow('shareAlpha must be');
  });
});

describe('what a guardrail needs', () => {
  const outlook = { ...EVEN, margin: 0.2, baseRate: 0.01, effect: 1, alpha: 0.05 };

  it('is where the expected counts just reach 1/alpha', () => {
    const { harm, safety } = guardrailNeeds({ ...outlook, lateStarts: [] });
    const plan = { ...EVEN, margin: 0.2, lateStarts: [] };
    const target = Math.log(20);
    const reached = (events: number, share: number, test: 'harm' | 'safety') =>
      logE(plan, [Math.round(events * share), Math.round(events * (1 - share))], test);
    expect(reached(harm.events + 6, 2 / 3, 'harm')).toBeGreaterThan(target);
    expect(reached(harm.events - 6, 2 / 3, 'harm')).toBeLessThan(target);
    expect(reached((safety?.events ?? 0) + 10, 0.5, 'safety')).toBeGreaterThan(target);
    expect(reached((safety?.events ?? 0) - 10, 0.5, 'safety')).toBeLessThan(target);
    expect(harm.units / harm.events).toBeCloseTo(1 / 0.015, 0);
  });

  it('is of the order that statistics.md names: 121 k units at a margin of 20 %, 40 M at 1 %', () => {
    const units = (margin: number) => guardrailNeeds({ ...outlook, margin }).safety?.units ?? 0;
    expect(units(0.2) / 121_000).toBeGreaterThan(0.75);
    expect(units(0.2) / 121_000).toBeLessThan(1.33);
    expect(units(0.01) / 40e6).toBeGreaterThan(0.75);
    expect(units(0.01) / 40e6).toBeLessThan(1.33);
  });

  it('grows as the margin nears the effect, alpha falls or the rate falls', () => {
    const harm = (change: object) => guardrailNeeds({ ...outlook, ...change }).harm.units;
    expect(harm({ margin: 0.5 })).toBeGreaterThan(harm({}));
    expect(harm({ alpha: 0.001 })).toBeGreaterThan(harm({}));
    expect(harm({ baseRate: 0.001 }) / harm({})).toBeCloseTo(10, 2);
  });

  it('knows of decreases, and of no safety at margin 0', () => {
    const sales = guardrailNeeds({ ...outlook, direction: 'decreaseIsBad', margin: 0, effect: -0.5 });
    expect(sales.safety).toBeNull();
    expect(sales.harm.events).toBeGreaterThan(50);
    expect(sales.harm.events).toBeLessThan(250);
  });

  it.each([
    ['effect', { effect: 0.2 }],
    ['effect', { direction: 'decreaseIsBad', effect: -0.1 }],
    ['effect', { direction: 'decreaseIsBad', effect: -1.1 }],
    ['baseRate', { baseRate: 0 }],
    ['alpha', { alpha: 1 }],
    ['margin', { margin: 0, safety: true }],
  ] as const)('names %s when it is malformed', (field, change) => {
    expect(() => guardrailNeeds({ ...outlook, ...change })).toThrow(`${field} must be `);
  });
});

describe('a canary of 10 % with 1 % of errors', () => {
  /** Treated units at which harm is called, or null within so many of them. */
  function calledAt(uniform: () => number, factor: number, alpha: number, most: number): number | null {
    let state = startGuardrail({ ...CANARY, lateStarts: [100, 1000] });
    for (let treated = 0; treated < most; ) {
      const isTreated = uniform() < 0.1;
      if (isTreated) treated += 1;
      if (uniform() >= (isTreated ? 0.01 * factor : 0.01)) continue;
      const [treatment, control] = state.events;
      state = observeGuardrail(state, {
        treatment: treatment + (isTreated ? 1 : 0),
        control: control + (isTreated ? 0 : 1),
      });
      if (guardrailVerdict(state, alpha) === 'harm') return treated;
    }
    return null;
  }

  it('is stopped at a median of at most 1350 treated units where errors double', () => {
    const uniform = uniforms(1240);
    const runs = Array.from({ length: 300 }, () => calledAt(uniform, 2, 0.05, 1e5) ?? 1e5);
    const median = runs.toSorted((a, b) => a - b)[150] ?? 0;
    expect(median).toBeGreaterThan(1000);
    expect(median).toBeLessThanOrEqual(1350);
  });

  it('is stopped for nothing at most as often as promised', () => {
    const [runs, alpha] = [150, 0.05];
    const uniform = uniforms(5);
    const calls = Array.from({ length: runs }, () => calledAt(uniform, 1, alpha, 4000));
    const share = calls.filter((call) => call !== null).length / runs;
    expect(share).toBeLessThanOrEqual(alpha + 3 * Math.sqrt((alpha * (1 - alpha)) / runs));
  });
});
