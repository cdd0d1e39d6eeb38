import { expect, it } from 'vitest';
import { groupSequentialCalculations } from '../../src/calculations/group-sequential.ts';
import { computeOutcome, findCalculation } from '../../src/calculations/index.ts';

function compute(name: string, input: object): Record<string, unknown> {
  return { ...computeOutcome(findCalculation(groupSequentialCalculations, name), input) };
}

const closeTo = (figures: readonly number[], digits: number) =>
  figures.map((figure) => expect.closeTo(figure, digits));

it('shows rpact’s and ldbounds’ bounds to their digits', () => {
  const classic = compute('group-sequential-obrien-fleming', { looks: 3, alpha: 0.025, sided: 1 });
  expect(classic['z']).toEqual(closeTo([3.4710914, 2.4544323, 2.0040356], 7));
  expect(compute('group-sequential-pocock', { looks: 3 })['z']).toEqual(closeTo([2.2895, 2.2895, 2.2895], 4));
  expect(compute('lan-demets-obrien-fleming', { looks: 3 })['z']).toEqual(
    closeTo([3.7103, 2.5114, 1.993], 4),
  );
  expect(compute('lan-demets-pocock', { looks: 3 })['z']).toEqual(closeTo([2.2794, 2.2949, 2.2959], 4));
  const linear = { informationFractions: [0.2, 0.4, 1], alpha: 0.03, sided: 1 };
  const z = closeTo([2.5121443, 2.4228747, 2.0280392], 7);
  expect(compute('lan-demets-hwang-shih-decani', { ...linear, gamma: 0 })['z']).toEqual(z);
  expect(compute('lan-demets-power-family', { ...linear, rho: 1 })['z']).toEqual(z);
});

it('hands bounds on to what reads them', () => {
  const { z, informationFractions } = compute('lan-demets-pocock', { looks: 4, alpha: 0.05 });
  const test = { bounds: z, informationFractions };
  expect(compute('group-sequential-exit-probabilities', test)['cumulative']).toEqual(
    [1, 2, 3, 4].map((k) => expect.closeTo(0.05 * Math.log1p(((Math.E - 1) * k) / 4), 10)),
  );
  const { drift } = compute('group-sequential-inflation', { ...test, power: 0.8 });
  const { upper } = compute('group-sequential-exit-probabilities', { ...test, drift });
  expect([upper].flat().reduce((sum: number, p) => sum + Number(p), 0)).toBeCloseTo(0.8, 10);
});

it('wants either a number of looks or their fractions', () => {
  const wrong = expect.objectContaining({
    message: expect.stringContaining('either looks or informationFractions'),
  });
  expect(() => compute('lan-demets-pocock', { alpha: 0.05 })).toThrow(wrong);
  expect(() => compute('lan-demets-pocock', { looks: 2, informationFractions: [0.5, 1] })).toThrow(wrong);
});

it('names the field that a bound cannot be computed from', () => {
  expect(() => compute('group-sequential-pocock', { informationFractions: [0.5, 0.9] })).toThrow(
    expect.objectContaining({ message: expect.stringContaining('informationFractions') }),
  );
});
