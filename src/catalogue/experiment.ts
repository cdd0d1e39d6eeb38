import { z } from 'zod';
import { AttributeFilters } from './attribute-filter.ts';
import { DecisionPolicy, type FlagWide, GuardrailDefinition, type PlannedGuardrail } from './guardrail.ts';
import { Key } from './key.ts';
import type { MetricVersion } from './metric.ts';

const instant = z.iso.datetime({ offset: true }).describe('RFC 3339');

/** An arm: a variant of the flag and its share; only the proportions of the weights matter. */
export const Arm = z.strictObject({ variant: Key, weight: z.number().min(0).finite() }).meta({ id: 'Arm' });
export type Arm = z.infer<typeof Arm>;

export const StatisticsSettings = z
  .strictObject({
    method: z.enum(['fixed']).default('fixed').describe('fixed: one look, at a horizon set beforehand'),
    alpha: z.number().gt(0).lt(0.5).default(0.05).describe('two-sided'),
  })
  .meta({ id: 'StatisticsSettings' });
export type StatisticsSettings = z.infer<typeof StatisticsSettings>;

export const ExperimentMetrics = z
  .strictObject({
    goal: z.array(Key).max(20).default([]),
    secondary: z.array(Key).max(100).default([]),
    guardrail: z.array(Key).max(50).default([]),
  })
  .meta({ id: 'ExperimentMetrics' });

/** The name of an attribute as events may have it. */
const SegmentAttribute = z
  .string()
  .min(1)
  .max(100)
  .regex(/^[^"\\\p{Cc}]*$/u, 'an attribute’s name has no quotes, backslashes or control characters');

/** The measured comparison on a flag, as a person defines it. */
export const ExperimentDefinition = z
  .strictObject({
    key: Key,
    name: z.string().max(200).default(''),
    hypothesis: z.string().max(2000).default(''),
    environment: Key.default('production'),
    flag: Key,
    unitType: z.string().min(1).max(50).default('user'),
    control: Key.describe('the variant that the others are compared with'),
    arms: z.array(Arm).min(2).max(20),
    metrics: ExperimentMetrics.prefault({}),
    guardrails: z
      .array(GuardrailDefinition)
      .max(50)
      .default([])
      .describe('what its treatments must not harm'),
    decisions: DecisionPolicy.prefault({}),
    segments: z.array(Key).max(20).default([]),
    segmentAttributes: z
      .array(SegmentAttribute)
      .max(5)
      .default([])
      .describe('attributes by whose values at the first impression its figures are kept up to date too'),
    targeting: AttributeFilters.default([]).describe('an impression counts only if its attributes match'),
    eligibleReasons: z
      .array(z.string().max(50))
      .max(20)
      .default(['', 'split', 'cached'])
      .describe('reasons of impressions that count; the empty one is "none given"'),
    start: instant
      .nullable()
      .default(null)
      .describe('impressions before it do not count; null: set by :start'),
    end: instant.nullable().default(null).describe('impressions from here on do not count'),
    guardSeconds: z
      .number()
      .int()
      .min(0)
      .max(86_400)
      .default(60)
      .describe(
        'first impressions so soon after an epoch opens are left out, unless they carry its flagVersion',
      ),
    statistics: StatisticsSettings.prefault({}),
    refreshSeconds: z
      .number()
      .int()
      .min(1)
      .max(86_400)
      .default(60)
      .describe('how far apart its scorecards are at least, while new rows touch it'),
  })
  .meta({ id: 'ExperimentDefinition' });
export type ExperimentDefinition = z.infer<typeof ExperimentDefinition>;

export type ExperimentStatus = 'draft' | 'running' | 'stopped' | 'archived';
export type MetricRole = 'goal' | 'secondary' | 'guardrail';

/** A stretch of an experiment with constant weights and targeting; it lasts until the next one takes effect. */
export interface Epoch {
  /** 1, 2, … in the order of effectiveAt. */
  readonly number: number;
  readonly arms: readonly Arm[];
  readonly targeting: ExperimentDefinition['targeting'];
  readonly effectiveAt: Date;
  readonly externalId: string | null;
  readonly flagVersion: string | null;
}

export interface Segment {
  readonly key: string;
  readonly name: string;
  /** On the attributes frozen at the first impression. */
  readonly filters: ExperimentDefinition['targeting'];
}

/** All that attribution and analysis need to know of one experiment, at one moment; read once a run. */
export interface ExperimentPlan {
  readonly key: string;
  readonly environment: string;
  readonly flag: string;
  readonly unitType: string;
  readonly control: string;
  readonly status: ExperimentStatus;
  readonly eligibleReasons: readonly string[];
  readonly guardSeconds: number;
  readonly start: Date;
  /** null: open. */
  readonly end: Date | null;
  readonly statistics: StatisticsSettings;
  readonly refreshSeconds: number;
  /** Ascending by number; never empty. */
  readonly epochs: readonly Epoch[];
  readonly metrics: readonly PlannedMetric[];
  /** Its own, then the flag-wide ones that it carries. */
  readonly guardrails: readonly PlannedGuardrail[];
  /** Flag-wide guardrails that its flag has opted out of. */
  readonly optedOut: FlagWide['optedOut'];
  /** While it ran; null: they are as they were when it started. */
  readonly guardrailsChangedAt: Date | null;
  readonly decisions: DecisionPolicy;
  readonly segments: readonly Segment[];
  /** Attributes by whose values moments are kept too. */
  readonly segmentAttributes: readonly string[];
  /** SHA-256 (hex) over the definition, pinned metric versions and epochs: what the results' `specHash` shows. */
  readonly specHash: string;
}

export interface PlannedMetric extends MetricVersion {
  readonly role: MetricRole;
}
