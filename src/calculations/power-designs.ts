import { z } from 'zod';
import { decisionErrorRates, type MeanPlan, ratioSd } from '../../analysis/index.ts';
import { alphaSchema } from './arms.ts';

export const powerSchema = z.number().gt(0).lt(1).default(0.8);
export const unitsSchema = z
  .number()
  .positive()
  .max(1e15)
  .describe('units of the treatment; the control has allocation × as many');
export const sidedSchema = z
  .union([z.literal(1), z.literal(2)])
  .optional()
  .describe('2, or 1 with a margin');
export const strictSchema = z.boolean().default(false).describe('count rejections on the wrong side too');
export const decisionSchema = z
  .strictObject({
    successMetrics: z.int().nonnegative(),
    variants: z.int().positive(),
    guardrails: z.int().nonnegative(),
  })
  .optional()
  .describe(
    'alpha and power are the decision’s: α/(success metrics × variants), α for non-inferiority, β/(guardrails + 1)',
  );

export const marginSchema = z
  .strictObject({
    claim: z.enum(['non-inferiority', 'superiority']),
    kind: z.enum(['absolute', 'relative']),
    value: z.number().nonnegative(),
    harm: z.enum(['increase', 'decrease']).describe('which way the metric is harmed'),
  })
  .optional();

/** What all designs for means have in common. */
export const designShape = {
  sd: z.number().positive().optional().describe('between units, of the treatment if controlSd is given'),
  controlSd: z.number().positive().optional(),
  ratio: z
    .strictObject({
      numeratorMean: z.number(),
      numeratorSd: z.number().nonnegative(),
      denominatorMean: z.number(),
      denominatorSd: z.number().nonnegative(),
      correlation: z.number().min(-1).max(1),
    })
    .optional()
    .describe('of a ratio’s two parts, instead of sd'),
  covariateCorrelation: z
    .number()
    .gt(-1)
    .lt(1)
    .default(0)
    .describe('ρ of CUPED’s covariate: 1 − ρ² of the variance is left'),
  allocation: z.number().positive().default(1).describe('κ: units of the control for each of the treatment'),
  controlMean: z.number().optional().describe('needed for a lift and for a relative margin'),
  margin: marginSchema,
  sided: sidedSchema,
  alpha: alphaSchema,
  decision: decisionSchema,
};
export const effectShape = {
  effect: z.number().optional().describe('treatment − control'),
  lift: z.number().optional().describe('the same as a fraction of controlMean'),
};

const design = z.strictObject(designShape);
export type Design = z.output<typeof design>;

type Levels = Pick<Design, 'alpha'> & {
  readonly decision?: Design['decision'];
  readonly margin?: Design['margin'];
};

/** α and power of the single test within its decision. */
export function errorsOf(
  { alpha, decision, margin }: Levels,
  power: number,
): { alpha: number; power: number } {
  if (decision === undefined) return { alpha, power };
  const rates = decisionErrorRates({ alpha, beta: 1 - power, ...decision });
  const ofSuccess = margin?.claim === 'non-inferiority' ? null : rates.successAlpha;
  return { alpha: ofSuccess ?? rates.guardrailAlpha, power: rates.testPower };
}

/** α of the single test within its decision, whatever the power. */
export const alphaOf = (levels: Levels): number => errorsOf(levels, 0.5).alpha;

export function designOf(input: Design, alpha: number): Omit<MeanPlan, 'effect'> {
  const { sd, ratio, controlSd, covariateCorrelation, allocation, sided, margin, controlMean } = input;
  return {
    alpha,
    sided,
    allocation,
    sd: sd ?? (ratio === undefined ? Number.NaN : ratioSd(ratio)),
    controlSd,
    covariateCorrelation,
    margin: margin === undefined ? undefined : { ...margin, controlMean },
  };
}

export function planOf(
  input: Design & { effect?: number | undefined; lift?: number | undefined; strict?: boolean | undefined },
  alpha: number,
): MeanPlan {
  const { effect, lift = Number.NaN, controlMean = Number.NaN, strict } = input;
  return { ...designOf(input, alpha), effect: effect ?? lift * controlMean, strict };
}

/** The detectable effect, as a lift too where the control's mean is known. */
export const asLift = <T extends { kind: string; effect?: number }>(
  outcome: T,
  { controlMean = 0 }: Design,
) =>
  outcome.effect === undefined || controlMean === 0
    ? outcome
    : { ...outcome, lift: outcome.effect / controlMean };

export const powerShape = { nPerArm: unitsSchema, ...effectShape, ...designShape, strict: strictSchema };
export const sizeShape = { ...effectShape, ...designShape, power: powerSchema };

/** A schema of a design that has exactly one of sd and ratio. */
export function oneSpreadOf<Shape extends typeof designShape>(schema: z.ZodObject<Shape, z.core.$strict>) {
  return schema.refine((input) => 'sd' in input !== 'ratio' in input, {
    path: ['sd'],
    message: 'must be given, or else ratio',
  });
}

/** The same, with exactly one of effect and lift, and the mean that a lift is relative to. */
export function oneEffectOf<Shape extends typeof designShape & typeof effectShape>(
  schema: z.ZodObject<Shape, z.core.$strict>,
) {
  return oneSpreadOf(schema).refine(
    (input) => ('effect' in input ? !('lift' in input) : 'lift' in input && 'controlMean' in input),
    { path: ['effect'], message: 'must be given, or else lift and controlMean' },
  );
}

export const powerInput = oneEffectOf(z.strictObject(powerShape));
export const sizeInput = oneEffectOf(z.strictObject({ ...sizeShape, strict: strictSchema }));
export const detectableInput = oneSpreadOf(
  z.strictObject({ nPerArm: unitsSchema, ...designShape, power: powerSchema }),
);
