import { randomBytes as randomBytesOf } from 'node:crypto';
import {
  type Actor,
  type AuditLog,
  type Page,
  type PageQuery,
  positionOf,
  toPage,
} from '../../access/index.ts';
import {
  Changes,
  invalid,
  type Precondition,
  parseDocument,
  parsePatched,
  requireCurrent,
} from '../../catalogue/index.ts';
import type { DecisionLog } from '../../decide/index.ts';
import { AppError } from '../../errors.ts';
import type { Postgres } from '../../stores/postgres/index.ts';
import { Deliveries } from './deliveries.ts';
import type { PermittedAddresses } from './permitted-addresses.ts';
import { newSecret, readSecretFile, rotate } from './secrets.ts';
import type { Sender } from './sender.ts';
import {
  WebhookDefinition,
  type WebhookDelivery,
  type WebhookView,
  type WebhookWithSecret,
} from './webhook.ts';
import { testMessage } from './webhook-event.ts';
import { MOST_WEBHOOKS, type StoredWebhook, WebhookStore } from './webhook-store.ts';

export interface WebhooksOptions {
  readonly postgres: Postgres;
  readonly audit: AuditLog;
  readonly log: Pick<DecisionLog, 'current'>;
  readonly permitted: PermittedAddresses;
  readonly sender: Pick<Sender, 'send'>;
  readonly secretsDirectory: string | null;
  readonly clock: () => Date;
  /** Told that there is something to deliver. */
  readonly look: () => void;
  readonly randomBytes?: (count: number) => Uint8Array;
}

/** Who changes something, and why. */
export interface WebhookChange {
  readonly actor: Actor;
  readonly why: string | null;
}

const LIST = 'webhooks';
const DELIVERIES = 'webhook-deliveries';

/** The endpoints that are told of decisions, as people make and change them. */
export class Webhooks {
  readonly #options: WebhooksOptions;
  readonly #store: WebhookStore;
  readonly #deliveries: Deliveries;
  readonly #changes: Changes;
  readonly #randomBytes: (count: number) => Uint8Array;

  constructor(options: WebhooksOptions) {
    this.#options = options;
    this.#store = new WebhookStore(options.postgres);
    this.#deliveries = new Deliveries(options.postgres);
    this.#changes = new Changes(options);
    this.#randomBytes = options.randomBytes ?? randomBytesOf;
  }

  /** It is told of what is decided from now on. @throws AppError `unprocessable`, `conflict`. */
  async create(change: WebhookChange, document: unknown): Promise<WebhookWithSecret> {
    const definition = await this.#checked(parseDocument(WebhookDefinition, document));
    const id = this.#newId('whk');
    const secret = definition.secretFile === null ? newSecret(this.#randomBytes) : null;
    const view = await this.#changes.make(change, async ({ transaction, now, record }) => {
      const store = new WebhookStore(transaction);
      const secrets = secret === null ? [] : [{ secret, until: null }];
      if (!(await store.insert(id, definition, secrets, now)))
        throw new AppError('conflict', `There are ${MOST_WEBHOOKS} webhooks already; delete one first.`);
      const after = found(await store.find(id), id).view;
      await record({ action: 'create', resource: resourceOf(id), before: null, after });
      return after;
    });
    return { ...view, secret };
  }

  /** @throws AppError `not-found`. */
  async read(id: string): Promise<WebhookView> {
    return found(await this.#store.find(id), id).view;
  }

  async list(query: PageQuery): Promise<Page<WebhookView>> {
    const rows = await this.#store.list(positionOf(LIST, query), query.limit + 1);
    return toPage(LIST, query, rows, ({ id }) => id);
  }

  /** Applies a merge patch. @throws AppError `not-found`, `precondition-failed`, `unprocessable`. */
  async patch(
    change: WebhookChange,
    id: string,
    precondition: Precondition,
    patch: unknown,
  ): Promise<WebhookView> {
    const view = await this.#update(change, id, 'update', async (before, now, store) => {
      requireCurrent(precondition, before.view.revision, resourceOf(id));
      const old = definitionOf(before.view);
      const definition = await this.#checked(parsePatched(WebhookDefinition, old, patch));
      if (definition.secretFile !== old.secretFile)
        throw invalid([{ pointer: '/secretFile', detail: 'never changes; make another webhook' }]);
      await store.update(id, definition, before.secrets, now);
    });
    this.#options.look();
    return view;
  }

  /** Gives it another secret; the ones before it sign for so long still. @throws AppError `not-found`, `conflict`. */
  async rotateSecret(change: WebhookChange, id: string, overlapSeconds: number): Promise<WebhookWithSecret> {
    const secret = newSecret(this.#randomBytes);
    const view = await this.#update(change, id, 'rotateSecret', async ({ view, secrets }, now, store) => {
      if (view.secretFile !== null)
        throw new AppError('conflict', `Its secrets are in the file ${view.secretFile}; change that.`);
      const until = new Date(now.getTime() + overlapSeconds * 1000);
      await store.update(id, definitionOf(view), rotate(secrets, secret, until), now);
    });
    return { ...view, secret };
  }

  /** With everything that waits for it. @throws AppError `not-found`. */
  async delete(change: WebhookChange, id: string): Promise<void> {
    await this.#changes.make(change, async ({ transaction, record }) => {
      const store = new WebhookStore(transaction);
      const before = found(await store.lock(id), id).view;
      await store.delete(id);
      await record({ action: 'delete', resource: resourceOf(id), before, after: null });
      return null;
    });
  }

  /** Sends it a message that tells of nothing, once. @throws AppError `not-found`. */
  async test(id: string): Promise<WebhookDelivery> {
    const webhook = found(await this.#store.find(id), id);
    const message = testMessage(this.#newId('test'), id, this.#options.clock());
    const attempt = await this.#options.sender.send(webhook, message);
    return this.#deliveries.recordTest(id, message.id, attempt);
  }

  /** The newest first. @throws AppError `not-found`. */
  async deliveries(
    id: string,
    query: PageQuery & { readonly status?: WebhookDelivery['status'] | undefined },
  ): Promise<Page<WebhookDelivery>> {
    await this.read(id);
    const before = positionOf(DELIVERIES, query);
    const rows = await this.#deliveries.list(id, {
      ...{ before, status: query.status ?? null, limit: query.limit + 1 },
    });
    return toPage(DELIVERIES, query, rows, (delivery) => delivery.id);
  }

  /**
   * Tells it once more how the treatment of a delivery stands, which may be by a later decision than that was.
   * @throws AppError `not-found`, `conflict`.
   */
  async redeliver(change: WebhookChange, id: string, deliveryId: string): Promise<WebhookDelivery> {
    const { log, look } = this.#options;
    const { enabled } = await this.read(id);
    if (!enabled) throw new AppError('conflict', 'It is not enabled; PATCH it first.');
    const delivery = await this.#deliveries.find(id, deliveryId);
    if (delivery === null)
      throw new AppError('not-found', `There is no delivery "${deliveryId}"; those long over are forgotten.`);
    const { environment, flag, treatment } = delivery;
    if (environment === null || flag === null || treatment === null)
      throw new AppError('conflict', 'It was a test; POST …::test sends another.');
    const decision = await log.current(environment, flag, treatment);
    if (decision === null)
      throw new AppError('not-found', `Nothing is decided on ${environment}/${flag}/${treatment}.`);
    const again = await this.#changes.make(change, async ({ transaction, now, record }) => {
      const deliveries = new Deliveries(transaction);
      const [made] = await deliveries.add([{ webhook: id, decision }], now);
      const after = made === undefined ? null : await deliveries.find(id, made);
      if (after === null) throw new AppError('conflict', 'It was changed in this moment; try again.');
      await new WebhookStore(transaction).hurry([id]);
      const resource = `${resourceOf(id)}/deliveries/${after.id}`;
      await record({ action: 'redeliver', resource, before: null, after });
      return after;
    });
    look();
    return again;
  }

  #update(
    change: WebhookChange,
    id: string,
    action: string,
    work: (before: StoredWebhook, now: Date, store: WebhookStore) => Promise<void>,
  ): Promise<WebhookView> {
    return this.#changes.make(change, async ({ transaction, now, record }) => {
      const store = new WebhookStore(transaction);
      const before = found(await store.lock(id), id);
      await work(before, now, store);
      const after = found(await store.find(id), id).view;
      await record({ action, resource: resourceOf(id), before: before.view, after });
      return after;
    });
  }

  async #checked(definition: WebhookDefinition): Promise<WebhookDefinition> {
    const { permitted, secretsDirectory } = this.#options;
    const objection = permitted.objectionTo(definition.url);
    if (objection !== null) throw invalid([{ pointer: '/url', detail: objection }]);
    if (definition.secretFile !== null) await readSecretFile(secretsDirectory, definition.secretFile);
    return definition;
  }

  #newId(prefix: string): string {
    const random = Buffer.from(this.#randomBytes(12)).toString('base64url');
    return `${prefix}_${random.replaceAll(/[-_]/g, '0')}`;
  }
}

const resourceOf = (id: string): string => `webhooks/${id}`;

function found(webhook: StoredWebhook | null, id: string): StoredWebhook {
  if (webhook === null)
    throw new AppError(
      'not-found',
      `There is no webhook "${id}"; GET /api/v1/webhooks lists those there are.`,
    );
  return webhook;
}

function definitionOf(view: WebhookView): WebhookDefinition {
  const { url, description, environments, flags, verdicts, heartbeats, enabled, secretFile } = view;
  return { url, description, environments, flags, verdicts, heartbeats, enabled, secretFile };
}
