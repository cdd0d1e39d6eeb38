import { describe, expect, it } from 'vitest';
import { type DecideInput, decide } from '../../src/ruling/index.ts';
import { type EpochFacts, events, guardrail, Rollout } from './rollout.ts';

const fine: EpochFacts = { units: [5000, 5000], metrics: { error: events([5000, 5], [5000, 5]) } };
const harm: EpochFacts = { units: [6000, 6000], metrics: { error: events([6000, 90], [6000, 6]) } };

describe('a flag-wide guardrail', () => {
  it('says whose it is in the decision, stops like any other, and holds when it is taken away', () => {
    const rollout = new Rollout([guardrail({ scope: 'flag' })]);
    expect(rollout.look({ epochs: [fine] }).guardrails).toMatchObject([{ metric: 'error', scope: 'flag' }]);
    expect(rollout.look({ epochs: [harm] }).verdict).toBe('breach');
    rollout.experiment({ guardrails: [], guardrailsChangedAt: rollout.now });
    expect(rollout.look({ epochs: [harm] }).verdict).toBe('breach');
  });

  it('watches on, at no other price, where the experiment takes the same question for its own', () => {
    const rollout = new Rollout([guardrail({ scope: 'flag', share: 0.5 })]);
    rollout.look({ epochs: [fine] });
    rollout.experiment({ guardrails: [guardrail({ share: 1 })], guardrailsChangedAt: rollout.now });
    const own = rollout.look({ epochs: [fine] });
    expect(own.guardrails[0]).toMatchObject({ scope: 'experiment', alpha: rollout.grants[0]?.alpha });
    expect(rollout.grants).toHaveLength(1);
    // Another margin is another question, and what was spent stays spent.
    rollout.experiment({
      guardrails: [guardrail({ scope: 'flag', margin: { kind: 'relative', value: 0.1 } })],
      guardrailsChangedAt: rollout.now,
    });
    rollout.look({ epochs: [fine] });
    expect(rollout.grants.map(({ period }) => period)).toEqual([1, 2]);
  });

  it('that a flag has opted out of is told of, with the reason', () => {
    const rollout = new Rollout([guardrail()]);
    rollout.experiment({ optedOut: { metrics: ['crash', 'latency'], why: 'it has no client.' } });
    expect(rollout.look({ epochs: [fine] }).reasons).toContain(
      'Flag "checkout" has opted out of the flag-wide guardrails on "crash" and "latency": it has no client.',
    );
  });

  it('leaves decisions from before there were any to be made again as they were', () => {
    const rollout = new Rollout([guardrail()]);
    rollout.look({ epochs: [fine] });
    const { experiment, ...input } = rollout.input;
    const { scope: _, ...planned } = guardrail();
    const old = { ...input, experiment: { ...experiment, guardrails: [planned] } } as unknown as DecideInput;
    const [state] = decide(old).document.guardrails;
    expect(state).toMatchObject({ metric: 'error' });
    expect(state).not.toHaveProperty('scope');
    expect(decide(old).document).toEqual(decide(JSON.parse(JSON.stringify(old))).document);
  });
});
