import { z } from 'zod';

const figure = z.number().nullable();
const instant = z.iso.datetime();
const interval = z.tuple([figure, figure]).nullable().describe('an end is null where there is no bound');

export const DecisionVerdict = z
  .enum(['breach', 'invalid', 'stale', 'inconclusive', 'pass'])
  .describe(
    'breach: harm beyond a margin is shown; invalid: the comparison is unsound; stale: data or analysis is too old, or there is none; inconclusive: no harm shown and the gate is not met yet; pass: the gate is met',
  )
  .meta({ id: 'DecisionVerdict' });
export type DecisionVerdict = z.infer<typeof DecisionVerdict>;

export const DecisionAction = z
  .enum(['rollback', 'pause', 'hold', 'proceed'])
  .describe('what the rollout engine is to do now')
  .meta({ id: 'DecisionAction' });
export type DecisionAction = z.infer<typeof DecisionAction>;

export const GuardrailMargin = z
  .strictObject({
    kind: z.enum(['relative', 'absolute']).describe('of control’s figure, or in the metric’s unit'),
    value: z.number().nonnegative().describe('change in the harmful direction that is still borne'),
  })
  .meta({ id: 'GuardrailMargin' });
export type GuardrailMargin = z.infer<typeof GuardrailMargin>;

const TestFigures = z.strictObject({
  e: figure.describe('the largest e-value at any look; null beyond 1e308'),
  p: figure.describe('1/e at most: valid at any time of looking'),
});

/** What an effect on the units of a treatment amounts to over all units that met the flag. */
export const GlobalFigures = z
  .strictObject({
    exposure: figure.describe('share of the units of this epoch, of all arms, that met the treatment'),
    estimate: figure.describe(
      'exposure × estimate: by how much the figure of all of them differs from what it were if these units had had control; of the margin’s kind',
    ),
    ci: interval.describe('exposure × ci: as valid as that one, for the exposure as it is now'),
    reason: z.string().nullable().describe('why a figure is null'),
  })
  .meta({ id: 'GlobalFigures' });
export type GlobalFigures = z.infer<typeof GlobalFigures>;

/** What one guardrail has shown of one treatment. */
export const GuardrailState = z
  .strictObject({
    metric: z.string(),
    scope: z
      .enum(['experiment', 'flag'])
      .describe('of the experiment’s own definition, or one of its environment’s flag-wide ones'),
    direction: z.enum(['increaseIsBad', 'decreaseIsBad']),
    margin: GuardrailMargin,
    gate: z.enum(['noHarm', 'safety']),
    action: z.enum(['rollback', 'pause', 'notify']),
    armed: z.boolean().describe('false: in shadow, it decides nothing'),
    alpha: z.number().describe('what the ledger grants it in this epoch for this treatment'),
    status: z
      .enum(['harm', 'safe', 'inconclusive', 'failed'])
      .describe('failed: it could not be computed, for the reason given'),
    method: z
      .enum(['counts', 'proportions', 'boundedMeans', 'asymptotic'])
      .nullable()
      .describe('asymptotic is not exact and only notifies; null where none could be chosen'),
    estimate: figure.describe('change of treatment against control, of the margin’s kind'),
    ci: interval.describe('any-time valid interval of the estimate'),
    global: GlobalFigures,
    harm: TestFigures.nullable(),
    safety: TestFigures.nullable().describe('null where safety is not asked for'),
    reason: z.string().nullable().describe('why a figure is null or the guardrail failed'),
  })
  .meta({ id: 'GuardrailState' });
export type GuardrailState = z.infer<typeof GuardrailState>;

/** A person's word over a verdict. */
export const DecisionOverride = z
  .strictObject({
    verdict: z.enum(['pass', 'breach', 'inconclusive']).nullable().describe('null: of one guardrail alone'),
    guardrail: z.string().nullable().describe('the metric of the guardrail that is dismissed; null: all'),
    by: z.string(),
    why: z.string(),
    until: instant,
  })
  .meta({ id: 'DecisionOverride' });
export type DecisionOverride = z.infer<typeof DecisionOverride>;

/** Another flag whose variants are not assigned to units independently of this one's. */
export const AssignmentOverlap = z
  .strictObject({
    flag: z.string(),
    experiment: z.string(),
    units: z.number().describe('in both, of those that are looked at'),
    p: z.number().describe('of independent assignment, valid at any time of looking'),
    alpha: z.number().describe('p is at most this; granted to this pair of epochs once'),
  })
  .meta({ id: 'AssignmentOverlap' });
export type AssignmentOverlap = z.infer<typeof AssignmentOverlap>;

/** What is decided on one treatment of a flag, as the API answers it: every key is always there. */
export const Decision = z
  .strictObject({
    id: z.string().nullable().describe('null where nothing was ever decided'),
    sequence: z.int().nonnegative().describe('rises in its environment; 0 where nothing was ever decided'),
    environment: z.string(),
    flag: z.string(),
    treatment: z.string(),
    experiment: z.string().nullable(),
    epoch: z.string().nullable(),
    externalEpoch: z.string().nullable().describe('the rollout engine’s own name of the epoch'),
    verdict: DecisionVerdict,
    action: DecisionAction,
    gate: z.enum(['noHarm', 'safety']).nullable(),
    score: figure.describe('100 pass, 50 inconclusive, 0 breach, null otherwise'),
    dataThrough: instant.nullable(),
    decidedAt: instant.nullable(),
    validUntil: instant
      .nullable()
      .describe('a consumer that meets a later time applies its own policy: fail open or fail closed'),
    renewal: z
      .strictObject({
        seconds: z.int().describe('valid for so long after a heartbeat’s `at`'),
        dataSeconds: z
          .int()
          .nullable()
          .describe('and no longer than so long after its `dataThrough`; null: however old the data is'),
      })
      .nullable()
      .describe('how heartbeats prolong `validUntil`; null where nothing was ever decided'),
    units: z.strictObject({ control: figure, treatment: figure, required: figure }),
    blastRadius: z.strictObject({
      units: figure.describe('units that met the treatment in this epoch'),
      harmed: z.strictObject({ estimate: figure, ci: interval }).nullable(),
    }),
    sampleRatio: z.strictObject({
      status: z.enum(['ok', 'mismatch', 'unknown']),
      p: figure,
      sequentialP: figure,
    }),
    overlaps: z
      .array(AssignmentOverlap)
      .describe('a warning: what these flags do can show as the effect of this one; it changes no verdict'),
    override: DecisionOverride.nullable(),
    guardrails: z.array(GuardrailState),
    reasons: z.array(z.string()).describe('plain sentences, the one that governs first'),
  })
  .meta({ id: 'Decision' });
export type Decision = z.infer<typeof Decision>;
