import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { betaBinomialBounds } from '../../analysis/confidence-sequence/index.ts';
import { boundsVerdict, type GuardrailBounds } from '../../analysis/guardrail/index.ts';

const CLOSE: GuardrailBounds = {
  control: [0.1, 0.2],
  treatment: [0.12, 0.22],
  direction: 'increaseIsBad',
  margin: { kind: 'absolute', value: 0.2 },
};

describe('a verdict from bounds', () => {
  it.each([
    ['harm', { treatment: [0.5, 0.6] }],
    ['inconclusive', { treatment: [0.38, 0.6] }],
    ['safe', {}],
    ['inconclusive', { safety: false }],
    ['inconclusive', { margin: { kind: 'absolute', value: 0 } }],
    [
      'harm',
      { direction: 'decreaseIsBad', margin: { kind: 'relative', value: 0.1 }, treatment: [0.01, 0.08] },
    ],
    ['safe', { direction: 'decreaseIsBad', margin: { kind: 'relative', value: 0.5 } }],
    ['harm', { margin: { kind: 'relative', value: 0.5 }, treatment: [0.31, 0.6] }],
    ['inconclusive', { margin: { kind: 'relative', value: 0.5 }, treatment: [0.29, 0.6] }],
  ] as const)('is %s for %j', (verdict, change) => {
    expect(boundsVerdict({ ...CLOSE, ...change }).verdict).toBe(verdict);
  });

  it('shows the difference, and what of it is beyond the margin', () => {
    const { difference, beyondMargin } = boundsVerdict(CLOSE);
    expect(difference[0]).toBeCloseTo(-0.08, 15);
    expect(difference[1]).toBeCloseTo(0.12, 15);
    expect(beyondMargin[0]).toBeCloseTo(-0.28, 15);
    expect(beyondMargin[1]).toBeCloseTo(-0.08, 15);
  });

  it('mirrors when a good event is told as a bad one', () => {
    const mirrored = boundsVerdict({
      control: [0.8, 0.9],
      treatment: [0.78, 0.88],
      direction: 'decreaseIsBad',
      margin: { kind: 'absolute', value: 0.2 },
    });
    expect(mirrored.beyondMargin[1]).toBeCloseTo(boundsVerdict(CLOSE).beyondMargin[1], 14);
    expect(mirrored.verdict).toBe('safe');
  });

  it('never says less for more harm', () => {
    const strength = { safe: 0, inconclusive: 1, harm: 2 } as const;
    const count = fc.integer({ min: 0, max: 2000 });
    fc.assert(
      fc.property(
        count,
        count,
        count,
        fc.constantFrom('absolute' as const, 'relative' as const),
        fc.double({ min: 0.01, max: 0.3, noNaN: true }),
        fc.boolean(),
        (before, one, other, kind, value, falls) => {
          const [less, more] = [Math.min(one, other), Math.max(one, other)];
          const verdictOf = (events: number) =>
            boundsVerdict({
              control: betaBinomialBounds({ n: 2000, events: before }, 0.025),
              treatment: betaBinomialBounds({ n: 2000, events }, 0.025),
              direction: falls ? 'decreaseIsBad' : 'increaseIsBad',
              margin: { kind, value },
            }).verdict;
          const [weaker, stronger] = falls ? [more, less] : [less, more];
          expect(strength[verdictOf(stronger)]).toBeGreaterThanOrEqual(strength[verdictOf(weaker)]);
        },
      ),
      { seed: 1970, numRuns: 60 },
    );
  });

  it('calls 9 000 of 10 000 failures that become 10 000 of 10 000', () => {
    const bounds = (events: number, n = 10_000) => betaBinomialBounds({ n, events }, 0.005);
    const of = (control: number, treatment: number) =>
      boundsVerdict({
        ...CLOSE,
        control: bounds(control),
        treatment: bounds(treatment),
        margin: { kind: 'absolute', value: 0 },
      }).verdict;
    expect(of(9000, 10_000)).toBe('harm');
    expect(of(0, 50)).toBe('harm');
    expect(of(9000, 9050)).toBe('inconclusive');
  });

  it.each([
    ['control[0]', { control: [Number.NaN, 1] }],
    ['treatment[1]', { treatment: [0.3, 0.2] }],
    ['margin.value', { margin: { kind: 'absolute', value: -1 } }],
    ['margin.value', { margin: { kind: 'absolute', value: 0 }, safety: true }],
    ['margin.value', { margin: { kind: 'relative', value: 1 }, direction: 'decreaseIsBad' }],
  ] as const)('names %s when it is malformed', (field, change) => {
    expect(() => boundsVerdict({ ...CLOSE, ...change })).toThrow(`${field} must be `);
  });
});
