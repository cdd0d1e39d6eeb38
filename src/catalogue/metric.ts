import { z } from 'zod';
import { canonicalJson } from '../canonical-json.ts';
import { AttributeFilters } from './attribute-filter.ts';
import { Key } from './key.ts';

const event = z.string().min(1).max(200).describe('the conversion’s name');
const filters = AttributeFilters.default([]).describe('conditions on the conversion’s attributes');

/** How a unit's conversions of one name become one number. */
export const MetricSource = z
  .strictObject({
    event,
    filters,
    aggregation: z
      .enum(['sum', 'count', 'max', 'min', 'last', 'distinctDays'])
      .describe('max, min and last exist only for units that have an event with a value'),
  })
  .meta({ id: 'MetricSource' });
export type MetricSource = z.infer<typeof MetricSource>;

export const MetricCap = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('value'), value: z.number().positive() }),
    z.strictObject({
      kind: z.literal('percentile'),
      percentile: z
        .number()
        .gt(0)
        .lt(1)
        .describe('over unit totals, arms pooled; 0.99 is the 99th percentile'),
      includeZeros: z.boolean().default(false),
    }),
  ])
  .meta({ id: 'MetricCap' });
export type MetricCap = z.infer<typeof MetricCap>;

const MOST_HOURS = 24 * 366;
const MOST_INTERVALS = 366;

const about = {
  key: Key,
  name: z.string().max(200).default('').describe('what people call it'),
  description: z.string().max(2000).default(''),
  direction: z
    .enum(['decreaseIsBad', 'increaseIsBad'])
    .default('decreaseIsBad')
    .describe('which way is harm; decreaseIsBad: more is better'),
};

const window = {
  windowHours: z
    .number()
    .positive()
    .max(MOST_HOURS)
    .nullable()
    .default(336)
    .describe('an event counts from the first impression for so long; null: until the epoch’s window ends'),
};

const common = {
  ...about,
  ...window,
  prePeriodHours: z
    .number()
    .positive()
    .max(24 * 731)
    .nullable()
    .default(null)
    .describe('the same metric over so long before the first impression is the covariate; null: none'),
};

const withoutCovariate = {
  prePeriodHours: z
    .null('a metric of this type has no covariate: nothing before the first impression is the same metric')
    .default(null)
    .describe('there is no covariate'),
};

const plainSource = z.strictObject({ event, filters });

/** How a unit's conversions become numbers. */
export const Metric = z
  .discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('mean'),
      ...common,
      source: MetricSource,
      cap: MetricCap.nullable().default(null),
      transform: z
        .enum(['identity', 'log1p'])
        .default('identity')
        .describe('of the unit’s (capped) total; log1p leaves out totals ≤ −1 and counts them'),
    }),
    z.strictObject({
      type: z.literal('proportion'),
      ...common,
      source: plainSource.describe('1 for a unit with at least one such event, else 0'),
    }),
    z.strictObject({
      type: z.literal('ratio'),
      ...common,
      numerator: MetricSource.extend({ aggregation: z.enum(['sum', 'count', 'distinctDays']) }),
      denominator: MetricSource.extend({ aggregation: z.enum(['sum', 'count', 'distinctDays']) }),
    }),
    z.strictObject({
      type: z.literal('retention'),
      ...about,
      ...withoutCovariate,
      source: plainSource.describe('1 for a unit with such an event from fromHours to toHours, else 0'),
      fromHours: z
        .number()
        .min(0)
        .max(MOST_HOURS)
        .describe('an event counts from so long after the first impression'),
      toHours: z
        .number()
        .positive()
        .max(MOST_HOURS)
        .describe('and before so long after it; then the window has closed'),
    }),
    z.strictObject({
      type: z.literal('timeToEvent'),
      ...about,
      ...withoutCovariate,
      source: plainSource.describe('the first such event is the one that is waited for'),
      windowHours: z
        .number()
        .positive()
        .max(MOST_HOURS)
        .default(336)
        .describe('units are watched from the first impression for so long'),
      intervalHours: z
        .number()
        .min(0.01)
        .max(MOST_HOURS)
        .default(24)
        .describe(
          'the time to the event is counted in intervals of so long; the window is a whole number of them',
        ),
    }),
    z.strictObject({
      type: z.literal('funnel'),
      ...about,
      ...window,
      ...withoutCovariate,
      steps: z
        .array(plainSource)
        .min(2)
        .max(10)
        .describe('a step counts from the time at which the one before it was reached'),
    }),
    z.strictObject({
      type: z.literal('quantile'),
      ...about,
      ...window,
      ...withoutCovariate,
      source: MetricSource,
      quantile: z.number().gt(0).lt(1).describe('of the unit totals; 0.95 is the 95th percentile'),
    }),
  ])
  .superRefine((metric, context) => {
    for (const { path, message } of contradictionsOf(metric))
      context.addIssue({ code: 'custom', path: [...path], message });
  })
  .meta({ id: 'Metric' });
export type Metric = z.infer<typeof Metric>;

interface Contradiction {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** Fields that make no sense together. */
function contradictionsOf(metric: z.infer<(typeof Metric.options)[number]>): Contradiction[] {
  if (metric.type === 'retention' && metric.fromHours >= metric.toHours)
    return [{ path: ['toHours'], message: `must be above fromHours, which is ${metric.fromHours}` }];
  if (metric.type === 'timeToEvent') {
    // In ms, as they are counted.
    const intervals =
      Math.round(metric.windowHours * 3_600_000) / Math.round(metric.intervalHours * 3_600_000);
    if (!Number.isInteger(intervals) || intervals < 1 || intervals > MOST_INTERVALS)
      return [
        {
          path: ['intervalHours'],
          message: `windowHours must be a whole number of intervals, at most ${MOST_INTERVALS}`,
        },
      ];
  }
  if (metric.type === 'funnel')
    return metric.steps.flatMap((step, index) =>
      index > 0 && canonicalJson(step) === canonicalJson(metric.steps[index - 1])
        ? [{ path: ['steps', index], message: 'is the same as the step before it: one event would be both' }]
        : [],
    );
  return [];
}

/** The types of metric, each with some more fields. */
export function metricWith<Fields extends z.ZodRawShape>(fields: Fields) {
  const [mean, proportion, ratio, retention, timeToEvent, funnel, quantile] = Metric.options;
  return z.discriminatedUnion('type', [
    mean.extend(fields),
    proportion.extend(fields),
    ratio.extend(fields),
    retention.extend(fields),
    timeToEvent.extend(fields),
    funnel.extend(fields),
    quantile.extend(fields),
  ]);
}

/** A metric as an experiment uses it: the definition of one version, which never changes. */
export interface MetricVersion {
  readonly version: number;
  readonly definition: Metric;
}
