import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  AnalysisInputError,
  benjaminiHochberg,
  decisionErrorRates,
  eBenjaminiHochberg,
  epochAlpha,
  holm,
} from '../../analysis/index.ts';

/** The p-values of Benjamini & Hochberg 1995, section 4.1 (thrombolysis after a heart attack). */
const PAPER = [
  0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528,
  0.759, 1,
];
/** Ties, out of order, down to the smallest doubles. */
const TIES = [0.02, 0.02, 0.5, 0.001, 0.02, 1e-300];

/** statsmodels 0.15.0, multipletests(p, method='holm'). */
const HOLM = [
  [
    [0.01, 0.04, 0.03, 0.005, 0.55, 0.6],
    [0.05, 0.12, 0.12, 0.03, 1, 1],
  ],
  [PAPER, [0.0015, 0.0056, 0.0247, 0.114, 0.2211, 0.278, 0.278, 0.278, 0.3213, 1, 1, 1, 1, 1, 1]],
  [TIES, [0.08, 0.08, 0.5, 0.005, 0.08, 6e-300]],
] as const;
/** statsmodels 0.15.0, multipletests(p, method='fdr_bh'); the first also as R's p.adjust documents it. */
const BENJAMINI_HOCHBERG = [
  [
    [0.01, 0.04, 0.03, 0.005, 0.55, 0.6],
    [0.03, 0.06, 0.06, 0.03, 0.6, 0.6],
  ],
  [
    PAPER,
    [
      0.0015, 0.003, 0.0095, 0.035625, 0.0603, 0.06385714285714286, 0.06385714285714286, 0.0645, 0.0765,
      0.486, 0.5811818181818182, 0.714875, 0.7532307692307693, 0.8132142857142857, 1,
    ],
  ],
  [TIES, [0.024, 0.024, 0.5, 0.003, 0.024, 6e-300]],
] as const;

function expectRelative(ours: readonly number[], theirs: readonly number[]): void {
  expect(ours.length).toBe(theirs.length);
  theirs.forEach((figure, i) => {
    expect(Math.abs((ours[i] ?? Number.NaN) / figure - 1), `${i}: ${ours[i]}`).toBeLessThanOrEqual(1e-14);
  });
}

const pValues = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 30 });
const bothProcedures = [
  ['holm', holm],
  ['benjaminiHochberg', benjaminiHochberg],
] as const;

describe('adjusted p-values', () => {
  it.each(HOLM)('are Holm’s: %j', (p, adjusted) => expectRelative(holm(p), adjusted));
  it.each(BENJAMINI_HOCHBERG)('are Benjamini and Hochberg’s: %j', (p, adjusted) =>
    expectRelative(benjaminiHochberg(p), adjusted),
  );

  it('find what the paper finds: four at q = .05, where Bonferroni finds three', () => {
    expect(benjaminiHochberg(PAPER).filter((p) => p <= 0.05)).toHaveLength(4);
    expect(holm(PAPER).filter((p) => p <= 0.05)).toHaveLength(3);
  });

  it.each(bothProcedures)('do not depend on the order of the tests: %s', (_, adjust) => {
    fc.assert(
      fc.property(pValues, (p) => {
        const sorted = p.toSorted((one, other) => one - other);
        expect(adjust(p).toSorted((one, other) => one - other)).toEqual(adjust(sorted));
      }),
    );
  });

  it.each(bothProcedures)(
    'never fall below the plain ones, keep their order and their ties: %s',
    (_, adjust) => {
      fc.assert(
        fc.property(pValues, (p) => {
          const adjusted = adjust([...p, p[0] ?? 0]);
          expect(adjusted.at(-1)).toBe(adjusted[0]);
          p.forEach((one, i) => {
            expect(adjusted[i]).toBeGreaterThanOrEqual(one);
            expect(adjusted[i]).toBeLessThanOrEqual(1);
            p.forEach((other, j) => {
              if (one < other) expect(adjusted[i]).toBeLessThanOrEqual(adjusted[j] ?? Number.NaN);
            });
          });
        }),
      );
    },
  );

  it('are larger by Holm than by Benjamini and Hochberg, and those of one test are its own', () => {
    fc.assert(
      fc.property(pValues, (p) => {
        const discovery = benjaminiHochberg(p);
        for (const [i, adjusted] of holm(p).entries())
          expect(adjusted * (1 + 1e-14)).toBeGreaterThanOrEqual(discovery[i] ?? Number.NaN);
      }),
    );
    expect([holm([0.03]), benjaminiHochberg([0.03]), holm([]), benjaminiHochberg([])]).toEqual([
      [0.03],
      [0.03],
      [],
      [],
    ]);
  });

  it.each(bothProcedures)('name the p that is none: %s', (_, adjust) => {
    for (const p of [-1e-300, 1.0001, Number.NaN])
      expect(() => adjust([0.5, p])).toThrow(/^p\[1\] must be from 0 to 1/);
  });
});

describe('discoveries among e-values', () => {
  /** Wang & Ramdas 2022, equation 4, word for word. */
  function discoveries(e: readonly number[], alpha: number): boolean[] {
    const falling = e.toSorted((one, other) => other - one);
    let found = 0;
    falling.forEach((value, i) => {
      if ((value * (i + 1)) / e.length >= 1 / alpha) found = i + 1;
    });
    const least = found === 0 ? Infinity : (falling[found - 1] ?? Infinity);
    return e.map((value) => value >= least);
  }

  it('are those of the definition', () => {
    const eValues = fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(eValues, fc.constantFrom(0.01, 0.05, 0.2), (e, alpha) => {
        // Half a unit up, so that no comparison rests on the last bit of a logarithm.
        const values = e.map((value) => value + 0.123);
        const found = eBenjaminiHochberg(values.map(Math.log), alpha);
        expect(found.map(({ discovery }) => discovery)).toEqual(discoveries(values, alpha));
        for (const { discovery, adjustedP, adjustedLogE } of found) {
          expect(adjustedP <= alpha).toBe(discovery);
          expect(Math.exp(-(adjustedLogE ?? Number.NaN))).toBeCloseTo(
            adjustedP === 1 ? Math.exp(-(adjustedLogE ?? 0)) : adjustedP,
            14,
          );
        }
      }),
    );
  });

  it('stand in logs far beyond doubles, and an e-value of 0 is none', () => {
    const [huge, none] = eBenjaminiHochberg([5000, Number.NEGATIVE_INFINITY], 0.05);
    expect(huge).toEqual({ adjustedLogE: expect.closeTo(5000 - Math.LN2, 9), adjustedP: 0, discovery: true });
    expect(none).toEqual({ adjustedLogE: null, adjustedP: 1, discovery: false });
  });

  it('name what is no logarithm, and no level', () => {
    expect(() => eBenjaminiHochberg([0, Number.NaN], 0.05)).toThrow(/^logE\[1\]/);
    expect(() => eBenjaminiHochberg([Number.POSITIVE_INFINITY], 0.05)).toThrow(/^logE\[0\]/);
    expect(() => eBenjaminiHochberg([0], 0)).toThrow(/^alpha/);
  });
});

describe('the errors of a decision', () => {
  const plan = { alpha: 0.05, beta: 0.2, successMetrics: 2, guardrails: 3, variants: 2 };

  it('split alpha over success metrics and variants, beta over what must pass together, and leave guardrails', () => {
    expect(decisionErrorRates(plan)).toEqual({
      successAlpha: expect.closeTo(0.0125, 15),
      guardrailAlpha: 0.05,
      testBeta: expect.closeTo(0.05, 15),
      testPower: expect.closeTo(0.95, 15),
    });
    expect(decisionErrorRates({ ...plan, successMetrics: 1, guardrails: 0, variants: 1 })).toMatchObject({
      successAlpha: 0.05,
      testBeta: 0.2,
    });
    expect(decisionErrorRates({ ...plan, successMetrics: 0 }).successAlpha).toBeNull();
  });

  it.each(['alpha', 'beta', 'successMetrics', 'guardrails', 'variants'])('name a bad %s', (field) => {
    expect(() => decisionErrorRates({ ...plan, [field]: -1 })).toThrow(AnalysisInputError);
    expect(() => decisionErrorRates({ ...plan, [field]: -1 })).toThrow(new RegExp(`^${field} `));
  });
});

describe('the alpha of an epoch', () => {
  it('is spent once, however many epochs there will be', () => {
    const first = Array.from({ length: 10_000 }, (_, i) => epochAlpha(0.05, i + 1));
    const spent = first.reduce((sum, alpha) => sum + alpha, 0);
    // The tail Σ_{k > K} 1/k² lies between 1/(K + 1) and 1/K.
    const unit = (0.05 * 6) / Math.PI ** 2;
    expect(0.05 - spent).toBeGreaterThan(unit / 10_001);
    expect(0.05 - spent).toBeLessThan(unit / 10_000);
    expect((first[0] ?? 0) / (first[2] ?? 1)).toBeCloseTo(9, 12);
    expect(() => epochAlpha(0.05, 0)).toThrow(/^epoch must be a whole number of at least 1/);
  });
});
