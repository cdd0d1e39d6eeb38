import { z } from 'zod';
import {
  equivalenceTest,
  equivalenceTestOfProportions,
  estimateMeans,
  estimateRatios,
  marginTest,
  marginTestOfProportions,
} from '../../analysis/index.ts';
import { armSchema, momentsOfArm, proportionArmSchema } from './arms.ts';
import { type Calculation, calculation } from './calculation.ts';
import { momentsOfVectors, pairOf, vectorArmSchema } from './vector-arms.ts';

const alphaSchema = z.number().gt(0).lt(0.5).default(0.05).describe('one-sided');
const kindSchema = z
  .enum(['absolute', 'relative'])
  .describe('in the metric’s unit, or as a fraction of the control’s figure');

const question = {
  harmful: z.enum(['increase is harmful', 'decrease is harmful']),
  margin: z.strictObject({ kind: kindSchema, value: z.number().nonnegative() }),
  alpha: alphaSchema,
};
const margins = {
  margins: z.strictObject({ kind: kindSchema, below: z.number().positive(), above: z.number().positive() }),
  alpha: alphaSchema,
};

const ratioArm = vectorArmSchema.describe('[a, b] per unit: { n, sums, products }, or { values }');
const means = { control: armSchema, treatment: armSchema };
const ratios = { control: ratioArm, treatment: ratioArm };
const proportions = { control: proportionArmSchema, treatment: proportionArmSchema };

const meanExample = {
  control: { n: 5000, sum: 20500, sumSquares: 104050 },
  treatment: { n: 5100, sum: 21012, sumSquares: 107100 },
};
const ratioExample = {
  control: { n: 1000, sums: [520, 2050], products: [900, 2100, 6200] },
  treatment: { n: 1020, sums: [533, 2080], products: [960, 2250, 6300] },
};
const proportionExample = { control: { n: 8000, events: 812 }, treatment: { n: 8100, events: 830 } };
const harmlessly = {
  harmful: 'decrease is harmful',
  margin: { kind: 'relative', value: 0.1 },
  alpha: 0.05,
} as const;
const alike = { margins: { kind: 'relative', below: 0.2, above: 0.25 }, alpha: 0.05 } as const;

type Pair<Schema extends z.ZodType> = { control: z.output<Schema>; treatment: z.output<Schema> };

const meansOf = ({ control, treatment }: Pair<typeof armSchema>, alpha: number) =>
  estimateMeans({ ...pairOf(momentsOfArm(control), momentsOfArm(treatment)), alpha });

const ratiosOf = ({ control, treatment }: Pair<typeof ratioArm>, alpha: number) =>
  estimateRatios({
    ...pairOf(momentsOfVectors('control', control, 2), momentsOfVectors('treatment', treatment, 2)),
    alpha,
  });

const tableOf = ({ control, treatment }: Pair<typeof proportionArmSchema>) => ({
  control: { events: control.events, units: control.n },
  treatment: { events: treatment.events, units: treatment.n },
});

/** The two tests against one margin differ in name and purpose only. */
function againstMargin(purpose: 'non-inferiority' | 'superiority', name: string, shows: string) {
  return [
    calculation({
      name: `${name}-mean`,
      about: `Of a mean: ${shows}, by a one-sided Welch t test`,
      input: z.strictObject({ ...means, ...question }),
      example: { ...meanExample, ...harmlessly },
      compute: (given) => {
        const estimate = meansOf(given, given.alpha);
        return estimate.kind === 'unknown' ? estimate : marginTest(estimate, { purpose, ...given });
      },
    }),
    calculation({
      name: `${name}-ratio`,
      about: `Of a ratio Σa/Σb: ${shows}, by a one-sided z test`,
      input: z.strictObject({ ...ratios, ...question }),
      example: { ...ratioExample, ...harmlessly },
      compute: (given) => {
        const estimate = ratiosOf(given, given.alpha);
        return estimate.kind === 'unknown' ? estimate : marginTest(estimate, { purpose, ...given });
      },
    }),
    calculation({
      name: `${name}-proportion`,
      about: `Of a proportion: ${shows}, by Miettinen and Nurminen`,
      input: z.strictObject({ ...proportions, ...question }),
      example: { ...proportionExample, ...harmlessly },
      compute: (given) => marginTestOfProportions(tableOf(given), { purpose, ...given }),
    }),
  ];
}

export const marginCalculations: readonly Calculation[] = [
  ...againstMargin('non-inferiority', 'non-inferiority', 'harm stays inside a margin'),
  ...againstMargin('superiority', 'superiority-by-margin', 'the benefit goes beyond a margin'),
  calculation({
    name: 'tost-mean',
    about: 'Equivalence of a mean between two margins by two one-sided Welch t tests',
    input: z.strictObject({ ...means, ...margins }),
    example: { ...meanExample, ...alike },
    compute: (given) => {
      const estimate = meansOf(given, given.alpha);
      return estimate.kind === 'unknown' ? estimate : equivalenceTest(estimate, given.margins, given.alpha);
    },
  }),
  calculation({
    name: 'tost-ratio',
    about: 'Equivalence of a ratio Σa/Σb between two margins by two one-sided z tests',
    input: z.strictObject({ ...ratios, ...margins }),
    example: { ...ratioExample, ...alike },
    compute: (given) => {
      const estimate = ratiosOf(given, given.alpha);
      return estimate.kind === 'unknown' ? estimate : equivalenceTest(estimate, given.margins, given.alpha);
    },
  }),
  calculation({
    name: 'tost-proportion',
    about: 'Equivalence of a proportion between two margins by Miettinen and Nurminen',
    input: z.strictObject({ ...proportions, ...margins }),
    example: { ...proportionExample, ...alike },
    compute: (given) => equivalenceTestOfProportions(tableOf(given), given.margins, given.alpha),
  }),
];
