import { expect, it } from 'vitest';
import {
  type Calculation,
  calculations,
  computeOutcome,
  findCalculation,
  inputSchemaOf,
} from '../../src/calculations/index.ts';
import { AppError } from '../../src/errors.ts';
import { mutated, uniformsOf } from './mutations.ts';

const MUTATIONS = 150;
const PROBABILITIES = new Set(['p', 'pNow', 'pLess', 'pGreater', 'adjustedP', 'power', 'chanceToBeat']);

/** What no outcome may hold: figures that are not finite, probabilities that are none, intervals upside down. */
function faultsIn(value: unknown, key: string): string[] {
  if (typeof value === 'number') {
    const isOne = PROBABILITIES.has(key) ? value >= 0 && value <= 1 : Number.isFinite(value);
    const isSpread = (key !== 'se' && key !== 'sd') || value >= 0;
    return isOne && isSpread ? [] : [`${key} is ${value}`];
  }
  if (typeof value !== 'object' || value === null) return [];
  const members = Array.isArray(value)
    ? value.map((member) => [key, member] as const)
    : Object.entries(value);
  const [lower, upper] = key === 'ci' && Array.isArray(value) ? value : [];
  const reversed = typeof lower === 'number' && typeof upper === 'number' && lower > upper;
  return [
    ...(reversed ? [`${key} is [${lower}, ${upper}]`] : []),
    ...members.flatMap(([k, v]) => faultsIn(v, k)),
  ];
}

/** What a refusal does not do: one sentence that names a field of the input. */
function faultsOfRefusal(error: unknown, method: Calculation, input: unknown): string[] {
  if (!(error instanceof AppError) || error.code !== 'unprocessable') return [String(error)];
  const isSentence = /^The input of \S+ is not valid: [^\n]{5,600}\.$/.test(error.message);
  const known = Object.keys(Object(inputSchemaOf(method)['properties']));
  const own = typeof input === 'object' && input !== null ? Object.keys(input) : [];
  const strange = error.fields.filter(({ pointer }) => {
    const root = pointer.split('/')[1];
    return root !== undefined && !known.includes(root) && !own.includes(root);
  });
  return isSentence && error.fields.length > 0 && strange.length === 0 ? [] : [error.message];
}

it.each(calculations.map((calculation) => [calculation.name, calculation] as const))(
  '%s answers or refuses whatever comes',
  (name, method) => {
    const uniform = uniformsOf(name.length * 1000 + name.charCodeAt(0));
    for (let i = 0; i < MUTATIONS; i += 1) {
      const input = mutated(method.example, uniform);
      const before = performance.now();
      let faults: string[];
      try {
        faults = faultsIn(computeOutcome(method, input), '');
      } catch (error) {
        faults = faultsOfRefusal(error, method, input);
      }
      expect(faults, JSON.stringify(input)?.slice(0, 2000)).toEqual([]);
      expect(performance.now() - before, JSON.stringify(input)?.slice(0, 2000)).toBeLessThan(2000);
    }
  },
);

const REFUSED: readonly (readonly [method: string, input: object, field: string])[] = [
  [
    'welch-absolute',
    { control: { n: 9, sum: 90, sumSquares: 1 }, treatment: { values: [1, 2] } },
    'control.sumSquares',
  ],
  [
    'cuped-difference',
    { control: { n: 5, sums: [1, 5], products: [9, 2, 3] }, treatment: { values: [] } },
    'control.products[2]',
  ],
  [
    'lift-fieller-of-effect',
    { difference: 1, control: 1, differenceVariance: 1, controlVariance: 1, covariance: -5, critical: 2 },
    'covariance',
  ],
  ['incomplete-beta', { x: 0.2, a: 1.7e308, b: 1.5 }, 'a'],
  ['beta-quantile', { p: 0.025, a: 1e-100, b: 1 }, 'a'],
  ['sample-ratio-e-process', { units: [1, 2], weights: [1, 1], concentration: 5e-324 }, 'concentration'],
  [
    'sample-ratio-monitor',
    {
      looks: [
        [5, 5],
        [4, 5],
      ],
      weights: [1, 1],
    },
    'looks[1][0]',
  ],
  [
    'guardrail-e-process',
    {
      share: 0.5,
      direction: 'increaseIsBad',
      margin: 0,
      looks: [
        { treatment: 5, control: 5 },
        { treatment: 4, control: 5 },
      ],
    },
    'looks[1].treatment',
  ],
  [
    'guardrail-means',
    {
      control: [1],
      treatment: [9],
      cap: 3,
      direction: 'increaseIsBad',
      margin: { kind: 'absolute', value: 0 },
    },
    'treatment[0]',
  ],
  [
    'guardrail-needs',
    { share: 0.5, direction: 'increaseIsBad', margin: 0.2, baseRate: 0.01, effect: 1.7e308 },
    'effect',
  ],
  ['lan-demets-pocock', { informationFractions: [5e-324, 1] }, 'informationFractions[0]'],
  [
    'group-sequential-p-value',
    { boundsBefore: [-3], informationFractions: [0.5, 1], z: 2 },
    'boundsBefore[0]',
  ],
  ['kaplan-meier', { arm: [{ day: 1, atRisk: 5, events: 6 }] }, 'arm[0].events'],
  ['quantile', { quantile: 0.5, arm: { n: 100, value: 5, lower: 6, upper: 7 } }, 'arm.lower'],
  [
    'quantile-clustering',
    {
      clusters: {
        units: 4,
        below: 40,
        observations: 7,
        belowSquares: 6,
        products: 8,
        observationsSquares: 15,
      },
    },
    'clusters.below',
  ],
  ['exact-conditional', { a: [1e15, 1], b: [1, 1] }, 'a[0]'],
  ['sample-size-proportion', { a: 0.5, b: 0.5 }, 'b'],
];

it.each(REFUSED)('%s refuses %j and names %s', (name, input, field) => {
  const compute = () => computeOutcome(findCalculation(calculations, name), input);
  expect(compute).toThrow(`The input of ${name} is not valid: ${field} must be `);
});

it.each([
  ['standard-deviation', { values: [1e-308, 2e-308] }],
  ['standard-deviation', { values: [1e308, -1e308] }],
  ['sequential-boundary', { n: 1000, tuning: 5e-324 }],
  ['power-mean', { nPerArm: 20, effect: 1, sd: 1e-308 }],
  ['group-sequential-pocock', { looks: 5, alpha: 5e-324 }],
  [
    'quantile-clustering',
    {
      clusters: {
        units: 4,
        below: 4,
        observations: 1e308,
        belowSquares: 6,
        products: 8,
        observationsSquares: 15,
      },
    },
  ],
])('%s says that %j is beyond doubles', (name, input) => {
  expect(computeOutcome(findCalculation(calculations, name), input)).toEqual({
    kind: 'unknown',
    reason: 'overflow',
  });
});
