import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StopTimes } from '../../src/times/stop-times.ts';
import { RECORDED, type Recorded } from '../engines/conformance/contracts.ts';
import { FakeEngine } from '../engines/conformance/fake-engine.ts';
import { ACTOR, START } from '../engines/opened.ts';
import { Receiver } from '../notify/receiver.ts';
import { openTimes } from './world.ts';

const UNLEASH = RECORDED['Unleash'] as Recorded;
const at = (seconds: number) => new Date(Date.parse(START) + seconds * 1000);
const text = (seconds: number) => at(seconds).toISOString();

const ADA = { ...ACTOR, id: 'token:tok_1', name: 'Ada' };
const SUBJECT = { environment: 'production', flag: 'checkout', treatment: 'treatment' };

let world: Awaited<ReturnType<typeof openTimes>>;
let engine: FakeEngine | null = null;
let receiver: Receiver | null = null;
beforeEach(async () => {
  world = await openTimes();
});
afterEach(async () => {
  await world.close();
  await engine?.close();
  receiver?.close();
  [engine, receiver] = [null, null];
});

async function connect(changes: Record<string, unknown> = {}): Promise<void> {
  engine = new FakeEngine(UNLEASH.contract({}));
  world.opened.credential(UNLEASH.kind, UNLEASH.credential);
  await world.opened.connect(UNLEASH.connection(await engine.listen(), changes));
}

/** Sound until a minute after START, then harm, which is shown 30 s later. */
async function harm(): Promise<void> {
  await world.decide([5000, 50], [5000, 50]);
  world.opened.clock.advance(60_000);
  await world.decide([10_000, 100], [10_000, 100]);
  world.opened.clock.advance(30_000);
  const decision = await world.decide([11_000, 200], [11_000, 110]);
  expect(decision.verdict).toBe('breach');
}

describe('the times of a flag', () => {
  it('are null with a reason before anything was stopped, and of what nobody has heard of', async () => {
    await world.decide([5000, 50], [5000, 50]);
    const none = await world.times();
    expect(StopTimes.parse(none)).toEqual(none);
    expect(none).toMatchObject({ decision: null, sequence: null, told: [] });
    for (const moment of Object.values(none.times))
      expect(moment).toEqual({ at: null, reason: 'nothing was stopped' });
    expect(Object.values(none.seconds)).toEqual([null, null, null, null, null, null]);
    expect(none.summary).toBe('"treatment" of flag "checkout" was never stopped.');
    const { status, body } = await world.get('production/nothing/treatment/times');
    expect([status, body.decision]).toEqual([200, null]);
    const other = await world.get('production/checkout/treatment/times?decision=dec_none');
    expect(other.status).toBe(404);
    expect(other.body.detail).toMatch(/did not stop "treatment" of flag "checkout"/);
  });

  it('are complete of a breach that an engine was told of and a webhook has got', async () => {
    await connect();
    receiver = await Receiver.open();
    const webhook = await world.webhook(receiver.url);
    await harm();
    const stopped = await world.times();
    expect(stopped.times).toEqual({
      harmStart: { at: text(60), reason: null },
      event: { at: text(90), reason: null },
      verdict: { at: text(90), reason: null },
      sent: { at: null, reason: 'no engine and no webhook has taken it up' },
      acknowledged: { at: null, reason: 'no engine and no webhook has taken it up' },
      lastTreatment: {
        at: null,
        reason: 'no engine has taken it up, so its impressions are not followed',
      },
    });
    world.opened.clock.advance(250);
    await world.opened.look();
    world.opened.clock.advance(750);
    await world.deliver(webhook);
    expect(receiver.told.at(-1)).toMatch(/checkout breach/);
    expect((await world.times()).times).toMatchObject({
      sent: { at: text(90.25), reason: null },
      acknowledged: { at: text(90.25), reason: null },
      lastTreatment: { at: null, reason: 'the impressions have not shown yet that it stopped' },
    });

    world.opened.impressions = { last: at(95.5), heard: at(96), units: 12 };
    await world.opened.pass(5);
    expect((await world.times()).times.lastTreatment).toEqual({
      at: text(95.5),
      reason: 'the impressions have not shown yet that it stopped',
    });
    world.opened.impressions = { last: at(95.5), heard: at(110), units: 12 };
    await world.opened.pass(15);
    const done = await world.times();
    expect(StopTimes.parse(done)).toEqual(done);
    expect(done.times.lastTreatment).toEqual({ at: text(95.5), reason: null });
    expect(done.seconds).toEqual({
      ...{ harmStartToEvent: 30, eventToVerdict: 0, verdictToSent: 0.25, sentToAcknowledged: 0 },
      ...{ acknowledgedToLastTreatment: 5.25, harmStartToLastTreatment: 35.5 },
    });
    expect(done.told).toEqual([
      {
        ...{ kind: 'engine', name: 'unleash', sentAt: text(90.25), acknowledgedAt: text(90.25) },
        ...{ lastTreatmentAt: text(95.5), confirmedAt: text(111) },
      },
      {
        ...{ kind: 'webhook', name: webhook.id, sentAt: text(91), acknowledgedAt: text(91) },
        ...{ lastTreatmentAt: null, confirmedAt: null },
      },
    ]);
    expect(done.summary).toContain(`the treatment was last met at ${text(95.5)}, 5.25 s after that.`);
    const metrics = await world.opened.registry.metrics();
    expect(metrics).toContain('assay_stop_seconds_sum{stage="shown"} 30');
    expect(metrics).toContain('assay_stop_seconds_count{stage="decided"} 1');
    expect(metrics).toContain('assay_enforcement_seconds_sum{step="lastTreatment"} 5.5');
  });

  it('go on through later decisions that stop the same', async () => {
    receiver = await Receiver.open();
    receiver.answers = [500, 204];
    const webhook = await world.webhook(receiver.url);
    await harm();
    await world.deliver(webhook);
    const first = await world.times();
    expect(first.times).toMatchObject({
      sent: { at: text(90) },
      acknowledged: { at: null, reason: 'nobody has acknowledged it yet' },
    });
    world.opened.clock.advance(10_000);
    const said = { verdict: 'breach', guardrail: null, until: text(6000), why: 'to be sure' } as const;
    const again = await world.controls.override(ADA, SUBJECT, said);
    expect(again.sequence).toBeGreaterThan(first.sequence ?? 0);
    await world.deliver(webhook);
    expect(await world.times()).toMatchObject({
      decision: first.decision,
      times: { harmStart: { at: text(60) }, sent: { at: text(90) }, acknowledged: { at: text(100) } },
    });
  });

  it('are of the last stop; those of an earlier one can be asked for, and take nothing from the next', async () => {
    receiver = await Receiver.open();
    receiver.answers = [500, 204];
    const webhook = await world.webhook(receiver.url);
    await harm();
    await world.deliver(webhook);
    const first = await world.times();
    await world.controls.resume(ADA, SUBJECT, { why: 'fixed' });
    expect((await world.times()).decision).toBe(first.decision);
    world.opened.clock.advance(3_600_000);
    await world.decide([12_000, 210], [12_000, 120]);
    world.opened.clock.advance(60_000);
    expect((await world.decide([20_000, 700], [20_000, 200])).verdict).toBe('breach');
    await world.deliver(webhook);
    const second = await world.times();
    expect(second.sequence).toBeGreaterThan(first.sequence ?? 0);
    expect(second.times).toMatchObject({
      harmStart: { at: text(90 + 3600) },
      sent: { at: text(150 + 3600) },
      acknowledged: { at: text(150 + 3600) },
    });
    expect(await world.times(`?decision=${first.decision}`)).toMatchObject({
      decision: first.decision,
      times: {
        harmStart: { at: text(60) },
        sent: { at: text(90) },
        acknowledged: { at: null, reason: 'nobody has acknowledged it yet' },
      },
    });
  });

  it('have no beginning of harm where a person stopped it, nor an end where it is paused or nobody looks', async () => {
    await world.decide([5000, 50], [5000, 50]);
    const said = { verdict: 'breach', guardrail: null, until: text(600), why: 'by hand' } as const;
    await world.controls.override(ADA, SUBJECT, said);
    const { times } = await world.times();
    expect(times.harmStart).toEqual({ at: null, reason: 'a person stopped it' });
    expect(times.verdict.at).toBe(text(0));
    expect(times.lastTreatment.reason).toMatch(/no engine has taken it up/);
    const metrics = await world.opened.registry.metrics();
    expect(metrics).not.toContain('stage="shown"');
  });
});
