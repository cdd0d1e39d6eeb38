import { z } from 'zod';
import { breakdownExample } from './breakdown-example.ts';
import { Difference } from './result-parts.ts';
import { AttributionProvenance, MetricResult, SampleRatio } from './results-document.ts';

const reason = z
  .string()
  .nullable()
  .describe('why values of this object are null; null where all of them exist');
const value = z
  .string()
  .nullable()
  .describe(
    '’’ is also that of units without the attribute; null: units with a value that has no row of its own',
  );

const Heterogeneity = z
  .object({
    segments: z.int().describe('values that are compared: those with an estimate from enough units'),
    q: z.number().nullable().describe('Cochran’s'),
    df: z.int().nullable(),
    p: z.number().nullable().describe('of no difference between the values’ effects'),
    iSquared: z.number().nullable().describe('the share of the estimates’ variation that is not chance'),
    tauSquared: z.number().nullable().describe('the variance of the true effects'),
    reason,
  })
  .meta({ id: 'BreakdownHeterogeneity' });

const SegmentEffect = z
  .object({
    value,
    units: z.object({ control: z.int(), treatment: z.int() }).describe('analysed; see the metric’s `among`'),
    absolute: Difference,
    relative: Difference,
    p: z.number().nullable().describe('two-sided; not adjusted for the number of values'),
    shrunken: z
      .object({
        estimate: z.number().nullable(),
        ci: z.tuple([z.number(), z.number()]).nullable(),
        shrinkage: z.number().nullable().describe('share of the way to the mean of all; 1: nothing differs'),
        reason,
      })
      .describe('the absolute difference drawn towards that of all values, for looking at them side by side'),
    reason,
  })
  .meta({ id: 'BreakdownEffect' });

/** What `GET /experiments/{key}/breakdown` answers: every metric and comparison by the values of one attribute. No verdicts. */
export const Breakdown = z
  .object({
    experiment: z.string(),
    attribute: z.string(),
    dataThrough: z.iso.datetime().describe('everything received until then is in it'),
    computedAt: z.iso.datetime(),
    engineVersion: z.string(),
    specHash: z.string(),
    alpha: z.number().describe('two-sided; intervals cover 1 − alpha'),
    control: z.string(),
    attribution: AttributionProvenance,
    values: z
      .array(
        z
          .object({
            value,
            units: z.record(z.string(), z.int()).describe('by arm, each unit in its first epoch'),
            sampleRatio: SampleRatio,
          })
          .meta({ id: 'BreakdownValue' }),
      )
      .describe('those of most units when the moments were made, and all others together as the last'),
    metrics: z.array(
      MetricResult.pick({
        ...{ metric: true, role: true, type: true, version: true, direction: true, among: true },
        ...{ status: true, reason: true },
      })
        .extend({
          comparisons: z.array(
            z
              .object({
                variant: z.string().describe('compared with the control'),
                heterogeneity: Heterogeneity,
                segments: z.array(SegmentEffect).describe('in the order of `values`'),
              })
              .meta({ id: 'BreakdownComparison' }),
          ),
        })
        .meta({ id: 'BreakdownMetric' }),
    ),
    falseAlarms: z
      .object({
        comparisons: z.int().describe('with a p'),
        expected: z.number().describe('of them with p < alpha where nothing differs anywhere'),
        summary: z.string(),
      })
      .describe('what looking at so many values leads one to find by chance'),
  })
  .meta({ id: 'Breakdown', example: breakdownExample });
export type Breakdown = z.infer<typeof Breakdown>;
