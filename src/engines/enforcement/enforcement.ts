import { z } from 'zod';

const instant = z.iso.datetime();

/** What an engine is told because of one decision, and how far that has come. */
export const Enforcement = z
  .object({
    id: z.string(),
    connection: z.string().describe('key of the engine connection'),
    environment: z.string(),
    flag: z.string(),
    treatment: z.string(),
    decision: z.string(),
    sequence: z.int().describe('of the decision'),
    action: z.enum(['turnOff', 'pause']),
    reach: z
      .enum(['pinToControl', 'wholeFlag'])
      .describe('pinToControl: other arms go on; wholeFlag: every arm ends'),
    dryRun: z.boolean().describe('nothing is sent; the detail says what would be'),
    status: z
      .enum(['waiting', 'acknowledged', 'escalated', 'confirmed', 'released', 'superseded', 'dryRun'])
      .describe(
        'waiting: not done yet; acknowledged: the engine says so; confirmed: the impressions show it, and it is looked at for as long as the decision stands; escalated: not confirmed in time, or served again too often; still tried or looked at; released: the decision no longer stops it; superseded: a later decision asks for more',
      ),
    detail: z.string().describe('one sentence: what is known now'),
    attempts: z.int(),
    reopened: z.int().describe('how often the treatment was served again after it had been confirmed'),
    times: z
      .object({
        decidedAt: instant.describe('the verdict'),
        takenAt: instant.describe('the decision was met here'),
        sentAt: instant.nullable().describe('first told to the engine'),
        acknowledgedAt: instant.nullable().describe('the engine, read back, says that it is done'),
        lastTreatmentAt: instant.nullable().describe('last impression of the treatment since the verdict'),
        confirmedAt: instant.nullable(),
        escalatedAt: instant.nullable(),
        reopenedAt: instant.nullable().describe('when that was found last'),
      })
      .describe('verdict → sent → acknowledged → last impression of the treatment'),
  })
  .meta({
    id: 'Enforcement',
    example: {
      id: 'enf_0b8f4b58-3c52-4c0e-9d1f-6a2d1a0c7e11',
      connection: 'unleash-production',
      environment: 'production',
      flag: 'checkout-v2',
      treatment: 'treatment',
      decision: 'dec_7Qm2',
      sequence: 4182,
      action: 'turnOff',
      reach: 'wholeFlag',
      dryRun: false,
      status: 'confirmed',
      detail: 'No impression of "treatment" since 2026-03-02T09:30:05.310Z, while others came.',
      attempts: 1,
      reopened: 0,
      times: {
        decidedAt: '2026-03-02T09:30:00.000Z',
        takenAt: '2026-03-02T09:30:00.020Z',
        sentAt: '2026-03-02T09:30:00.025Z',
        acknowledgedAt: '2026-03-02T09:30:00.180Z',
        lastTreatmentAt: '2026-03-02T09:30:05.310Z',
        confirmedAt: '2026-03-02T09:30:20.900Z',
        escalatedAt: null,
        reopenedAt: null,
      },
    },
  });
export type Enforcement = z.infer<typeof Enforcement>;
