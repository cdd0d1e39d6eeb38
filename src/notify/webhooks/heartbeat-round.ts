import { Heartbeat } from '../../decide/index.ts';
import type { PostgresRunner } from '../../stores/postgres/index.ts';
import { loadSql } from '../../stores/sql-file.ts';
import type { Sender } from './sender.ts';
import { heartbeatMessage } from './webhook-event.ts';
import type { StoredWebhook } from './webhook-store.ts';

const sql = (name: string) => loadSql(new URL(`./${name}.sql`, import.meta.url));
const BEGIN = sql('begin-heartbeat');
const HEARTBEATS = sql('heartbeats-for-webhook');
const RECORD = sql('record-heartbeat');

/** A decision may come meanwhile, and waits for no longer than this. */
const TIMEOUT_MS = 2_000;

export interface HeartbeatRoundOptions {
  readonly postgres: PostgresRunner;
  readonly sender: Pick<Sender, 'send'>;
  readonly clock: () => Date;
}

/** Tells endpoints that the decisions hold of which they were told. What is not taken is not sent again: the next one comes. */
export class HeartbeatRound {
  readonly #options: HeartbeatRoundOptions;

  constructor(options: HeartbeatRoundOptions) {
    this.#options = options;
  }

  /** To be called while nothing is delivered to the endpoint: a heartbeat overtakes no decision. */
  async tell(webhook: StoredWebhook): Promise<void> {
    const { postgres, sender, clock } = this.#options;
    const { id, environments } = webhook.view;
    if ((await postgres.query(BEGIN, [id, clock()])).length === 0) return;
    for (const heartbeat of await this.#heartbeatsFor(id)) {
      if (environments !== null && !environments.includes(heartbeat.environment)) continue;
      const attempt = await sender.send(
        webhook,
        heartbeatMessage(heartbeat, webhook.view.revision),
        TIMEOUT_MS,
      );
      // Whoever did not take this one has nothing that could be worse for another environment.
      if (attempt.outcome !== 'delivered') return;
      await postgres.query(RECORD, [id, attempt.endedAt]);
    }
  }

  async #heartbeatsFor(webhook: string): Promise<Heartbeat[]> {
    const rows = await this.#options.postgres.query<{
      readonly environment: string;
      readonly sequence: string | number;
      readonly at: Date;
      readonly data_through: Date | null;
      readonly excepted: Readonly<Record<string, unknown>>;
    }>(HEARTBEATS, [webhook]);
    return rows.map(({ environment, sequence, at, data_through, excepted }) =>
      Heartbeat.parse({
        ...{ environment, sequence: Number(sequence), at: at.toISOString(), except: Object.keys(excepted) },
        dataThrough: data_through?.toISOString() ?? null,
      }),
    );
  }
}
