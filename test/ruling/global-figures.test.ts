import { describe, expect, it } from 'vitest';
import { events, guardrail, Rollout } from './rollout.ts';

const decided = (rollout: Rollout, epoch: Parameters<Rollout['look']>[0]['epochs']) => {
  rollout.look({ epochs: [{ ...(epoch?.[0] ?? { units: [0, 0] }), units: [0, 0], metrics: {} }] });
  return rollout.look({ epochs: epoch ?? [] });
};
const absolute = { kind: 'absolute', value: 0.01 } as const;

describe('what an effect amounts to over all units', () => {
  it('is 0.5 % where 5 % of the units crash 10 % more, and the flag is found', () => {
    const [treatment, control] = [
      [1_000_000, 11_000],
      [19_000_000, 190_000],
    ] as const;
    const decision = decided(new Rollout([guardrail()]), [
      {
        weights: [1, 19],
        units: [treatment[0], control[0]],
        metrics: { error: events(treatment, control) },
      },
    ]);
    expect(decision).toMatchObject({ verdict: 'breach', flag: 'checkout' });
    const { estimate, ci, global } = decision.guardrails[0] as (typeof decision.guardrails)[number];
    expect(estimate).toBeCloseTo(0.1, 12);
    expect(global).toMatchObject({ exposure: 0.05, reason: null });
    expect(global.estimate).toBeCloseTo(0.005, 12);
    expect(global.ci?.[0]).toBeCloseTo((ci?.[0] ?? Number.NaN) * 0.05, 15);
    expect(global.ci?.[1]).toBeCloseTo((ci?.[1] ?? Number.NaN) * 0.05, 15);
    expect(global.ci?.[0]).toBeGreaterThan(0);
    // By hand: 201 000 crashes of 20 M units, where control alone would have had 1 %.
    expect(201_000 / 200_000 - 1).toBeCloseTo(global.estimate ?? Number.NaN, 12);
  });

  it('is of the margin’s kind: a difference stays one', () => {
    const decision = decided(new Rollout([guardrail({ margin: absolute, method: 'proportions' })]), [
      {
        weights: [1, 3],
        units: [10_000, 30_000],
        metrics: { error: events([10_000, 2400], [30_000, 6000]) },
      },
    ]);
    // By hand: 8400 of 40 000 have it, where 20 % would have had it.
    const [shown] = decision.guardrails;
    expect(shown?.global.exposure).toBe(0.25);
    expect(shown?.global.estimate).toBeCloseTo(8400 / 40_000 - 0.2, 12);
    expect(shown?.global.ci?.[0]).toBeCloseTo((shown?.ci?.[0] ?? Number.NaN) / 4, 12);
  });

  it('counts the units of all arms, of which each treatment adds its own part', () => {
    const rollout = new Rollout([guardrail()]);
    rollout.look({ epochs: [{ units: [0, 0] }] });
    const arms = [
      { variant: 'control', weight: 2, units: 20_000 },
      { variant: 'treatment', weight: 1, units: 10_000 },
      { variant: 'other', weight: 1, units: 10_000 },
    ];
    const [epoch] = rollout.input.look?.epochs ?? [];
    if (epoch === undefined) throw new Error('there is no epoch');
    const metrics = { error: events([10_000, 150], [20_000, 200]) };
    rollout.change({ look: { dataThrough: rollout.now, epochs: [{ ...epoch, number: 2, arms, metrics }] } });
    const [shown] = rollout.look({}).guardrails;
    expect(shown?.estimate).toBeCloseTo(0.5, 12);
    expect(shown?.global).toMatchObject({ exposure: 0.25, reason: null });
    expect(shown?.global.estimate).toBeCloseTo(0.125, 12);
  });

  it('is null with a reason where it is not known exactly', () => {
    const globalOf = (armed: ReturnType<typeof guardrail>, epoch: Parameters<typeof decided>[1]) =>
      decided(new Rollout([armed]), epoch).guardrails[0]?.global;
    expect(globalOf(guardrail(), [{ units: [0, 0] }])).toEqual({
      ...{ exposure: null, estimate: null, ci: null },
      reason: 'no unit has met the flag in this epoch',
    });
    const none = { error: events([1000, 0], [1000, 0]) };
    expect(globalOf(guardrail(), [{ units: [1000, 1000], metrics: none }])).toEqual({
      ...{ exposure: 0.5, estimate: null, ci: null },
      reason: 'the effect is not known',
    });
    const zero = globalOf(guardrail(), [
      { units: [10_000, 10_000], metrics: { error: events([10_000, 50], [10_000, 0]) } },
    ]);
    expect(zero).toMatchObject({ estimate: null, ci: [expect.any(Number), null] });
    expect(zero?.reason).toMatch(/see the guardrail’s reason/);
    const broken = { error: events([12_000, 120], [10_000, 100]) };
    expect(globalOf(guardrail(), [{ units: [12_000, 10_000], metrics: broken }])).toMatchObject({
      estimate: null,
      reason: 'the arms do not fit their weights',
    });
    const days = (mean: number) => [
      { day: '2026-03-01', n: 1000, sum: 1000 * mean, squares: 1100 * mean ** 2 },
    ];
    const values = { kind: 'values', cap: null, control: days(2), treatment: days(3) } as const;
    expect(
      globalOf(guardrail({ method: null, action: 'notify' }), [
        { units: [1000, 1000], metrics: { error: values } },
      ]),
    ).toMatchObject({ exposure: 0.5, estimate: null, reason: 'the effect is not known exactly' });
  });
});
