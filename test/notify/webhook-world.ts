import { pino } from 'pino';
import { AuditLog, systemActor } from '../../src/access/index.ts';
import { DecisionFeed, DecisionLog } from '../../src/decide/index.ts';
import { Courier, Outbox, PermittedAddresses, Sender, Webhooks } from '../../src/notify/index.ts';
import type { WebhookWithSecret } from '../../src/notify/webhooks/index.ts';
import type { Postgres } from '../../src/stores/postgres/index.ts';
import { openTestStore, TestClock, type TestStore } from '../access/fixture.ts';

export const change = { actor: systemActor('test'), why: null };

/** Everything that delivers, on a store of its own and a clock that stands; what is due is done when the test says so. */
export class WebhookWorld {
  readonly clock = new TestClock('2026-03-01T10:00:00.000Z');
  readonly logged: string[] = [];
  readonly logger = pino({ level: 'trace' }, { write: (line: string) => void this.logged.push(line) });
  readonly store: TestStore;
  readonly log: DecisionLog;
  feed: DecisionFeed;
  readonly permitted = new PermittedAddresses({ allowHttp: true, networks: ['127.0.0.1/32'] });
  readonly sender: Sender;
  readonly webhooks: Webhooks;
  looks = 0;

  private constructor(store: TestStore, secretsDirectory: string | null, timeoutMs: number) {
    this.store = store;
    const { postgres } = store;
    this.log = new DecisionLog(postgres);
    this.feed = new DecisionFeed(this.log, () => undefined);
    const clock = this.clock.now;
    this.sender = new Sender({ permitted: this.permitted, secretsDirectory, clock, timeoutMs });
    this.webhooks = new Webhooks({
      ...{ postgres, audit: new AuditLog(postgres), log: this.log, permitted: this.permitted },
      ...{ sender: this.sender, secretsDirectory, clock, look: () => this.#look() },
    });
  }

  #look(): void {
    this.looks += 1;
  }

  static async open({ secretsDirectory = null, timeoutMs = 5000 }: Partial<WorldOptions> = {}) {
    return new WebhookWorld(await openTestStore(), secretsDirectory, timeoutMs);
  }

  async clear(): Promise<void> {
    for (const table of [
      'webhooks',
      'notify_cursors',
      'decisions',
      'decision_sequences',
      'decision_heartbeats',
      'current_decisions',
    ])
      await this.store.postgres.query(`DELETE FROM ${table}`);
    this.feed = new DecisionFeed(this.log, () => undefined);
    this.logged.length = 0;
  }

  create(url: string, more: object = {}): Promise<WebhookWithSecret> {
    return this.webhooks.create(change, { url, ...more });
  }

  outbox(postgres: Postgres = this.store.postgres): Outbox {
    return new Outbox({ log: this.log, postgres, clock: this.clock.now });
  }

  courier(postgres: Postgres = this.store.postgres): Courier {
    const { log, sender, logger } = this;
    return new Courier({ log, postgres, sender, clock: this.clock.now, logger });
  }

  /** What one look of the dispatcher has done. */
  async pass(...webhooks: readonly { readonly id: string }[]): Promise<void> {
    await this.outbox().drain();
    for (const { id } of webhooks) await this.courier().deliver(id);
  }

  async statuses(webhook: { readonly id: string }): Promise<string[]> {
    const { items } = await this.webhooks.deliveries(webhook.id, { limit: 100 });
    return items.map(({ sequence, status }) => `${sequence} ${status}`).reverse();
  }
}

interface WorldOptions {
  readonly secretsDirectory: string | null;
  readonly timeoutMs: number;
}

/** A store whose transactions are rolled back at their very end, as if the process had died there. */
export function dyingAtCommit(postgres: Postgres): Postgres {
  return {
    pool: postgres.pool,
    query: (sql, params) => postgres.query(sql, params),
    transaction: (work) =>
      postgres.transaction(async (transaction) => {
        await work(transaction);
        throw new Error('killed');
      }),
    ping: () => postgres.ping(),
    close: () => postgres.close(),
  };
}
