import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openKafka, type Stream } from '../../src/stream/index.ts';
import { failure, message } from '../contract/stream/suite.ts';

/** Takes connections and whatever is sent over them, and never says anything. */
class MuteBroker {
  readonly connections: Socket[] = [];
  readonly #server = createServer((socket) => {
    this.connections.push(socket);
    socket.on('error', () => undefined);
    socket.resume();
  });

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Until every connection that was made is over. */
  async allClosed(): Promise<void> {
    await Promise.all(
      this.connections.map(async (socket) => (socket.closed ? undefined : await once(socket, 'close'))),
    );
  }

  close(): void {
    for (const socket of this.connections) socket.destroy();
    this.#server.close();
  }
}

const limits = { sendTimeoutMs: 600, requestTimeoutMs: 600 };
const options = { clientId: 'test', sasl: null, tls: null, logger: pino({ level: 'silent' }) };

describe('a broker that never answers', () => {
  let broker: MuteBroker;
  let stream: Stream;

  beforeEach(async () => {
    broker = new MuteBroker();
    stream = await openKafka({ ...options, ...limits, brokers: [await broker.listen()] });
  });
  afterEach(() => broker.close());

  it.each([
    ['a send', () => stream.send('t', [message('x')])],
    ['a request', () => stream.ping()],
    ['a list of topics', () => stream.topics(['t'])],
  ])('fails %s as unavailable, after a second connection, and leaves none behind', async (_, work) => {
    const error = await failure(work());
    expect(error).toMatchObject({ code: 'unavailable' });
    expect(error.retryAfterSeconds).toBeGreaterThan(0);
    expect(broker.connections.length).toBeGreaterThanOrEqual(2);
    await broker.allClosed();
    await stream.close();
  });

  it('does not keep the stream from closing', async () => {
    const sending = failure(stream.send('t', [message('x')]));
    const asking = failure(stream.ping());
    await stream.close();
    expect([await sending, await asking]).toMatchObject([{ code: 'unavailable' }, { code: 'unavailable' }]);
    await broker.allClosed();
  });
});

describe('opening', () => {
  it('does not wait for a broker', async () => {
    const stream = await openKafka({ ...options, ...limits, brokers: ['127.0.0.1:1'] });
    expect(await failure(stream.ping())).toMatchObject({ code: 'unavailable' });
    await stream.close();
  });

  it('refuses to go without the name of one', async () => {
    expect(await failure(openKafka({ ...options, brokers: [] }))).toMatchObject({ code: 'start-refused' });
  });
});
