import { describe, expect, it } from 'vitest';
import { Reader } from './reader.ts';
import { failure, MECHANISMS, message, type StreamSettings, type Suite } from './suite.ts';

export function loginCases(suite: Suite): void {
  const { broker } = suite;

  /** Everything that takes a connection works with these settings. */
  async function works(brokers: string, settings: StreamSettings): Promise<void> {
    const topic = await suite.topic();
    const stream = await suite.open(settings, brokers);
    await stream.ping();
    expect(await stream.topics([topic])).toEqual(await suite.stream.topics([topic]));
    await stream.send(topic, [message('through')]);
    expect(await stream.ends(topic)).toEqual([{ partition: 0, first: 0, end: 1 }]);
    const reader = await Reader.start(stream, { group: suite.name(), topics: [topic] });
    await reader.until('the message', ({ seen }) => seen.length === 1);
    await reader.close();
    await stream.close();
  }

  describe.skipIf(broker === null)('a login', () => {
    const { saslBrokers: brokers, user } = broker ?? {
      saslBrokers: '',
      user: { username: '', password: '' },
    };

    it.each(MECHANISMS)('by %s lets in', async (mechanism) => {
      await works(brokers, { sasl: { mechanism, ...user } });
    });

    it.each(MECHANISMS)('by %s with a wrong password says so, and nobody the password', async (mechanism) => {
      const topic = await suite.topic();
      const lines: string[] = [];
      const password = 'not-the-right-password';
      const sasl = { mechanism, username: user.username, password };
      const stream = await suite.open({ sasl, log: (line) => lines.push(line) }, brokers);
      const errors = [
        await failure(stream.ping()),
        await failure(stream.send(topic, [message('x')])),
        await failure(Reader.start(stream, { group: suite.name(), topics: [topic] })),
      ];
      for (const error of errors) {
        expect(error).toMatchObject({ code: 'store-failed' });
        expect(error.message).toContain('password');
        lines.push(String(error.stack), JSON.stringify(error), String(error.cause));
      }
      expect(lines.length).toBeGreaterThan(errors.length * 3);
      const secrets = [password, Buffer.from(`\0${user.username}\0${password}`).toString('base64')];
      for (const secret of secrets) expect(lines.join('\n')).not.toContain(secret);
      await stream.close();
    });

    it('that is asked for and not given leaves the broker out of reach', async () => {
      const stream = await suite.open({ requestTimeoutMs: 3000 }, brokers);
      expect(await failure(stream.ping())).toMatchObject({ code: 'unavailable' });
    });
  });

  describe.skipIf(!broker?.tls)('TLS', () => {
    const { brokers, ca } = broker?.tls ?? { brokers: '', ca: '' };

    it('reaches a broker whose certificate is trusted', async () => {
      await works(brokers, { tls: { ca } });
    });

    it('refuses one whose certificate nobody vouches for, and says so', async () => {
      const stream = await suite.open({ tls: { ca: null } }, brokers);
      const error = await failure(stream.ping());
      expect(error).toMatchObject({ code: 'store-failed' });
      expect(error.message).toContain('certificate');
    });
  });
}
