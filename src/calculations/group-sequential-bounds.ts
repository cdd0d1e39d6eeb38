import { z } from 'zod';
import {
  boundsForAlphas,
  equalFractions,
  type GroupSequentialBounds,
  lanDeMetsBounds,
  MOST_LOOKS,
  obrienFlemingBounds,
  pocockBounds,
  remainingBounds,
  type Spending,
} from '../../analysis/index.ts';
import { alphaSchema } from './arms.ts';
import { type Calculation, calculation } from './calculation.ts';
import { fraction, fractions, sided, spending } from './group-sequential-inputs.ts';

const looks = {
  looks: z.int().min(1).max(MOST_LOOKS).optional().describe('this many, equally spaced'),
  informationFractions: fractions.optional(),
};

type Looks = { looks?: number | undefined; informationFractions?: readonly number[] | undefined };

const oneOfBoth = ({ looks, informationFractions }: Looks) =>
  (looks === undefined) !== (informationFractions === undefined);
const EITHER = { path: ['looks'], message: 'give either looks or informationFractions' };

const design = z.strictObject({ ...looks, alpha: alphaSchema, sided }).refine(oneOfBoth, EITHER);

function fractionsOf({ looks, informationFractions }: Looks): readonly number[] {
  return informationFractions ?? equalFractions(looks ?? 1);
}

const shown = (bounds: GroupSequentialBounds) => ({ kind: 'estimate' as const, ...bounds });

export const groupSequentialBoundCalculations: readonly Calculation[] = [
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
