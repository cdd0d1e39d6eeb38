import type { Decision, DecisionLog } from '../../decide/index.ts';
import type { Postgres } from '../../stores/postgres/index.ts';
import { Cursors } from '../cursors/index.ts';
import { Deliveries, type NewDelivery } from './deliveries.ts';
import type { WebhookDefinition } from './webhook.ts';
import { WebhookStore } from './webhook-store.ts';

export interface OutboxOptions {
  readonly log: Pick<DecisionLog, 'since' | 'last'>;
  readonly postgres: Postgres;
  readonly clock: () => Date;
}

const READER = 'webhooks';
const PAGE_SIZE = 200;

/**
 * Makes deliveries of decisions, each decision once: the deliveries of a page and the cursor that is past it are
 * committed together, so that whoever dies, and however many do it at once, none is left out or made twice.
 */
export class Outbox {
  readonly #options: OutboxOptions;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Everything that is in the log. @throws AppError `conflict` where another process is at the same page. */
  async drain(): Promise<void> {
    const { log, postgres } = this.#options;
    const at = await new Cursors(postgres, READER).read();
    for (const [environment, last] of await log.last()) {
      let from = at.get(environment) ?? 0;
      while (from < last) {
        const decisions = await log.since(environment, from, PAGE_SIZE);
        const to = decisions.at(-1)?.sequence ?? last;
        await this.#take(environment, decisions, { from, to });
        from = to;
      }
    }
  }

  async #take(
    environment: string,
    decisions: readonly Decision[],
    { from, to }: { readonly from: number; readonly to: number },
  ): Promise<void> {
    const { postgres, clock } = this.#options;
    const webhooks = await new WebhookStore(postgres).enabled();
    const wanted: NewDelivery[] = decisions.flatMap((decision) =>
      webhooks
        .filter(({ definition }) => wants(definition, decision))
        .map(({ id: webhook }) => ({ webhook, decision })),
    );
    const breached = wanted.filter(({ decision }) => decision.verdict === 'breach');
    await postgres.transaction(async (transaction) => {
      // First, so that of two processes the second waits here and then finds that it is done.
      await new Cursors(transaction, READER).advance({ environment, from, to });
      await new Deliveries(transaction).add(wanted, clock());
      await new WebhookStore(transaction).hurry([...new Set(breached.map(({ webhook }) => webhook))]);
    });
  }
}

function wants({ environments, flags, verdicts }: WebhookDefinition, decision: Decision): boolean {
  return (
    (environments?.includes(decision.environment) ?? true) &&
    (flags?.includes(decision.flag) ?? true) &&
    (verdicts?.includes(decision.verdict) ?? true)
  );
}
