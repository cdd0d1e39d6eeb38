import { z } from 'zod';
import { healthExample } from './examples.ts';
import { Excluded, SampleRatio } from './results-document.ts';

const count = z.int().nullable();
const unitsByVariant = z.record(z.string(), z.int());

export const EpochHealth = z
  .object({
    epoch: z.int(),
    effectiveAt: z.iso.datetime(),
    weights: z.record(z.string(), z.number()),
    sampleRatio: SampleRatio,
    multipleVariants: z.int().describe('units that met two variants within this epoch'),
    days: z
      .array(
        z.object({
          day: z.iso.date().describe('UTC'),
          units: unitsByVariant,
          expected: z.record(z.string(), z.number()).nullable(),
          reason: z.string().nullable(),
        }),
      )
      .describe('first impressions per arm, cumulative within the epoch, against the weights'),
  })
  .meta({ id: 'EpochHealth' });
export type EpochHealth = z.infer<typeof EpochHealth>;

/** Whether the comparison of one scorecard is sound, and what was left out of it. */
export const Health = z
  .object({
    experiment: z.string(),
    scorecardId: z.string().nullable(),
    dataThrough: z.iso.datetime().nullable(),
    computedAt: z.iso.datetime().nullable(),
    status: z
      .enum(['ok', 'mismatch', 'unknown'])
      .describe('of the worst epoch’s sample ratio; unknown without data'),
    sampleRatio: SampleRatio,
    epochs: z.array(EpochHealth),
    excluded: Excluded,
    conversionsOfOtherUnitTypes: count.describe('conversions of its metrics that carry no unit of its type'),
    duplicateEvents: count.describe('rows that repeated another event’s identity'),
    outsideTransform: z
      .record(z.string(), z.int())
      .nullable()
      .describe('per metric: units left out because log1p does not take their total'),
    failedMetrics: z.array(z.object({ metric: z.string(), reason: z.string() })),
    reason: z.string().nullable().describe('why values are null; null where all exist'),
  })
  .meta({ id: 'Health', example: healthExample });
export type Health = z.infer<typeof Health>;
