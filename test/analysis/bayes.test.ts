import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bayesianEffect, effectOfMeans, expectedLoss, normalPosterior } from '../../analysis/bayes/index.ts';
import { compareQuantiles, summarizedQuantile } from '../../analysis/quantiles/index.ts';
import { estimated, fromSums } from './units.ts';

const RUNS = { seed: 1961, numRuns: 300 };

describe('expected losses', () => {
  // mpmath 1.4.1 with 40 digits: s·φ(m/s) ± m·Φ(±m/s).
  it.each([
    [0.1, 0.05, 0.10042453513084149, 0.0004245351308414819],
    [-0.02, 0.03, 0.004533589414732108, 0.024533589414732108],
    [2, 0.2, 2, 1.4949120509178656e-25],
    [1, 0.05, 1, 6.8500624736479e-92],
    [3, 0.1, 3, 1.631956734091401e-200],
    [0, 1, 0.3989422804014327, 0.3989422804014327],
    [1.49, 1, 1.51998137410181, 0.0299813741018101],
    [1.5, 1, 1.5293067937626046, 0.02930679376260463],
  ])('of N(%d, %d) are right to 1e-13 in relative terms', (mean, sd, better, worse) => {
    const loss = expectedLoss({ mean, sd });
    expect(Math.abs(loss.better / better - 1)).toBeLessThan(1e-13);
    // φ(m/s) itself loses (m/s)² units in the last place of m/s.
    expect(Math.abs(loss.worse / worse - 1)).toBeLessThan(1e-13 + (mean / sd) ** 2 * 2e-16);
  });

  it('differ by the mean, and change places with its sign', () => {
    const mean = fc.double({ min: -50, max: 50, noNaN: true });
    fc.assert(
      fc.property(mean, fc.double({ min: 0.01, max: 10, noNaN: true }), (m, sd) => {
        const { better, worse } = expectedLoss({ mean: m, sd });
        expect(better - worse).toBeCloseTo(m, 10);
        expect(Math.min(better, worse)).toBeGreaterThanOrEqual(0);
        expect(expectedLoss({ mean: -m, sd })).toEqual({ better: worse, worse: better });
        expect(expectedLoss({ mean: m, sd: sd * 1.5 }).worse).toBeGreaterThanOrEqual(worse);
      }),
      RUNS,
    );
  });
});

describe('the normal–normal model', () => {
  it('is that of gbstats, flat and with a prior', () => {
    const arms = {
      control: { n: 11054, value: 7.157987489967789, lower: 7.098780136176828, upper: 7.217194843758751 },
      treatment: { n: 10861, value: 7.694499927525767, lower: 7.64180598628119, upper: 7.747193868770344 },
    };
    const { estimate, se } = estimated(
      compareQuantiles({
        control: estimated(summarizedQuantile({ quantile: 0.9, ...arms.control })),
        treatment: estimated(summarizedQuantile({ quantile: 0.9, ...arms.treatment })),
        alpha: 0.05,
      }),
    ).absolute;
    const flat = estimated(bayesianEffect({ estimate, se, alpha: 0.05 }));
    expect(flat.mean).toBeCloseTo(0.5365124375579775, 12);
    expect(flat.ci[0]).toBeCloseTo(0.4572559589115422, 10);
    // Its prior N(0, 1) of the lift becomes one of the difference by the control's quantile.
    const prior = { mean: 0, sd: arms.control.value };
    const informed = estimated(bayesianEffect({ estimate, se, alpha: 0.05, prior }));
    expect(informed.mean).toBeCloseTo(0.536495315442269, 10);
    expect(informed.ci[0]).toBeCloseTo(0.4572401014910488, 10);
    expect(informed.ci[1]).toBeCloseTo(0.6157505293934892, 10);
  });

  it('gives precisions that add, and a mean between estimate and prior', () => {
    const positive = fc.double({ min: 1e-3, max: 1e3, noNaN: true });
    const any = fc.double({ min: -1e3, max: 1e3, noNaN: true });
    fc.assert(
      fc.property(any, positive, any, positive, (estimate, se, mean, sd) => {
        const posterior = estimated(normalPosterior({ estimate, se, prior: { mean, sd } }));
        expect(posterior.sd ** -2 / (se ** -2 + sd ** -2)).toBeCloseTo(1, 10);
        const slack = 1e-12 * (Math.abs(mean) + Math.abs(estimate));
        expect(posterior.mean).toBeGreaterThanOrEqual(Math.min(mean, estimate) - slack);
        expect(posterior.mean).toBeLessThanOrEqual(Math.max(mean, estimate) + slack);
        // Prior and likelihood have the same part.
        const turned = estimated(
          normalPosterior({ estimate: mean, se: sd, prior: { mean: estimate, sd: se } }),
        );
        expect(Math.abs(turned.mean - posterior.mean)).toBeLessThanOrEqual(slack);
      }),
      RUNS,
    );
  });

  it('leaves the data alone under a flat prior, and under a very wide one', () => {
    const flat = estimated(normalPosterior({ estimate: 0.3, se: 0.1 }));
    expect([flat.mean, flat.sd]).toEqual([0.3, 0.1]);
    expect(estimated(normalPosterior({ estimate: 0.3, se: 0.1, prior: null }))).toEqual(flat);
    const wide = estimated(normalPosterior({ estimate: 0.3, se: 0.1, prior: { mean: 5, sd: 1e200 } }));
    expect([wide.mean, wide.sd]).toEqual([0.3, 0.1]);
    const sure = estimated(normalPosterior({ estimate: 0.3, se: 1e200, prior: { mean: 5, sd: 0.1 } }));
    expect([sure.mean, sure.sd]).toEqual([5, 0.1]);
  });
});

describe('the Bayesian reading', () => {
  it('is R’s pnorm and qnorm of the posterior', () => {
    const result = estimated(bayesianEffect({ estimate: 0.1, se: 0.05, alpha: 0.1 }));
    // Φ(2), and .1 ± 1.6448536·.05
    expect(result.chanceToBeat).toBeCloseTo(0.9772498680518208, 14);
    expect(result.chanceToLose).toBeCloseTo(0.0227501319481792, 14);
    expect(result.ci[0]).toBeCloseTo(0.1 - 1.6448536269514722 * 0.05, 12);
  });

  it('agrees with itself: interval, chances and losses about a threshold', () => {
    const any = fc.double({ min: -5, max: 5, noNaN: true });
    const se = fc.double({ min: 0.05, max: 2, noNaN: true });
    fc.assert(
      fc.property(any, se, any, (estimate, error, threshold) => {
        const result = estimated(bayesianEffect({ estimate, se: error, alpha: 0.05, threshold }));
        expect(result.chanceToBeat + result.chanceToLose).toBeCloseTo(1, 12);
        expect(result.ci[0] > threshold).toBe(result.chanceToLose < 0.025);
        expect(result.loss.better - result.loss.worse).toBeCloseTo(estimate - threshold, 10);
        const mirrored = estimated(
          bayesianEffect({ estimate: -estimate, se: error, alpha: 0.05, threshold: -threshold }),
        );
        expect(mirrored.chanceToBeat).toBe(result.chanceToLose);
      }),
      RUNS,
    );
  });

  it('keeps small chances that 1 − Φ would lose', () => {
    const { chanceToLose } = estimated(bayesianEffect({ estimate: 20, se: 1, alpha: 0.05 }));
    expect(chanceToLose / 2.7536241186062337e-89).toBeCloseTo(1, 10);
  });

  it('is unknown where doubles end', () => {
    const overflow = { kind: 'unknown', reason: 'overflow' };
    expect(bayesianEffect({ estimate: 1e300, se: 1e-300, alpha: 0.05 })).toEqual(overflow);
    expect(bayesianEffect({ estimate: 1.7e308, se: 1e308, alpha: 0.05 })).toEqual(overflow);
  });
});

describe('the effect of means', () => {
  const control = fromSums(3407, 1396.87, 52377.9767);
  const treatment = fromSums(3461, 2422.7, 134698.29);

  it('has the lift and standard error that others publish for these arms', () => {
    const lift = estimated(effectOfMeans(control, treatment, 'lift'));
    expect(lift.estimate).toBeCloseTo(0.70732, 5);
    expect(lift.se).toBeCloseTo(0.37879, 5);
    const absolute = estimated(effectOfMeans(control, treatment, 'absolute'));
    expect(absolute.estimate).toBeCloseTo(0.29, 5);
  });

  it('is unknown without what it needs', () => {
    const reason = (a: typeof control, scale: 'absolute' | 'lift') => effectOfMeans(a, treatment, scale);
    expect(reason(fromSums(0, 0, 0), 'lift')).toEqual({ kind: 'unknown', reason: 'no-units' });
    expect(reason(fromSums(1, 2, 4), 'lift')).toEqual({ kind: 'unknown', reason: 'one-unit' });
    expect(reason(fromSums(4, 0, 4), 'lift')).toEqual({ kind: 'unknown', reason: 'zero-denominator' });
    expect(effectOfMeans(fromSums(4, 4, 4), fromSums(2, 2, 2), 'absolute')).toEqual({
      kind: 'unknown',
      reason: 'zero-variance',
    });
  });
});

describe('bad input', () => {
  it.each([
    ['se', () => normalPosterior({ estimate: 1, se: 0 })],
    ['estimate', () => normalPosterior({ estimate: Number.NaN, se: 1 })],
    ['prior.sd', () => normalPosterior({ estimate: 1, se: 1, prior: { mean: 0, sd: 0 } })],
    ['prior.mean', () => normalPosterior({ estimate: 1, se: 1, prior: { mean: 1 / 0, sd: 1 } })],
    ['sd', () => expectedLoss({ mean: 0, sd: -1 })],
    ['alpha', () => bayesianEffect({ estimate: 1, se: 1, alpha: 1 })],
    ['threshold', () => bayesianEffect({ estimate: 1, se: 1, alpha: 0.05, threshold: Number.NaN })],
  ])('names %s', (field, call) => {
    expect(call).toThrow(`${field} must be `);
  });
});
