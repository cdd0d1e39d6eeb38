import { describe, expect, it } from 'vitest';
import { withOverride, withResumption } from '../../src/ruling/index.ts';
import { type EpochFacts, events, guardrail, Rollout } from './rollout.ts';

const fine: EpochFacts = { units: [5000, 5000], metrics: { error: events([5000, 5], [5000, 5]) } };
const harm: EpochFacts = { units: [6000, 6000], metrics: { error: events([6000, 90], [6000, 6]) } };

function stopped(guardrails = [guardrail()]): Rollout {
  const rollout = new Rollout(guardrails);
  rollout.look({ epochs: [fine] });
  expect(rollout.look({ epochs: [harm] }).verdict).toBe('breach');
  return rollout;
}

const later = (rollout: Rollout, seconds: number) =>
  new Date(Date.parse(rollout.now) + seconds * 1000).toISOString();

describe('a latch', () => {
  it('holds when the figures look well again', () => {
    const rollout = stopped();
    const well = {
      units: [90_000, 90_000],
      metrics: { error: events([90_000, 96], [90_000, 900]) },
    } as const;
    const after = rollout.look({ epochs: [well], after: 3600 });
    expect(after.verdict).toBe('breach');
    expect(after.reasons[0]).toMatch(/90 of 6000 units of treatment against 6 of 6000 of control/);
  });

  it('holds when the guardrail that broke is taken out of the definition', () => {
    const rollout = stopped([guardrail({ share: 0.5 }), guardrail({ metric: 'crash', share: 0.5 })]);
    rollout.experiment({ guardrails: [guardrail({ metric: 'crash' })] });
    expect(rollout.look({ epochs: [harm] }).verdict).toBe('breach');
  });

  it('holds for the next experiment on the flag', () => {
    const rollout = stopped();
    rollout.experiment({ key: 'checkout-again' });
    expect(rollout.look({ epochs: [fine] })).toMatchObject({
      verdict: 'breach',
      experiment: 'checkout-again',
    });
  });

  it('takes the harder action of those that broke', () => {
    const rollout = new Rollout([
      guardrail({ metric: 'crash', action: 'pause', share: 0.5 }),
      guardrail({ share: 0.5 }),
    ]);
    const crash = events([6000, 90], [6000, 6]);
    const none = events([6000, 6], [6000, 6]);
    rollout.look({ epochs: [{ units: [0, 0] }] });
    const paused = rollout.look({ epochs: [{ ...harm, metrics: { crash, error: none } }] });
    expect([paused.verdict, paused.action]).toEqual(['breach', 'pause']);
    const back = rollout.look({ epochs: [{ ...harm, metrics: { crash, error: crash } }] });
    expect([back.verdict, back.action]).toEqual(['breach', 'rollback']);
  });

  it('is ended by a resumption, which watches anew and remembers what stopped it', () => {
    const rollout = stopped();
    const at = rollout.now;
    rollout.amend((state) => withResumption(state, { by: 'Ada', why: 'fixed', at }));
    const resumed = rollout.look({ epochs: [harm] });
    expect(resumed.verdict).toBe('pass');
    expect(resumed.reasons.join(' ')).toMatch(
      /Ada resumed it at .* \(fixed\); it had been stopped since .*: "error" rose/,
    );
    // Less alpha than before: what was spent is spent.
    expect(rollout.grants.map(({ period }) => period)).toEqual([1, 2]);
    expect(resumed.guardrails[0]?.alpha).toBeLessThan(rollout.grants[0]?.alpha ?? 0);
    // The 90 errors from before are held against nobody; as many new ones are.
    const again = {
      units: [12_000, 12_000],
      metrics: { error: events([12_000, 180], [12_000, 12]) },
    } as const;
    const broken = rollout.look({ epochs: [again] });
    expect(broken.verdict).toBe('breach');
    expect(broken.reasons[0]).toMatch(/90 of 6000 units of treatment against 6 of 6000 of control/);
  });
});

describe('a person’s word', () => {
  it('stands over the verdict until its time, and no longer', () => {
    const rollout = stopped();
    const until = later(rollout, 600);
    const override = {
      verdict: 'pass',
      guardrail: null,
      by: 'Ada',
      why: 'a known false alarm',
      until,
    } as const;
    rollout.amend((state) => withOverride(state, override));
    const said = rollout.look({ epochs: [harm], after: 10 });
    expect(said).toMatchObject({ verdict: 'pass', action: 'proceed', override });
    expect(said.reasons.slice(0, 2)).toEqual([
      `Ada has overridden the verdict until ${until}: a known false alarm`,
      'Without it: breach.',
    ]);
    expect(rollout.look({ epochs: [harm], after: 589 }).verdict).toBe('pass');
    expect(rollout.look({ epochs: [harm], after: 1 })).toMatchObject({ verdict: 'breach', override: null });
  });

  it('may dismiss one guardrail; the others keep watching', () => {
    const rollout = stopped([guardrail({ share: 0.5 }), guardrail({ metric: 'crash', share: 0.5 })]);
    const until = later(rollout, 600);
    const dismissal = { verdict: null, guardrail: 'error', by: 'Ada', why: 'a new logger', until } as const;
    rollout.amend((state) => withOverride(state, dismissal));
    const dismissed = rollout.look({
      epochs: [{ ...harm, metrics: { ...harm.metrics, crash: events([6000, 0], [6000, 0]) } }],
    });
    expect(dismissed).toMatchObject({ verdict: 'pass', override: dismissal });
    const crashed = rollout.look({
      epochs: [{ ...harm, metrics: { ...harm.metrics, crash: events([6000, 60], [6000, 0]) } }],
    });
    expect(crashed.verdict).toBe('breach');
    expect(crashed.reasons[0]).toMatch(/^"crash" rose/);
  });

  it('may dismiss a guardrail beforehand: what it shows then has stopped nothing', () => {
    const rollout = new Rollout([
      guardrail({ share: 0.5 }),
      guardrail({ metric: 'crash', action: 'pause', share: 0.5 }),
    ]);
    rollout.look({ epochs: [fine] });
    const until = later(rollout, 600);
    rollout.amend((state) =>
      withOverride(state, { verdict: null, guardrail: 'error', by: 'Ada', why: 'x', until }),
    );
    const shown = rollout.look({ epochs: [harm] });
    expect(shown.reasons.join(' ')).toMatch(/It stops nothing: the guardrail is dismissed/);
    const crash = { ...harm, metrics: { ...harm.metrics, crash: events([6000, 60], [6000, 0]) } };
    expect(rollout.look({ epochs: [crash] })).toMatchObject({ verdict: 'breach', action: 'pause' });
    expect(rollout.look({ epochs: [crash], after: 600 })).toMatchObject({
      verdict: 'breach',
      action: 'rollback',
    });
  });

  it('ends: a guardrail that was dismissed stops again what it stopped', () => {
    const rollout = stopped();
    const until = later(rollout, 600);
    rollout.amend((state) =>
      withOverride(state, { verdict: null, guardrail: 'error', by: 'Ada', why: 'x', until }),
    );
    expect(rollout.look({ epochs: [harm] }).verdict).not.toBe('breach');
    expect(rollout.look({ epochs: [harm], after: 600 }).verdict).toBe('breach');
  });
});

describe('a guardrail that decides nothing', () => {
  it.each([
    ['in shadow', { armed: false }, /the guardrail is in shadow/],
    ['that only notifies', { action: 'notify' }, /the guardrail only notifies/],
  ] as const)('%s shows its harm and stops nothing', (_, changes, why) => {
    const rollout = new Rollout([
      guardrail({ ...changes, share: 0.5 }),
      guardrail({ metric: 'crash', share: 0.5 }),
    ]);
    rollout.look({ epochs: [{ units: [0, 0] }] });
    const crash = events([6000, 6], [6000, 6]);
    const shown = rollout.look({ epochs: [{ ...harm, metrics: { ...harm.metrics, crash } }] });
    expect(shown.verdict).toBe('pass');
    expect(shown.guardrails[0]?.status).toBe('harm');
    expect(shown.reasons.join(' ')).toMatch(why);
    // It is told all the same: another decision than the one before.
    expect(rollout.log.at(-1)?.guardrails[0]?.status).toBe('harm');
  });

  it('is no reason to pass', () => {
    const rollout = new Rollout([guardrail({ armed: false })]);
    expect(rollout.look({ epochs: [fine] })).toMatchObject({
      verdict: 'inconclusive',
      reasons: ['No guardrail is armed, so nothing can pass.'],
    });
  });
});
