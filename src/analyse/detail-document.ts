import { z } from 'zod';
import { Difference, instant, interval, reason } from './result-parts.ts';

const variant = z.string();

/** A comparison that is listed beside a metric's own. */
const Listed = z.object({
  variant: variant.describe('compared with the control'),
  p: z.number().nullable().describe('two-sided'),
  absolute: Difference,
  relative: Difference,
  method: z.string().nullable(),
  reason,
});
export type Listed = z.infer<typeof Listed>;

const FunnelDetail = z
  .object({
    kind: z.literal('funnel'),
    steps: z.array(
      z.object({
        step: z.int().describe('from 1; the last one is the metric’s own figure'),
        event: z.string(),
        arms: z.array(
          z.object({
            variant,
            units: z.int().describe('that reached this step, over all epochs'),
            share: z.number().nullable().describe('over several epochs: weighted by the epochs’ units'),
            reason,
          }),
        ),
        comparisons: z.array(Listed),
      }),
    ),
  })
  .meta({ id: 'FunnelDetail' });

const SurvivalPoint = z.object({
  hours: z.number().describe('since the first impression: the end of the interval'),
  atRisk: z.int().describe('units without an event before the interval that were watched to its end'),
  events: z.int(),
  share: z.number().describe('of units with the event by then, by Kaplan and Meier'),
  ci: interval.nullable().describe('null where all units have had it'),
  reason,
});
export type SurvivalPoint = z.infer<typeof SurvivalPoint>;

const SurvivalDetail = z
  .object({
    kind: z.literal('timeToEvent'),
    windowHours: z.number(),
    intervalHours: z.number(),
    epochs: z
      .array(
        z.object({
          epoch: z.int(),
          arms: z.array(
            z.object({
              variant,
              units: z.int().describe('of cohort days all of whose units were watched for an interval'),
              events: z.int(),
              medianHours: z
                .number()
                .nullable()
                .describe('by when half of the units have had the event; null: not yet'),
              points: z.array(SurvivalPoint).describe('one for each interval with an event'),
              reason,
            }),
          ),
          comparisons: z.array(
            Listed.extend({
              logRank: z
                .object({
                  p: z.number().nullable().describe('of equal curves, by the log-rank test'),
                  hazardRatio: z
                    .number()
                    .nullable()
                    .describe('above 1: the event comes sooner than in control'),
                  ci: interval.nullable(),
                  reason,
                })
                .describe('of the whole curves; the metric’s own figure is that of the window’s end'),
            }),
          ),
        }),
      )
      .describe('each by itself: epochs are not combined'),
  })
  .meta({ id: 'TimeToEventDetail' });
export type SurvivalDetail = z.infer<typeof SurvivalDetail>;

const QuantileEpochs = z
  .array(
    z.object({
      epoch: z.int(),
      arms: z.array(
        z.object({
          variant,
          units: z.int(),
          value: z.number().nullable(),
          lower: z.number().nullable().describe('order statistic below'),
          upper: z.number().nullable().describe('order statistic above'),
          reason,
        }),
      ),
      comparisons: z.array(Listed),
    }),
  )
  .describe('each by itself: epochs are not combined');
export type QuantileEpochs = z.infer<typeof QuantileEpochs>;

const QuantileDetail = z
  .object({
    kind: z.literal('quantile'),
    quantile: z.number(),
    figures: z
      .enum(['sketch', 'exact'])
      .describe(
        'what the metric’s figures are: of buckets of values, kept live, or of the values themselves',
      ),
    sketch: z
      .object({ relativeError: z.number().describe('of a shown value, at most') })
      .nullable()
      .describe('null where the figures are exact'),
    dataThrough: instant.describe('of the metric’s figures'),
    epochs: QuantileEpochs,
    exact: z
      .object({ dataThrough: instant, epochs: QuantileEpochs })
      .nullable()
      .describe('the exact figures read last: when the moments were made or verified'),
    reason,
  })
  .meta({ id: 'QuantileDetail' });
export type QuantileDetail = z.infer<typeof QuantileDetail>;

/** What there is to say of a metric beside its figures. */
export const MetricDetail = z
  .discriminatedUnion('kind', [FunnelDetail, SurvivalDetail, QuantileDetail])
  .meta({ id: 'MetricDetail' });
export type MetricDetail = z.infer<typeof MetricDetail>;
