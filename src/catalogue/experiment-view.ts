import { z } from 'zod';
import { AttributeFilters } from './attribute-filter.ts';
import { Arm, ExperimentDefinition } from './experiment.ts';
import { FlagWide, NO_FLAG_WIDE } from './guardrail.ts';
import { Key } from './key.ts';
import { storedFields } from './stored.ts';

export const ExperimentStatusSchema = z.enum(['draft', 'running', 'stopped', 'archived']);

const example = {
  key: 'checkout',
  name: 'New checkout',
  hypothesis: 'Fewer steps: more purchases',
  environment: 'production',
  flag: 'checkout-v2',
  unitType: 'user',
  control: 'control',
  arms: [
    { variant: 'control', weight: 1 },
    { variant: 'treatment', weight: 1 },
  ],
  metrics: { goal: ['spend'], secondary: [], guardrail: [] },
  guardrails: [
    { metric: 'error', margin: { kind: 'relative' as const, value: 0.2 }, action: 'rollback' as const },
  ],
  segments: ['germany'],
  segmentAttributes: ['country', 'platform'],
  targeting: [],
  start: null,
  end: null,
  statistics: { method: 'fixed', alpha: 0.05 },
};

/** The example that the API's document shows for a new experiment. */
export const experimentExample = example;

/** An experiment as the API shows it. */
export const Experiment = ExperimentDefinition.extend({
  status: ExperimentStatusSchema,
  metricVersions: z
    .record(z.string(), z.int())
    .describe('the versions of its metrics that it counts by; empty while it is a draft'),
  startedAt: z.iso.datetime().nullable().describe('when it was told to'),
  stoppedAt: z.iso.datetime().nullable(),
  flagWide: FlagWide.describe(
    'the flag-wide guardrails that it carries beside its own; none while it is a draft',
  ),
  implicit: z
    .boolean()
    .describe(
      'made by the service for a flag without an experiment; it follows its flag and cannot be changed',
    ),
  ...storedFields,
}).meta({
  id: 'Experiment',
  example: {
    ...example,
    eligibleReasons: ['', 'split', 'cached'],
    guardSeconds: 60,
    refreshSeconds: 60,
    status: 'draft',
    metricVersions: {},
    startedAt: null,
    stoppedAt: null,
    flagWide: NO_FLAG_WIDE,
    implicit: false,
    revision: 1,
    createdAt: '2026-03-02T09:30:00.000Z',
    updatedAt: '2026-03-02T09:30:00.000Z',
  },
});
export type Experiment = z.infer<typeof Experiment>;

/** An epoch as the API shows it. */
export const EpochView = z
  .object({
    number: z.int(),
    arms: z.array(Arm),
    targeting: AttributeFilters,
    effectiveAt: z.iso.datetime(),
    externalId: z.string().nullable(),
    flagVersion: z.string().nullable(),
    openedAt: z.iso.datetime(),
  })
  .meta({
    id: 'Epoch',
    example: {
      number: 2,
      arms: [
        { variant: 'control', weight: 1 },
        { variant: 'treatment', weight: 3 },
      ],
      targeting: [],
      effectiveAt: '2026-03-05T11:00:00.000Z',
      externalId: 'ramp-7/step-3',
      flagVersion: '18',
      openedAt: '2026-03-05T11:00:00.412Z',
    },
  });
export type EpochView = z.infer<typeof EpochView>;

/** A change of weights or targeting, or a new version of the flag: what opens an epoch. */
export const OpenEpoch = z
  .strictObject({
    weights: z
      .record(Key, z.number().min(0).finite())
      .optional()
      .describe('of every variant; absent: as before. Or send `arms`'),
    arms: z.array(Arm).min(2).max(20).optional().describe('the same as `weights`, as in an experiment'),
    targeting: AttributeFilters.optional().describe('absent: as before'),
    effectiveAt: z.iso
      .datetime({ offset: true })
      .optional()
      .describe('later than the last epoch’s; absent: now'),
    externalId: z.string().min(1).max(200).optional().describe('what the rollout engine calls it'),
    flagVersion: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe('impressions that carry it belong to this epoch, whatever their time'),
    why: z.string().max(2000).optional().describe('for the audit log'),
  })
  .meta({
    id: 'OpenEpoch',
    example: {
      weights: { control: 1, treatment: 3 },
      effectiveAt: '2026-03-05T11:00:00Z',
      externalId: 'ramp-7/step-3',
      flagVersion: '18',
    },
  });
export type OpenEpoch = z.infer<typeof OpenEpoch>;
