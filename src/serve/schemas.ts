import { z } from 'zod';
import { Difference, Health, healthExample, MAX_POINTS, Verdict } from '../analyse/index.ts';

/** What DateTime64(3) and people's patience both hold. */
const EARLIEST = Date.UTC(1970, 0, 1);
const LATEST = Date.UTC(2200, 0, 1);

const instant = z.iso
  .datetime({ offset: true, error: 'an RFC 3339 instant, such as 2026-01-31T12:00:00Z' })
  .refine(
    (text) => Date.parse(text) >= EARLIEST && Date.parse(text) < LATEST,
    'between the years 1970 and 2200',
  );
const key = z.string().min(1).max(100);
const attribute = z.string().min(1).max(100);

/** The query of results. */
export const ResultsQuery = z
  .strictObject({
    as_of: instant
      .optional()
      .describe('the scorecard of the latest data up to then, instead of the latest of all'),
    segment: key.optional().describe('a segment the experiment declares; computed when asked for'),
    attribute: attribute.optional().describe('with value or other: only units with that value of it'),
    value: z
      .string()
      .max(1000)
      .optional()
      .describe('one of the values that the breakdown lists; empty: also units without the attribute'),
    other: z.literal('true').optional().describe('instead of value: units with any value that is not listed'),
    windows: z
      .enum(['all', 'closed'])
      .default('all')
      .describe(
        'closed: the metrics over cohort days alone all of whose windows are over, out of live moments where there are any',
      ),
    format: z.enum(['json', 'csv']).optional().describe('or by Accept: text/csv'),
  })
  .superRefine(({ attribute, value, other, segment, as_of, windows }, context) => {
    const refuse = (field: string, message: string) =>
      context.addIssue({ code: 'custom', path: [field], message });
    const given = [value, other].filter((one) => one !== undefined).length;
    if (attribute === undefined && given > 0) refuse('attribute', 'is needed with value and other');
    if (attribute !== undefined && given !== 1) refuse('attribute', 'goes with either value or other=true');
    if (attribute !== undefined && segment !== undefined) refuse('segment', 'goes not with attribute');
    if (attribute !== undefined && as_of !== undefined)
      refuse('as_of', 'goes not with attribute: moments by its values are those of the latest data');
    if (windows === 'closed' && as_of !== undefined)
      refuse('as_of', 'goes not with windows=closed: closed windows are those of the latest data');
  });
export type ResultsQuery = z.infer<typeof ResultsQuery>;

/** The query of a breakdown. */
export const BreakdownQuery = z.strictObject({
  attribute: attribute.describe('one of the experiment’s segmentAttributes'),
});
export type BreakdownQuery = z.infer<typeof BreakdownQuery>;

/** The query of health. */
export const HealthQuery = z.strictObject({ as_of: instant.optional() });
export type HealthQuery = z.infer<typeof HealthQuery>;

/** The query of a time series. */
export const TimeseriesQuery = z.strictObject({
  metric: key.optional().describe('all metrics without it'),
  from: instant.optional().describe('scorecards whose dataThrough is at or after it'),
  to: instant.optional().describe('and before it'),
  limit: z.coerce.number().int().min(1).max(MAX_POINTS).default(MAX_POINTS).describe('points of a series'),
});
export type TimeseriesQuery = z.infer<typeof TimeseriesQuery>;

export const HealthAnswer = Health.extend({
  ageSeconds: z.number().nullable().describe('now − dataThrough'),
}).meta({ id: 'HealthAnswer', example: { ...healthExample, ageSeconds: 30.504 } });

const point = z
  .object({
    dataThrough: z.iso.datetime(),
    scorecardId: z.string(),
    verdict: Verdict,
    units: z.object({ control: z.int(), treatment: z.int() }),
    means: z.object({ control: z.number().nullable(), treatment: z.number().nullable() }),
    p: z.number().nullable(),
    absolute: Difference,
    relative: Difference,
    reason: z.string().nullable().describe('see-scorecard: the scorecard says why values are null'),
  })
  .meta({ id: 'TimeseriesPoint' });

export const TimeseriesAnswer = z
  .object({
    experiment: z.string(),
    metric: z.string().nullable().describe('null: all'),
    from: z.iso.datetime().nullable().describe('null: from the first scorecard'),
    to: z.iso.datetime().nullable().describe('null: to the latest'),
    stretchSeconds: z
      .number()
      .nullable()
      .describe(
        'of each stretch of so many seconds only the last scorecard is here; null: nothing was thinned',
      ),
    series: z.array(
      z.object({ metric: z.string(), variant: z.string(), points: z.array(point).max(MAX_POINTS) }),
    ),
    reason: z.string().nullable().describe('why there is no series; null where there is one'),
  })
  .meta({
    id: 'Timeseries',
    example: {
      experiment: 'hillstrom',
      metric: 'spend',
      from: null,
      to: null,
      stretchSeconds: null,
      series: [
        {
          metric: 'spend',
          variant: 'mens',
          points: [
            {
              dataThrough: '2026-01-31T12:00:00.000Z',
              scorecardId: 'sc_5w2bQxFz0aTnHk8Yc1LrPdUe',
              verdict: 'better',
              units: { control: 21306, treatment: 21307 },
              means: { control: 0.652789355111, treatment: 1.42261651101 },
              p: 1.26986e-7,
              absolute: { estimate: 0.76734337577, ci: [0.4827176081, 1.05196914344], reason: null },
              relative: { estimate: 1.1755, ci: [0.6507, 1.8607], reason: null },
              reason: null,
            },
          ],
        },
      ],
      reason: null,
    },
  });
export type TimeseriesAnswer = z.infer<typeof TimeseriesAnswer>;

export const RunAnswer = z
  .object({
    id: z.string(),
    experiment: z.string(),
    state: z.enum(['queued', 'running', 'done', 'failed']),
    startedAt: z.iso.datetime().nullable().describe('of the latest attempt; null before the first'),
    finishedAt: z.iso.datetime().nullable().describe('null until done or failed'),
    error: z.string().nullable().describe('null unless failed'),
  })
  .meta({
    id: 'Run',
    example: {
      id: 'hillstrom.6b8f1c1e-54a3-4c5c-9d41-1d3f0c6f2a77',
      experiment: 'hillstrom',
      state: 'queued',
      startedAt: null,
      finishedAt: null,
      error: null,
    },
  });
export type RunAnswer = z.infer<typeof RunAnswer>;
