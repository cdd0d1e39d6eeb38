import { EventEmitter } from 'node:events';
import { toWire } from './parameters.ts';
import type { PostgresClient, PostgresPool, PostgresQueryResult } from './postgres.port.ts';
import type { Owner, Session } from './session.ts';

/** Comments first: BullMQ's statements begin with them. */
const LISTEN = /^(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/)*(UN)?LISTEN\s+(?:"((?:[^"]|"")+)"|([\w$]+)|\*)\s*;?\s*$/i;

/** Who hears which channel, since all clients share PGlite's one session. */
export class Listeners {
  readonly #clients = new Set<EmbeddedClient>();

  add(client: EmbeddedClient): void {
    this.#clients.add(client);
  }

  remove(client: EmbeddedClient): void {
    this.#clients.delete(client);
  }

  hears(channel: string): boolean {
    return [...this.#clients].some((client) => client.channels.has(channel));
  }

  notify(channel: string, payload: string): void {
    for (const client of [...this.#clients]) {
      if (client.channels.has(channel)) client.emit('notification', { channel, payload });
    }
  }
}

/** A `pg.Pool` to whoever uses it: its clients take turns on the one session. */
export class EmbeddedPool extends EventEmitter implements PostgresPool {
  /** BullMQ reads this; without a network a connection cannot be lost unseen. */
  readonly options = { keepAlive: true };
  readonly #session: Session;
  readonly #listeners: Listeners;
  readonly #searchPath: string;
  readonly #end: () => Promise<void>;

  constructor(session: Session, listeners: Listeners, searchPath: string, end: () => Promise<void>) {
    super();
    // BullMQ adds one for every queue and worker.
    this.setMaxListeners(0);
    this.#session = session;
    this.#listeners = listeners;
    this.#searchPath = searchPath;
    this.#end = end;
  }

  query<Row>(text: string, params?: readonly unknown[]): Promise<PostgresQueryResult<Row>> {
    const owner: Owner = { searchPath: this.#searchPath, oneStatement: true };
    return this.#session.query<Row>(owner, text, params?.map(toWire));
  }

  async connect(): Promise<PostgresClient> {
    return new EmbeddedClient(this.#session, this.#listeners, this.#searchPath);
  }

  end(): Promise<void> {
    return this.#end();
  }
}

class EmbeddedClient extends EventEmitter implements PostgresClient, Owner {
  readonly oneStatement = false;
  readonly channels = new Set<string>();
  readonly searchPath: string;
  readonly #session: Session;
  readonly #listeners: Listeners;
  #released = false;

  constructor(session: Session, listeners: Listeners, searchPath: string) {
    super();
    this.#session = session;
    this.#listeners = listeners;
    this.searchPath = searchPath;
  }

  async query<Row>(text: string, params?: readonly unknown[]): Promise<PostgresQueryResult<Row>> {
    if (this.#released) throw new Error('The client was released');
    const match = LISTEN.exec(text);
    if (match === null) return this.#session.query<Row>(this, text, params?.map(toWire));
    const channel = match[2]?.replaceAll('""', '"') ?? match[3]?.toLowerCase();
    if (match[1] === undefined && channel !== undefined) await this.#listen(channel);
    else await this.#unlisten(channel === undefined ? [...this.channels] : [channel]);
    return { rows: [], rowCount: null, command: match[1] === undefined ? 'LISTEN' : 'UNLISTEN' };
  }

  /** What it left open is rolled back before anybody else's next statement. */
  release(): void {
    if (this.#released) return;
    this.#released = true;
    // Once the engine is closed there is nothing left to roll back or to hear.
    this.#session.abandon(this).catch(() => undefined);
    this.#unlisten([...this.channels]).catch(() => undefined);
  }

  async #listen(channel: string): Promise<void> {
    await this.#session.query(this, `LISTEN ${quoted(channel)}`, undefined);
    this.channels.add(channel);
    this.#listeners.add(this);
  }

  async #unlisten(channels: readonly string[]): Promise<void> {
    for (const channel of channels) this.channels.delete(channel);
    if (this.channels.size === 0) this.#listeners.remove(this);
    for (const channel of channels) {
      if (this.#listeners.hears(channel)) continue;
      await this.#session.query(this, `UNLISTEN ${quoted(channel)}`, undefined);
    }
  }
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
