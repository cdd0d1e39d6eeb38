import { z } from 'zod';
import type { Gate, Judgement } from '../gates/index.ts';

/** The one configuration that a gate shows: Argo finds it by its name, Spinnaker by either. */
export const CanaryConfig = z
  .object({
    id: z.string(),
    name: z.string().describe('environment/flag/treatment'),
    updatedTimestamp: z.number(),
    updatedTimestampIso: z.string(),
    applications: z.array(z.string()),
  })
  .meta({ id: 'CanaryConfig' });
export type CanaryConfig = z.infer<typeof CanaryConfig>;

/** Scopes and thresholds: read by nobody here, since the guardrails are what judges. */
export const CanaryRequest = z
  .record(z.string().max(200), z.unknown())
  .refine((body) => JSON.stringify(body).length <= 20_000, 'at most 20 kB')
  .optional()
  .meta({ id: 'CanaryRequest' });

export const CanaryStarted = z.object({ canaryExecutionId: z.string() }).meta({ id: 'CanaryStarted' });
export type CanaryStarted = z.infer<typeof CanaryStarted>;

export const CanaryExecution = z
  .object({
    complete: z.boolean(),
    status: z.enum(['running', 'succeeded']),
    application: z.string(),
    result: z
      .object({
        judgeResult: z.object({
          score: z.object({
            score: z.number().describe('100 pass, 50 inconclusive, 0 breach'),
            classification: z.string(),
            classificationReason: z.string(),
          }),
          results: z.array(z.never()),
        }),
      })
      .nullable(),
    exception: z.null(),
  })
  .meta({ id: 'CanaryExecution' });
export type CanaryExecution = z.infer<typeof CanaryExecution>;

export function canaryConfigOf({ id, environment, flag, treatment, createdAt }: Gate): CanaryConfig {
  return {
    id,
    name: `${environment}/${flag}/${treatment}`,
    updatedTimestamp: Date.parse(createdAt),
    updatedTimestampIso: createdAt,
    applications: [flag],
  };
}

/**
 * The id of an execution says all there is to know of it: which gate, and how far the decisions had come when it began.
 * Nothing is stored, so any process answers, and a restart loses none.
 */
export const executionIdOf = (gate: Gate, sequence: number): string => `${gate.id}.${sequence}`;

/** The sequence at which an execution of this gate began; null: it is not one of this gate. */
export function sequenceOf(gate: Gate, executionId: string): number | null {
  const [id, sequence = ''] = executionId.split('.');
  return id === gate.id && /^\d{1,15}$/.test(sequence) ? Number(sequence) : null;
}

const SCORES = { pass: 100, inconclusive: 50, breach: 0 } as const;
const CLASSES = { pass: 'Pass', inconclusive: 'Marginal', breach: 'Fail' } as const;

/**
 * The execution now. `stale` and `invalid` have no score: the execution goes on until there is one, because a missing
 * score is an error to Argo and five errors abort, and any number would be a verdict that nobody has reached.
 */
export function executionOf(gate: Gate, startedAt: number, judgement: Judgement): CanaryExecution {
  const { verdict, reason, sequence } = judgement;
  const known = verdict === 'pass' || verdict === 'inconclusive' || verdict === 'breach';
  // An answer from before the execution began is not of it: a replica or a restored store may be behind.
  const running = !known || sequence < startedAt;
  return {
    complete: !running,
    status: running ? 'running' : 'succeeded',
    application: gate.flag,
    result: running
      ? null
      : {
          judgeResult: {
            score: {
              score: SCORES[verdict],
              classification: CLASSES[verdict],
              classificationReason: reason,
            },
            results: [],
          },
        },
    exception: null,
  };
}
