import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type GuardrailDefinition, plannedGuardrails } from '../../src/catalogue/guardrail.ts';
import { brokenGuardrails } from '../../src/catalogue/guardrail-rules.ts';
import { Metric } from '../../src/catalogue/metric.ts';
import { alphaOf } from '../../src/ruling/index.ts';
import { POLICY } from '../ruling/rollout.ts';

const KEYS = ['a', 'b', 'c', 'd', 'e'];
const metrics = KEYS.map((key) => ({
  version: 1,
  definition: Metric.parse({ type: 'proportion', key, source: { event: key } }),
}));

/** A list of guardrails as it would be accepted. */
const list = fc
  .uniqueArray(
    fc.record({
      metric: fc.constantFrom(...KEYS),
      share: fc.option(fc.double({ min: 0.01, max: 1, noNaN: true }), { nil: null }),
    }),
    { selector: ({ metric }) => metric },
  )
  .map((shares) =>
    shares.map(
      (one): GuardrailDefinition => ({
        ...{ ...one, direction: null, margin: { kind: 'relative', value: 0.1 }, gate: null },
        ...{ action: 'rollback', armed: true, method: null },
      }),
    ),
  )
  .filter((guardrails) => brokenGuardrails({ guardrails, decisions: POLICY }).length === 0);

describe('the shares of an experiment’s own guardrails and the flag-wide ones', () => {
  it('sum to the whole at most, and leave nobody nothing, whatever both lists say', () => {
    fc.assert(
      fc.property(list, list, (own, flagWide) => {
        const planned = plannedGuardrails({ guardrails: own, decisions: POLICY }, metrics, flagWide);
        const granted = planned.map(({ share }) =>
          alphaOf(POLICY.alpha, { share, treatments: 1, period: 1 }),
        );
        expect(granted.reduce((sum, alpha) => sum + alpha, 0)).toBeLessThanOrEqual(POLICY.alpha * (1 + 1e-9));
        expect(granted.every((alpha) => alpha > 0)).toBe(true);
        const ofOwn = planned.filter(({ scope }) => scope === 'experiment').map(({ metric }) => metric);
        expect(ofOwn).toEqual(own.map(({ metric }) => metric));
        expect(new Set(planned.map(({ metric }) => metric)).size).toBe(planned.length);
        expect(planned.length).toBe(new Set([...own, ...flagWide].map(({ metric }) => metric)).size);
      }),
      { numRuns: 2000, seed: 7 },
    );
  });
});
