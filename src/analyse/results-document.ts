import { z } from 'zod';
import { MetricDetail } from './detail-document.ts';
import { resultsExample } from './examples.ts';
import { Difference, instant, reason } from './result-parts.ts';

const byVariant = (what: string) => z.record(z.string(), z.number()).nullable().describe(what);

export const SampleRatio = z
  .object({
    status: z.enum(['ok', 'mismatch', 'unknown']).describe('mismatch: p < 0.001; unknown is never healthy'),
    p: z.number().nullable(),
    chiSquare: z.number().nullable(),
    sequentialP: z.number().nullable().describe('valid at any time; null where it is not computed'),
    epoch: z.int().nullable().describe('the epoch these figures are of: the one that fits its weights worst'),
    units: byVariant('distinct units at first impression, new and returning, those excluded later included'),
    expected: byVariant('what the weights lead one to expect'),
    reason,
  })
  .meta({ id: 'SampleRatio' });
export type SampleRatio = z.infer<typeof SampleRatio>;

export const Excluded = z
  .object({
    multipleVariants: z.int().nullable().describe('units that met two variants within an epoch'),
    forced: z.int().nullable().describe('impressions with the reason "forced"'),
    guardInterval: z.int().nullable().describe('units first seen just after an epoch opened'),
    unknownVariant: z.int().nullable().describe('impressions of a variant that is no arm of their epoch'),
    offTarget: z.int().nullable().describe('impressions that miss the targeting'),
    outsideDates: z.int().nullable().describe('impressions before the start or from the end on'),
    impressionsByReason: z
      .record(z.string(), z.int())
      .nullable()
      .describe('impressions not counted because of the flag’s reason for serving them'),
    reason,
  })
  .meta({ id: 'Excluded' });
export type Excluded = z.infer<typeof Excluded>;

export const AttributionProvenance = z
  .object({
    source: z
      .enum(['moments', 'rawRows'])
      .nullable()
      .describe('moments: kept up to date by cycles; rawRows: read again for this scorecard'),
    verifiedAt: instant.nullable().describe('when the moments were last compared with what raw rows give'),
    largestDifference: z
      .number()
      .nullable()
      .describe('found then, relative to the terms that were added up; above 1e-9 nothing is to be believed'),
    reason,
  })
  .meta({ id: 'AttributionProvenance' });
export type AttributionProvenance = z.infer<typeof AttributionProvenance>;

export const ArmResult = z
  .object({
    variant: z.string(),
    units: z.int().describe('units analysed; see the metric’s `among`'),
    mean: z
      .number()
      .nullable()
      .describe(
        'over several epochs: weighted by the epochs’ units; of a time to an event the share with it by the end of the window, of a quantile the quantile',
      ),
    sd: z
      .number()
      .nullable()
      .describe(
        'of units within epochs; of a ratio: of its linearised unit values; null where `mean` is none',
      ),
    reason,
  })
  .meta({ id: 'ArmResult' });
export type ArmResult = z.infer<typeof ArmResult>;

export const Verdict = z.enum(['better', 'worse', 'noClearDifference', 'notEnoughData', 'untrusted']);
export type Verdict = z.infer<typeof Verdict>;

export const ComparisonResult = z
  .object({
    variant: z.string().describe('compared with the control'),
    verdict: Verdict,
    summary: z.string().describe('the verdict and its figures as one sentence'),
    p: z.number().nullable().describe('two-sided'),
    adjustedP: z.number().nullable().describe('for the number of comparisons; null where none is made'),
    absolute: Difference,
    relative: Difference.describe('the absolute difference over the control’s mean'),
    method: z
      .string()
      .nullable()
      .describe('welch, welch+cuped, score+newcombe, ratio, kaplan-meier, order-statistics, …'),
    statistic: z.number().nullable(),
    standardError: z.number().nullable().describe('of the absolute difference'),
    df: z.number().nullable().describe('null: the normal distribution was the reference'),
    covariate: z
      .object({
        theta: z.number().describe('one for all arms and epochs'),
        varianceReduction: z
          .number()
          .describe('share of the difference’s variance that the covariate took away'),
      })
      .nullable()
      .describe('null where nothing was adjusted'),
    unadjusted: z
      .object({ p: z.number(), absolute: Difference, relative: Difference })
      .nullable()
      .describe('the figures without the covariate; null where nothing was adjusted'),
    epochs: z.array(z.int()).describe('the epochs that were combined'),
    unitsLeftOut: z
      .int()
      .nullable()
      .describe(
        'units of the two arms in epochs that take no part: where one of the arms has fewer than two, or all others where epochs are not combined',
      ),
    reason,
  })
  .meta({ id: 'ComparisonResult' });
export type ComparisonResult = z.infer<typeof ComparisonResult>;

export const MetricResult = z
  .object({
    metric: z.string(),
    role: z.enum(['goal', 'secondary', 'guardrail']),
    type: z.enum(['mean', 'proportion', 'ratio', 'retention', 'timeToEvent', 'funnel', 'quantile']),
    version: z.int(),
    direction: z.enum(['decreaseIsBad', 'increaseIsBad']),
    among: z
      .enum(['units', 'unitsWithEvent'])
      .describe('max, min and last exist only for units with an event'),
    status: z.enum(['ok', 'failed']).describe('failed: this metric could not be computed; others stand'),
    closedUnits: z
      .int()
      .nullable()
      .describe('units of all arms on whose cohort days every window is over; null where the metric failed'),
    arms: z.array(ArmResult),
    comparisons: z.array(ComparisonResult),
    detail: MetricDetail.nullable().describe(
      'of a funnel its steps, of a time to an event its curves, of a quantile whether it is exact; null for other types',
    ),
    reason,
  })
  .meta({ id: 'MetricResult' });
export type MetricResult = z.infer<typeof MetricResult>;

/** What `GET /experiments/{key}/results` answers: keys are always present, what does not exist is null beside a `reason`. */
export const Results = z
  .object({
    experiment: z.string(),
    scorecardId: z
      .string()
      .nullable()
      .describe('names definition, data and engine; of closed windows none need be stored under it'),
    dataThrough: instant.nullable().describe('everything received until then is in it'),
    computedAt: instant.nullable(),
    method: z.enum(['fixed']).nullable().describe('fixed: one look, at a horizon set beforehand'),
    engineVersion: z.string(),
    specHash: z
      .string()
      .nullable()
      .describe('of the definition, metric versions and epochs it was computed with'),
    alpha: z.number().nullable().describe('two-sided; intervals cover 1 − alpha'),
    control: z.string().nullable(),
    segment: z.string().nullable().describe('a declared segment; null: none was asked for'),
    segmentValue: z
      .object({
        attribute: z.string(),
        value: z.string().nullable().describe('null: any that has no figures of its own'),
      })
      .nullable()
      .describe(
        'the value of an attribute at the first impression that all units have; null: none was asked for',
      ),
    windows: z
      .enum(['all', 'closed'])
      .nullable()
      .describe(
        'closed: the metrics are over cohort days all of whose windows are over; sample ratio and exclusions never are',
      ),
    sampleRatio: SampleRatio,
    excluded: Excluded,
    attribution: AttributionProvenance,
    metrics: z.array(MetricResult),
    reason,
  })
  .meta({ id: 'Results', example: resultsExample });
export type Results = z.infer<typeof Results>;
