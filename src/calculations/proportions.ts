import { z } from 'zod';
import {
  mantelHaenszel,
  miettinenNurminenInterval,
  miettinenNurminenRatioInterval,
  miettinenNurminenRatioZ,
  miettinenNurminenZ,
  newcombeInterval,
  pooledScore,
  type Table,
} from '../../analysis/index.ts';
import { normalQuantile, normalSurvival } from '../../analysis/special/index.ts';
import { alphaSchema, countSchema } from './arms.ts';
import { type Calculation, calculation } from './calculation.ts';

const arms = {
  a: countSchema.describe('[events, units] of the treatment'),
  b: countSchema.describe('[events, units] of the control'),
};
const example: { a: [number, number]; b: [number, number]; alpha: number } = {
  a: [56, 70],
  b: [48, 80],
  alpha: 0.05,
};

/** a is the treatment and b the control, so that all figures are a − b or a/b. */
export function tableOf(a: readonly [number, number], b: readonly [number, number]): Table {
  return { treatment: { events: a[0], units: a[1] }, control: { events: b[0], units: b[1] } };
}

const criticalOf = (alpha: number) => -normalQuantile(alpha / 2);
const hasNoUnits = ({ control, treatment }: Table) => control.units === 0 || treatment.units === 0;
const NO_UNITS = { kind: 'unknown', reason: 'no-units' } as const;

function differenceOf({ control, treatment }: Table): number {
  return treatment.events / treatment.units - control.events / control.units;
}

/** z and its tails; null where every unit is alike, which the score of a difference of 0 says nothing about. */
function testOf(score: { kind: 'estimate'; z: number } | { kind: 'unknown' }) {
  if (score.kind === 'unknown') return { z: null, p: null, pLess: null, pGreater: null };
  const { z } = score;
  return {
    z,
    p: 2 * normalSurvival(Math.abs(z)),
    pLess: normalSurvival(-z),
    pGreater: normalSurvival(z),
  };
}

export const proportionCalculations: readonly Calculation[] = [
  calculation({
    name: 'score-test',
    about: 'Two proportions by the pooled score z test, with Newcombe’s interval and Fieller’s lift',
    input: z.strictObject({ ...arms, alpha: alphaSchema }),
    example,
    compute: ({ a, b, alpha }) => {
      const outcome = pooledScore(tableOf(a, b), alpha);
      if (outcome.kind === 'unknown') return outcome;
      const { p, absolute, relative } = outcome;
      const { estimate, ci, se, statistic } = absolute;
      return { kind: 'estimate', estimate, ci, se, z: statistic, p, lift: relative };
    },
  }),
  calculation({
    name: 'newcombe-hybrid-difference',
    about: 'Interval of the difference of two proportions by Newcombe’s hybrid score',
    input: z.strictObject({ ...arms, alpha: alphaSchema }),
    example,
    compute: ({ a, b, alpha }) => {
      const table = tableOf(a, b);
      if (hasNoUnits(table)) return NO_UNITS;
      const ci = newcombeInterval(table.control, table.treatment, criticalOf(alpha));
      return { kind: 'estimate', estimate: differenceOf(table), ci };
    },
  }),
  calculation({
    name: 'miettinen-nurminen-difference',
    about: 'Difference of two proportions by Miettinen and Nurminen: interval, and test of a difference',
    input: z.strictObject({
      ...arms,
      alpha: alphaSchema,
      difference: z.number().gt(-1).lt(1).default(0).describe('the difference a − b that is tested'),
    }),
    example: { ...example, difference: 0.05 },
    compute: ({ a, b, alpha, difference }) => {
      const table = tableOf(a, b);
      if (hasNoUnits(table)) return NO_UNITS;
      return {
        kind: 'estimate',
        estimate: differenceOf(table),
        ci: miettinenNurminenInterval(table, criticalOf(alpha)),
        ...testOf(miettinenNurminenZ(table, difference)),
      };
    },
  }),
  calculation({
    name: 'miettinen-nurminen-ratio',
    about: 'Ratio of two proportions by Miettinen and Nurminen: interval, and test of a ratio',
    input: z.strictObject({
      ...arms,
      alpha: alphaSchema,
      ratio: z.number().positive().default(1).describe('the ratio a/b that is tested'),
    }),
    example: { ...example, ratio: 1.1 },
    compute: ({ a, b, alpha, ratio }) => {
      const table = tableOf(a, b);
      const interval = miettinenNurminenRatioInterval(table, criticalOf(alpha));
      if (interval.kind === 'unknown') return interval;
      return {
        kind: 'estimate',
        estimate: b[0] === 0 ? null : a[0] / a[1] / (b[0] / b[1]),
        ci: interval.ci,
        ...testOf(miettinenNurminenRatioZ(table, ratio)),
      };
    },
  }),
  calculation({
    name: 'mantel-haenszel-difference',
    about: 'Two proportions over strata by Mantel and Haenszel, with Sato’s variance',
    input: z.strictObject({
      strata: z.array(z.strictObject(arms)).min(1).max(10_000),
      alpha: alphaSchema,
    }),
    example: {
      strata: [
        { a: [9, 50], b: [4, 40] },
        { a: [45, 180], b: [30, 200] },
      ],
      alpha: 0.05,
    },
    compute: ({ strata, alpha }) => {
      const outcome = mantelHaenszel(
        strata.map(({ a, b }) => tableOf(a, b)),
        alpha,
      );
      if (outcome.kind === 'unknown') return outcome;
      const { estimate, ci, se, statistic } = outcome.absolute;
      return { kind: 'estimate', estimate, ci, se, z: statistic, p: outcome.p, lift: outcome.relative };
    },
  }),
];
