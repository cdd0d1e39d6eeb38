import { z } from 'zod';
import { AnalysisInputError, type Comparison, type Moments, momentsOf } from '../../analysis/index.ts';
import { isPossible } from './arms.ts';

const LARGEST = 9;
const numbers = (most: number) => z.array(z.number()).min(1).max(most);

/** An arm of several numbers a unit, as its moments or as the numbers themselves. */
export const vectorArmSchema = z
  .union([
    z
      .strictObject({
        n: z.int().nonnegative(),
        sums: numbers(LARGEST).describe('Σ(u − centre), by component'),
        products: numbers((LARGEST * (LARGEST + 1)) / 2).describe(
          'upper triangle of Σ(u − centre)(u − centre)ᵀ, row by row: for two components [aa, ab, bb]',
        ),
        centre: numbers(LARGEST).optional().describe('zeros if left out'),
      })
      .superRefine((arm, context) => {
        const place = impossibleSquare(arm);
        if (place === null) return;
        const message = 'must be at least the square of the component’s sum over n';
        context.addIssue({ code: 'custom', path: ['products', place], message });
      }),
    z.strictObject({ values: z.array(numbers(LARGEST)).max(1_000_000) }),
  ])
  .describe('{ n, sums, products, centre }, or { values } with a list of numbers per unit');

/** Where in the triangle a component's sum of squares is less than its sum allows; null if nowhere. */
function impossibleSquare({ n, sums, products }: { n: number; sums: number[]; products: number[] }) {
  const places = sums.map((_, i) => i * sums.length - (i * (i - 1)) / 2);
  const impossible = places.find((place, i) => {
    const square = products[place];
    return square !== undefined && !isPossible(n, sums[i] ?? 0, square);
  });
  return impossible ?? null;
}

export type VectorArm = z.output<typeof vectorArmSchema>;

/** The moments of an arm of vectors of `dimension` numbers, centred at `centre` where the vectors are given. */
export function momentsOfVectors(
  field: string,
  arm: VectorArm,
  dimension: number,
  centre?: readonly number[],
): Moments {
  if (!('values' in arm)) return { ...arm, centre: arm.centre ?? arm.sums.map(() => 0) };
  const wanted = centre ?? arm.values[0] ?? [];
  arm.values.forEach((unit, i) => {
    if (unit.length !== dimension)
      throw new AnalysisInputError(`${field}.values[${i}]`, `a list of ${dimension} numbers`);
  });
  return momentsOf(arm.values, wanted.length === dimension ? wanted : new Array(dimension).fill(0));
}

/** How many numbers a unit of the arm has. */
export function dimensionOf(arm: VectorArm): number {
  return 'values' in arm ? (arm.values[0]?.length ?? 0) : arm.sums.length;
}

/** What a comparison of one stratum of two arms has in common. */
export function pairOf(control: Moments, treatment: Moments) {
  return {
    strata: [{ arms: { control, treatment } }],
    control: 'control',
    treatment: 'treatment',
    covariate: false,
  } as const;
}

/** A comparison as a calculation shows it: absolute figures on top, the lift beside them. */
export function shownComparison({ p, absolute, relative, method, covariate, unitsLeftOut }: Comparison) {
  const { estimate, ci, se, statistic, df } = absolute;
  return {
    kind: 'estimate',
    estimate,
    ci,
    se,
    ...(df === null ? { z: statistic } : { t: statistic }),
    df,
    p,
    lift: relative,
    method,
    thetas: covariate?.thetas ?? null,
    varianceReduction: covariate?.varianceReduction ?? null,
    unitsLeftOut,
  };
}
