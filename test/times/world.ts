import { Module } from '@nestjs/common';
import { AccessModule, AuditLog, Tokens } from '../../src/access/index.ts';
import { buildIdentity, type LiveAttribution } from '../../src/attribute/index.ts';
import { DecisionControls } from '../../src/decide/decision-controls.ts';
import { Decider, DecisionFeed, EvaluationMetrics } from '../../src/decide/index.ts';
import { createHttpApp } from '../../src/http/index.ts';
import { Courier, Outbox, PermittedAddresses, Sender, Webhooks } from '../../src/notify/index.ts';
import { TimesModule } from '../../src/times/index.ts';
import type { StopTimes } from '../../src/times/stop-times.ts';
import {
  attributionOf,
  epoch,
  momentsRow,
  planned,
  planOf,
  proportion,
  unitsRow,
} from '../analyse/fixtures.ts';
import { ACTOR, openForTest, START } from '../engines/opened.ts';
import { guardrail, POLICY } from '../ruling/rollout.ts';

@Module({})
class TestModule {}

const error = planned('guardrail', {
  ...{ key: 'error', type: 'proportion', direction: 'increaseIsBad', source: { event: 'error' } },
});

export const PLAN = planOf({
  ...{ flag: 'checkout', environment: 'production', metrics: [error] },
  epochs: [
    { ...epoch(1, { control: 1, treatment: 1 }), effectiveAt: new Date(Date.parse(START) - 3_600_000) },
  ],
  ...{ guardrails: [guardrail()], decisions: POLICY },
});

/** Decides, enforces, delivers and serves times, over one store and one clock that stands. */
export async function openTimes() {
  const opened = await openForTest();
  const { store, clock, log, registry } = opened;
  const { postgres } = store;
  const audit = new AuditLog(postgres);
  const feed = new DecisionFeed(log, () => undefined);
  let live: LiveAttribution | null = null;
  const metrics = new EvaluationMetrics(registry);
  const decider = new Decider({
    ...{ postgres, log, feed, audit, now: clock.now, engineVersion: '1' },
    stopped: (stop) => metrics.stopped(stop),
    catalogue: { plan: async () => PLAN, runningPlans: async () => [PLAN] },
    live: {
      read: async () => live,
      readMany: async function* () {
        if (live !== null) yield live;
      },
    },
  });
  const permitted = new PermittedAddresses({ allowHttp: true, networks: ['127.0.0.1/32'] });
  const sender = new Sender({ permitted, secretsDirectory: null, clock: clock.now });
  const webhooks = new Webhooks({
    ...{ postgres, audit, log, permitted, sender, secretsDirectory: null, clock: clock.now },
    look: () => undefined,
  });
  const tokens = new Tokens({ postgres, clock: clock.now });
  const app = await createHttpApp(
    {
      module: TestModule,
      imports: [AccessModule.forRoot({ tokens, audit }), TimesModule.forRoot({ postgres })],
    },
    { logger: opened.world.logger },
  );
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  const { token } = await tokens.mint(ACTOR, { name: 'reads', scopes: ['decisions:read'], expiresInDays: 1 });
  const get = async (path: string) => {
    const headers = { authorization: `Bearer ${token}` };
    const answer = await app.inject({ method: 'GET', url: `/api/v1/decisions/${path}`, headers });
    return { status: answer.statusCode, body: JSON.parse(answer.payload) };
  };
  return {
    opened,
    controls: new DecisionControls({ postgres, audit, decider }),
    /** Decides on these units and errors of treatment and control, received up to now. */
    async decide(treatment: readonly [number, number], control: readonly [number, number]) {
      live = {
        ...attributionOf({
          dataThrough: clock.now(),
          units: [unitsRow('treatment', treatment[0]), unitsRow('control', control[0])],
          moments: [
            momentsRow('error', 'treatment', proportion(treatment[1], treatment[0])),
            momentsRow('error', 'control', proportion(control[1], control[0])),
          ],
        }),
        ...{ experiment: PLAN.key, build: 1, identity: buildIdentity(PLAN) },
      };
      const [decision] = (await decider.evaluate(PLAN.key)).decisions;
      if (decision === undefined) throw new Error('nothing was decided');
      return decision;
    },
    webhook: (url: string) => webhooks.create({ actor: ACTOR, why: null }, { url }),
    async deliver(webhook: { readonly id: string }): Promise<void> {
      await new Outbox({ log, postgres, clock: clock.now }).drain();
      await new Courier({ log, postgres, sender, clock: clock.now, logger: opened.world.logger }).deliver(
        webhook.id,
      );
    },
    get,
    async times(query = ''): Promise<StopTimes> {
      const { status, body } = await get(`production/checkout/treatment/times${query}`);
      if (status !== 200) throw new Error(JSON.stringify(body));
      return body;
    },
    async close(): Promise<void> {
      await app.close();
      await opened.close();
    },
  };
}
