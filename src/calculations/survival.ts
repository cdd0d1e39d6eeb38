import { z } from 'zod';
import {
  alignedRiskTables,
  compareSurvival,
  kaplanMeier,
  logRank,
  petoHazardRatio,
  riskTableOf,
  type SurvivalStratum,
} from '../../analysis/index.ts';
import { alphaSchema } from './arms.ts';
import { asField } from './as-field.ts';
import { type Calculation, calculation } from './calculation.ts';

const tableSchema = z
  .array(
    z.strictObject({
      day: z.number(),
      atRisk: z.int().nonnegative(),
      events: z.int().nonnegative(),
    }),
  )
  .max(100_000)
  .describe(
    'rows { day, atRisk, events }, ascending; for tests one for each day with an event in either arm',
  );
const unitsSchema = z
  .array(z.strictObject({ time: z.number().nonnegative(), event: z.boolean() }))
  .max(1_000_000)
  .describe('units { time, event }; event false where watching ended without one');
const pairSchema = z.union([
  z.strictObject({ control: tableSchema, treatment: tableSchema }),
  z.strictObject({
    control: z.strictObject({ units: unitsSchema }),
    treatment: z.strictObject({ units: unitsSchema }),
  }),
]);
const armSchema = z
  .union([tableSchema, z.strictObject({ units: unitsSchema })])
  .describe('a table of { day, atRisk, events }, or { units } with their { time, event }');

type Arm = z.output<typeof armSchema>;
const isTable = (arm: Arm): arm is Extract<Arm, readonly unknown[]> => Array.isArray(arm);
const tableOf = (arm: Arm) => (isTable(arm) ? arm : riskTableOf(arm.units));

function stratumOf({ control, treatment }: z.output<typeof pairSchema>): SurvivalStratum {
  return 'units' in control && 'units' in treatment
    ? alignedRiskTables(control.units, treatment.units)
    : { control: tableOf(control), treatment: tableOf(treatment) };
}

// Freireich et al. 1963: weeks of remission of 42 children with leukaemia.
const placebo = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23].map((time) => ({
  time,
  event: true,
}));
const mercaptopurine = [
  ...[6, 6, 6, 7, 10, 13, 16, 22, 23].map((time) => ({ time, event: true })),
  ...[6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35].map((time) => ({ time, event: false })),
];

export const survivalCalculations: readonly Calculation[] = [
  calculation({
    name: 'kaplan-meier',
    about: 'Share of units without an event by day, with Greenwood’s error and log-log intervals',
    input: z.strictObject({ arm: armSchema, alpha: alphaSchema }),
    example: { arm: { units: mercaptopurine }, alpha: 0.05 },
    compute: ({ arm, alpha }) => asField('table', 'arm', () => kaplanMeier(tableOf(arm), alpha)),
  }),
  calculation({
    name: 'survival-difference',
    about: 'Difference of two Kaplan–Meier curves on one day',
    input: z.strictObject({ control: armSchema, treatment: armSchema, day: z.number(), alpha: alphaSchema }),
    example: { control: { units: placebo }, treatment: { units: mercaptopurine }, day: 10, alpha: 0.05 },
    compute: ({ control, treatment, day, alpha }) => {
      const outcome = compareSurvival({
        control: tableOf(control),
        treatment: tableOf(treatment),
        day,
        alpha,
      });
      if (outcome.kind === 'unknown') return outcome;
      const { estimate, ci, se, statistic } = outcome.absolute;
      const { control: ofControl, treatment: ofTreatment, p } = outcome;
      return {
        kind: 'estimate',
        estimate,
        ci,
        se,
        z: statistic,
        p,
        control: ofControl,
        treatment: ofTreatment,
      };
    },
  }),
  calculation({
    name: 'log-rank',
    about: 'Log-rank test of two arms, stratified by epoch, with Peto’s ratio of hazards',
    input: z.strictObject({
      strata: z.array(pairSchema).max(1_000).describe('one for each epoch'),
      alpha: alphaSchema,
    }),
    example: { strata: [{ control: { units: placebo }, treatment: { units: mercaptopurine } }], alpha: 0.05 },
    compute: ({ strata, alpha }) => {
      const outcome = logRank(strata.map(stratumOf));
      if (outcome.kind === 'unknown') return outcome;
      const ratio = petoHazardRatio(outcome, alpha);
      return ratio.kind === 'unknown' ? ratio : { ...outcome, hazardRatio: ratio.hazardRatio, ci: ratio.ci };
    },
  }),
];
