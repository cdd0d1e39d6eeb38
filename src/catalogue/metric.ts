import { z } from 'zod';
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

const common = {
  key: Key,
  name: z.string().max(200).default('').describe('what people call it'),
  description: z.string().max(2000).default(''),
  direction: z
    .enum(['decreaseIsBad', 'increaseIsBad'])
    .default('decreaseIsBad')
    .describe('which way is harm; decreaseIsBad: more is better'),
  windowHours: z
    .number()
    .positive()
    .max(24 * 366)
    .nullable()
    .default(336)
    .describe('an event counts from the first impression for so long; null: until the epoch’s window ends'),
  prePeriodHours: z
    .number()
    .positive()
    .max(24 * 731)
    .nullable()
    .default(null)
    .describe('the same metric over so long before the first impression is the covariate; null: none'),
};

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
      source: z
        .strictObject({ event, filters })
        .describe('1 for a unit with at least one such event, else 0'),
    }),
    z.strictObject({
      type: z.literal('ratio'),
      ...common,
      numerator: MetricSource.extend({ aggregation: z.enum(['sum', 'count', 'distinctDays']) }),
      denominator: MetricSource.extend({ aggregation: z.enum(['sum', 'count', 'distinctDays']) }),
    }),
  ])
  .meta({ id: 'Metric' });
export type Metric = z.infer<typeof Metric>;

/** A metric as an experiment uses it: the definition of one version, which never changes. */
export interface MetricVersion {
  readonly version: number;
  readonly definition: Metric;
}
