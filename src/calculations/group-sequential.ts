import { z } from 'zod';
import {
  alphaSpent,
  boundsForAlphas,
  driftForPower,
  equalFractions,
  exitProbabilities,
  type GroupSequentialBounds,
  inflationFactor,
  lanDeMetsBounds,
  obrienFlemingBounds,
  pocockBounds,
  remainingBounds,
  repeatedInterval,
  type Spending,
  stagewisePValue,
} from '../../analysis/index.ts';
import { alphaSchema } from './arms.ts';
import { type Calculation, calculation } from './calculation.ts';

const MOST_LOOKS = 400;

const sided = z
  .union([z.literal(1), z.literal(2)])
  .default(2)
  .describe('2 bounds |z|, 1 bounds z from above; alpha is that of all sides together');
const fraction = z.number().positive();
const fractions = z
  .array(fraction)
  .min(1)
  .max(MOST_LOOKS)
  .describe('information at each look over the information planned, ascending');
const bound = z.number().nullable().describe('critical value of z; null at a look that cannot stop');
const bounds = z.array(bound).min(1).max(MOST_LOOKS);
const looks = {
  looks: z.int().min(1).max(MOST_LOOKS).optional().describe('this many, equally spaced'),
  informationFractions: fractions.optional(),
};
const power = z.number().gt(0).lt(1).describe('probability to stop above the upper bound at any look');
const spending = z
  .union([
    z.enum(['obrien-fleming', 'pocock']),
    z.strictObject({ family: z.literal('power'), rho: z.number().positive() }),
    z.strictObject({ family: z.literal('hwang-shih-decani'), gamma: z.number() }),
  ])
  .default('obrien-fleming');

type Looks = { looks?: number | undefined; informationFractions?: readonly number[] | undefined };

const oneOfBoth = ({ looks, informationFractions }: Looks) =>
  (looks === undefined) !== (informationFractions === undefined);
const EITHER = { path: ['looks'], message: 'give either looks or informationFractions' };

const design = z.strictObject({ ...looks, alpha: alphaSchema, sided }).refine(oneOfBoth, EITHER);

function fractionsOf({ looks, informationFractions }: Looks): readonly number[] {
  return informationFractions ?? equalFractions(looks ?? 1);
}

const shown = (bounds: GroupSequentialBounds) => ({ kind: 'estimate' as const, ...bounds });

const boundCalculations: readonly Calculation[] = [
  calculation({
    name: 'group-sequential-obrien-fleming',
    about: 'O’Brien and Fleming’s classic bounds for planned looks: hard to cross early',
    input: design,
    example: { looks: 3, alpha: 0.025, sided: 1 },
    compute: (input) => shown(obrienFlemingBounds({ ...input, informationFractions: fractionsOf(input) })),
  }),
  calculation({
    name: 'group-sequential-pocock',
    about: 'Pocock’s classic bounds for planned looks: the same at every look',
    input: design,
    example: { looks: 5, alpha: 0.05 },
    compute: (input) => shown(pocockBounds({ ...input, informationFractions: fractionsOf(input) })),
  }),
  ...(['obrien-fleming', 'pocock'] as const).map((shape) =>
    calculation({
      name: `lan-demets-${shape}`,
      about: `Bounds by Lan and DeMets’ ${shape === 'pocock' ? 'Pocock' : 'O’Brien–Fleming'}-type spending of alpha, looks at any times`,
      input: design,
      example: { informationFractions: [0.25, 0.6, 1], alpha: 0.05 },
      compute: (input) =>
        shown(lanDeMetsBounds({ ...input, informationFractions: fractionsOf(input), spending: shape })),
    }),
  ),
  calculation({
    name: 'lan-demets-power-family',
    about: 'Bounds by Kim and DeMets’ power family of spending functions, alpha·t^rho',
    input: z
      .strictObject({ ...looks, alpha: alphaSchema, sided, rho: z.number().positive() })
      .refine(oneOfBoth, EITHER),
    example: { looks: 4, alpha: 0.05, rho: 3 },
    compute: ({ rho, ...input }) => shown(boundsBy({ family: 'power', rho }, input)),
  }),
  calculation({
    name: 'lan-demets-hwang-shih-decani',
    about: 'Bounds by Hwang, Shih and DeCani’s family of spending functions',
    input: z
      .strictObject({ ...looks, alpha: alphaSchema, sided, gamma: z.number().min(-700).max(700) })
      .refine(oneOfBoth, EITHER),
    example: { looks: 4, alpha: 0.05, gamma: -4 },
    compute: ({ gamma, ...input }) => shown(boundsBy({ family: 'hwang-shih-decani', gamma }, input)),
  }),
  calculation({
    name: 'group-sequential-bounds',
    about: 'Bounds that spend the amounts of alpha you give',
    input: z.strictObject({
      informationFractions: fractions,
      alphaSpent: z
        .array(z.number().min(0).lt(1))
        .min(1)
        .max(MOST_LOOKS)
        .describe('cumulative, of all sides'),
      sided,
    }),
    example: { informationFractions: [0.5, 1], alphaSpent: [0.01, 0.05], sided: 2 },
    compute: (input) => shown(boundsForAlphas(input)),
  }),
  calculation({
    name: 'group-sequential-remaining',
    about: 'Bounds of the looks to come, given the alpha that past looks have spent',
    input: z.strictObject({
      past: z
        .array(z.strictObject({ informationFraction: fraction, alphaSpent: z.number().min(0).lt(1) }))
        .max(MOST_LOOKS),
      informationFractions: fractions.describe('of the looks to come'),
      alpha: alphaSchema,
      sided,
      spending,
    }),
    example: {
      past: [{ informationFraction: 0.3, alphaSpent: 0.001 }],
      informationFractions: [0.6, 1],
      alpha: 0.05,
    },
    compute: (input) => shown(remainingBounds(input)),
  }),
];

function boundsBy(spending: Spending, input: Looks & { alpha: number; sided: 1 | 2 }): GroupSequentialBounds {
  const { alpha, sided } = input;
  return lanDeMetsBounds({ informationFractions: fractionsOf(input), alpha, sided, spending });
}

export const groupSequentialCalculations: readonly Calculation[] = [
  ...boundCalculations,
  calculation({
    name: 'alpha-spent',
    about: 'How much alpha a spending function has spent at an information fraction',
    input: z.strictObject({
      fraction: z.number().min(0),
      alpha: alphaSchema.describe('of one side'),
      spending,
    }),
    example: { fraction: 0.5, alpha: 0.025, spending: 'obrien-fleming' },
    compute: (input) => ({
      kind: 'estimate',
      alphaSpent: alphaSpent(input.fraction, input.alpha, input.spending),
    }),
  }),
  calculation({
    name: 'group-sequential-exit-probabilities',
    about: 'Where a group-sequential test stops, given the true effect: its alpha, power and expected size',
    input: z.strictObject({
      bounds,
      informationFractions: fractions,
      drift: z.number().default(0).describe('mean of z at information fraction 1'),
      sided,
    }),
    example: { bounds: [2.797, 1.977], informationFractions: [0.5, 1], drift: 2.8 },
    compute: (input) => ({ kind: 'estimate', ...exitProbabilities(input) }),
  }),
  calculation({
    name: 'group-sequential-inflation',
    about: 'Drift that gives a group-sequential test its power, and its size against a fixed test',
    input: z.strictObject({ bounds, informationFractions: fractions, alpha: alphaSchema, sided, power }),
    example: { bounds: [2.797, 1.977], informationFractions: [0.5, 1], alpha: 0.05, power: 0.8 },
    compute: ({ alpha, ...test }) => ({
      kind: 'estimate',
      drift: driftForPower(test),
      inflationFactor: inflationFactor({ ...test, alpha }),
    }),
  }),
  calculation({
    name: 'group-sequential-p-value',
    about: 'p of a group-sequential test that has stopped, by stagewise ordering',
    input: z.strictObject({
      boundsBefore: z
        .array(bound)
        .max(MOST_LOOKS - 1)
        .describe('of the looks before the one that stopped'),
      informationFractions: fractions.describe('of the looks up to that one'),
      z: z.number(),
      sided,
    }),
    example: { boundsBefore: [2.797], informationFractions: [0.5, 1], z: 2.2 },
    compute: (input) => ({ kind: 'estimate', ...stagewisePValue(input) }),
  }),
  calculation({
    name: 'group-sequential-interval',
    about: 'Repeated confidence interval: estimate ± the look’s bound × standard error',
    input: z.strictObject({ estimate: z.number(), se: z.number().positive(), bound }),
    example: { estimate: 0.29, se: 0.125, bound: 2.5114 },
    compute: ({ estimate, se, bound }) => repeatedInterval(estimate, se, bound),
  }),
];
