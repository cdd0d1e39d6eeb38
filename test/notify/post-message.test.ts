import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PermittedAddresses } from '../../src/notify/webhooks/permitted-addresses.ts';
import { postMessage } from '../../src/notify/webhooks/post-message.ts';
import { Receiver } from './receiver.ts';

let receiver: Receiver;
beforeEach(async () => {
  receiver = await Receiver.open();
});
afterEach(() => receiver.close());

const send = (url: string, networks: readonly string[]) =>
  postMessage(url, {}, '{"data":{}}', {
    permitted: new PermittedAddresses({ allowHttp: true, networks }),
    timeoutMs: 5000,
    elapsed: () => performance.now(),
  });

describe('a message', () => {
  it.each(['127.0.0.1', 'localhost', '2130706433', '[::ffff:127.0.0.1]', '0x7f.1', '127.1'])(
    'never reaches this machine as %s',
    async (host) => {
      const attempt = await send(`http://${host}:${receiver.port}/hook`, []);
      expect(attempt).toMatchObject({ outcome: 'failed', response: null });
      expect(attempt.error).toMatch(/^Its address is not of the public internet/);
      expect(receiver.received).toEqual([]);
    },
  );

  it.each(['127.0.0.1', 'localhost', '2130706433', '[::ffff:127.0.0.1]'])(
    'reaches it as %s where its network is let through',
    async (host) => {
      const attempt = await send(`http://${host}:${receiver.port}/hook`, ['127.0.0.1/32']);
      expect(attempt).toMatchObject({ outcome: 'delivered', error: null });
      expect(receiver.received).toHaveLength(1);
    },
  );

  it('is not sent on to where an endpoint redirects to', async () => {
    const elsewhere = await Receiver.open();
    receiver.answers = [(response) => response.writeHead(302, { location: elsewhere.url }).end()];
    const attempt = await send(receiver.url, ['127.0.0.1/32']);
    expect(attempt).toMatchObject({ outcome: 'failed', response: { status: 302 } });
    expect(elsewhere.received).toEqual([]);
    elsewhere.close();
  });

  it('that nobody takes says why', async () => {
    const { url } = receiver;
    receiver.close();
    expect((await send(url, ['127.0.0.1/32'])).error).toMatch(/^connect ECONNREFUSED 127\.0\.0\.1/);
  });

  it.each([
    [200, 'delivered'],
    [202, 'delivered'],
    [304, 'failed'],
    [400, 'refused'],
    [401, 'refused'],
    [404, 'refused'],
    [410, 'refused'],
    [408, 'failed'],
    [425, 'failed'],
    [429, 'failed'],
    [500, 'failed'],
    [503, 'failed'],
  ] as const)('that is answered %d is %s', async (status, outcome) => {
    receiver.answers = [status];
    expect((await send(receiver.url, ['127.0.0.1/32'])).outcome).toBe(outcome);
  });
});
