import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ISocketFactory } from 'kafkajs';

const KEEP_ALIVE_MS = 60_000;

/**
 * The connections of one kafkajs client, to be cut where its own `disconnect` would wait for ever: it waits for the
 * answers to what was asked, and no longer counts the time once it waits.
 */
export class KafkaSockets {
  readonly #open = new Set<Socket>();
  #cut = false;

  readonly factory: ISocketFactory = ({ host, port, ssl, onConnect }) => {
    if (this.#cut) throw new Error('this client has been closed');
    // The type says otherwise, but kafkajs passes on whatever it was given.
    const tls = ssl as typeof ssl | undefined;
    const socket = tls
      ? connectTls({ host, port, ...(isIP(host) === 0 ? { servername: host } : {}), ...tls }, onConnect)
      : connect({ host, port }, onConnect);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    socket.setNoDelay(true);
    this.#open.add(socket);
    socket.once('close', () => this.#open.delete(socket));
    return socket;
  };

  get isCut(): boolean {
    return this.#cut;
  }

  /** Destroys them all and refuses new ones, so that the client fails in whatever it still tries. */
  cut(): void {
    this.#cut = true;
    // With an error: kafkajs listens to `error` and `end`, not to `close`.
    for (const socket of this.#open) socket.destroy(new Error('this client has been closed'));
  }
}
