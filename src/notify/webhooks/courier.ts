import type { Logger } from 'pino';
import type { Decision, DecisionLog } from '../../decide/index.ts';
import type { Postgres } from '../../stores/postgres/index.ts';
import { Deliveries, type NextDelivery, type TimedAttempt } from './deliveries.ts';
import { HeartbeatRound } from './heartbeat-round.ts';
import { retryDelayMs } from './retry-schedule.ts';
import type { Sender } from './sender.ts';
import { decisionMessage } from './webhook-event.ts';
import { type StoredWebhook, WebhookStore } from './webhook-store.ts';

export interface CourierOptions {
  readonly log: Pick<DecisionLog, 'current'>;
  readonly postgres: Postgres;
  readonly sender: Pick<Sender, 'send'>;
  readonly clock: () => Date;
  readonly logger: Logger;
  /** Told of every attempt. */
  readonly attempted?: (attempt: TimedAttempt, decision: Decision) => void;
}

/** Delivers what waits for an endpoint, one after the other, until nothing is left or the endpoint fails; then that it holds. */
export class Courier {
  readonly #options: CourierOptions;
  readonly #webhooks: WebhookStore;
  readonly #deliveries: Deliveries;
  readonly #heartbeats: HeartbeatRound;
  #stopped = false;

  constructor(options: CourierOptions) {
    this.#options = options;
    this.#webhooks = new WebhookStore(options.postgres);
    this.#deliveries = new Deliveries(options.postgres);
    this.#heartbeats = new HeartbeatRound(options);
  }

  /** For one endpoint never two at once. */
  async deliver(id: string): Promise<void> {
    const { log, clock } = this.#options;
    while (!this.#stopped) {
      const webhook = await this.#webhooks.find(id);
      if (webhook === null || !webhook.view.enabled) return;
      if (webhook.retryAt !== null && webhook.retryAt > clock()) return;
      const next = await this.#deliveries.next(id);
      if (next === null) {
        await this.#deliveries.forget(id);
        await this.#heartbeats.tell(webhook);
        return;
      }
      const decision = await log.current(next.environment, next.flag, next.treatment);
      if (decision === null || decision.sequence > next.sequence)
        await this.#deliveries.supersede(next.id, clock());
      else await this.#attempt(webhook, next, decision);
    }
  }

  /** Lets attempts under way end, and begins no other. */
  stop(): void {
    this.#stopped = true;
  }

  async #attempt(webhook: StoredWebhook, next: NextDelivery, decision: Decision): Promise<void> {
    const { postgres, sender, attempted, logger } = this.#options;
    // As it is now, and not as it was decided: its figures and how long it is valid are newer.
    const attempt = await sender.send(webhook, decisionMessage(decision));
    attempted?.(attempt, decision);
    const { id } = webhook.view;
    const { outcome, error } = attempt;
    if (outcome !== 'delivered')
      logger[next.breachWaits ? 'error' : 'warn'](
        {
          ...{ webhook: id, delivery: next.id, decision: decision.id, error },
          ...{ status: attempt.response?.status, failures: webhook.failures + 1 },
        },
        'a webhook was not delivered; it is tried again',
      );
    await postgres.transaction(async (transaction) => {
      const store = new WebhookStore(transaction);
      const deliveries = new Deliveries(transaction);
      await deliveries.record(next.id, attempt);
      if (outcome === 'delivered') return store.succeeded(id);
      // As they are by now: a breach that has come meanwhile has begun the schedule anew.
      const [now, waiting] = [await store.lock(id), await deliveries.next(id)];
      if (now !== null) await store.failed(id, attempt.endedAt, retryAt(now, waiting, attempt), error ?? '');
    });
  }
}

/** Null: at once. */
function retryAt(
  { failures, failingSince }: StoredWebhook,
  waiting: NextDelivery | null,
  { outcome, endedAt, retryAfterMs }: TimedAttempt,
): Date | null {
  // What an endpoint refuses keeps nothing else from it.
  if (outcome === 'refused' && waiting?.refused !== true) return null;
  const delayMs = retryDelayMs({
    failures: failures + 1,
    failingForMs: endedAt.getTime() - (failingSince ?? endedAt).getTime(),
    breachWaits: waiting?.breachWaits ?? false,
    retryAfterMs,
  });
  return new Date(endedAt.getTime() + delayMs);
}
