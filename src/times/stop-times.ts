import { z } from 'zod';

const instant = z.iso.datetime();

const Moment = z.strictObject({
  at: instant.nullable(),
  reason: z.string().nullable().describe('why there is none, or why it may still change'),
});

const seconds = z.number().nullable();

/** Somebody who was told of a stop. */
export const Told = z
  .strictObject({
    kind: z.enum(['engine', 'webhook']),
    name: z.string().describe('key of the engine’s connection, or id of the webhook'),
    sentAt: instant.nullable().describe('first tried'),
    acknowledgedAt: instant
      .nullable()
      .describe('the engine, read back, says that it is done; the webhook’s answer was 2xx'),
    lastTreatmentAt: instant
      .nullable()
      .describe('last impression of the treatment since the verdict; of engines alone'),
    confirmedAt: instant.nullable().describe('the impressions show that it stopped; of engines alone'),
  })
  .meta({ id: 'ToldOfStop' });
export type Told = z.infer<typeof Told>;

/** When harm began, was seen, decided on, told, and over: of the time that a treatment was stopped. */
export const StopTimes = z
  .strictObject({
    environment: z.string(),
    flag: z.string(),
    treatment: z.string(),
    decision: z.string().nullable().describe('that stopped it; null: nothing was stopped'),
    sequence: z.int().nullable(),
    times: z.strictObject({
      harmStart: Moment.describe(
        'an estimate: the receipt time of the data of the look after which the evidence of harm rose the most, for the guardrail that shows the earliest; the beginning of the epoch where it rose from there on',
      ),
      event: Moment.describe('receipt of the last event that the decision contains'),
      verdict: Moment,
      sent: Moment.describe('somebody was first told'),
      acknowledged: Moment.describe('somebody has first acknowledged it'),
      lastTreatment: Moment.describe('last impression of the treatment since the verdict, by our clock'),
    }),
    seconds: z
      .strictObject({
        harmStartToEvent: seconds,
        eventToVerdict: seconds,
        verdictToSent: seconds,
        sentToAcknowledged: seconds,
        acknowledgedToLastTreatment: seconds.describe('below 0: it was met last before that'),
        harmStartToLastTreatment: seconds,
      })
      .describe('null where one of the two is not known'),
    told: z.array(Told).describe('engines (without those in dry run) and webhooks, at most 100'),
    summary: z.string().describe('all of it in a sentence'),
  })
  .meta({ id: 'StopTimes' });
export type StopTimes = z.infer<typeof StopTimes>;
export type Moment = z.infer<typeof Moment>;
