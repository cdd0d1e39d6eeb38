import { z } from 'zod';
import { armSummary, centredMomentsOf, type Moments } from '../../analysis/index.ts';
import { IMPOSSIBLE, isPossible } from './arms.ts';
import { type Calculation, calculation } from './calculation.ts';

const GENERATED = ['NumAcc1', 'NumAcc2', 'NumAcc3', 'NumAcc4'] as const;

/** The series that NIST's Statistical Reference Datasets define by a rule (univariate summary statistics). */
function generatedSeries(name: (typeof GENERATED)[number]): number[] {
  if (name === 'NumAcc1') return [10_000_001, 10_000_003, 10_000_002];
  const around = {
    NumAcc2: [1.2, 1.1, 1.3],
    NumAcc3: [1_000_000.2, 1_000_000.1, 1_000_000.3],
    NumAcc4: [10_000_000.2, 10_000_000.1, 10_000_000.3],
  } as const;
  const [middle, below, above] = around[name];
  return [middle, ...Array.from({ length: 1000 }, (_, i) => (i % 2 === 0 ? below : above))];
}

const input = z
  .strictObject({
    values: z.array(z.number()).max(1_000_000).optional(),
    n: z.int().nonnegative().optional().describe('number of values, with sum and sumSquares'),
    sum: z.number().optional(),
    sumSquares: z.number().nonnegative().optional(),
    name: z.enum(GENERATED).optional().describe('a series of NIST’s StRD that is defined by a rule'),
    series: z.string().max(1000).optional().describe('that series in words, for the reader; name decides'),
  })
  .superRefine(({ values, n, sum, sumSquares, name, series }, context) => {
    const sums = [n, sum, sumSquares].filter((part) => part !== undefined).length;
    const given = Number(values !== undefined) + Number(sums > 0) + Number(name !== undefined);
    const refuse = (field: string, message: string) =>
      context.addIssue({ code: 'custom', path: [field], message });
    if (given !== 1)
      refuse('values', 'must be given, or n with sum and sumSquares, or name: one of the three');
    else if (sums > 0 && sums < 3) refuse('n', 'must be given together with sum and sumSquares');
    if (n !== undefined && sum !== undefined && sumSquares !== undefined) {
      if (!isPossible(n, sum, sumSquares)) refuse('sumSquares', IMPOSSIBLE.message);
    }
    if (series !== undefined && name === undefined) refuse('series', 'must be left out without name');
  });

function momentsOfInput({ values, n, sum, sumSquares, name }: z.output<typeof input>): Moments {
  if (n !== undefined && sum !== undefined && sumSquares !== undefined)
    return { n, centre: [0], sums: [sum], products: [sumSquares] };
  const series = name === undefined ? (values ?? []) : generatedSeries(name);
  return centredMomentsOf(series.map((value) => [value]));
}

export const momentCalculations: readonly Calculation[] = [
  calculation({
    name: 'standard-deviation',
    about: 'Mean and standard deviation (divisor n − 1) of values, or of n, Σ and Σ²',
    input,
    example: { values: [1, 2, 4] },
    compute: (given) => {
      const moments = momentsOfInput(given);
      if (!moments.products.every(Number.isFinite)) return { kind: 'unknown', reason: 'overflow' };
      const summary = armSummary(moments, 'mean');
      if (summary.kind === 'unknown') return summary;
      // Their squares are below the smallest double.
      if (summary.sd === 0 && given.values?.some((value) => value !== given.values?.[0]))
        return { kind: 'unknown', reason: 'overflow' };
      return { kind: 'estimate', mean: summary.mean, sd: summary.sd, n: summary.units };
    },
  }),
];
