import { describe, expect, it } from 'vitest';
import type { BrokerConnection, WireRequest } from '../../src/stream/kafkajs-internals.ts';
import { askMetadata, tellsTopicIds } from '../../src/stream/topic-metadata.ts';

/** A broker that says `answer`, and the bytes it was asked. */
function broker(answer: Buffer): { connection: BrokerConnection; asked: () => Buffer } {
  let asked: Buffer = Buffer.alloc(0);
  const connectionPool = {
    async send<T>({ request, response }: WireRequest<T>): Promise<T> {
      expect(request).toMatchObject({ apiKey: 3, apiVersion: 12 });
      asked = (await request.encode()).buffer;
      return response.parse(await response.decode(answer));
    },
  };
  const unused = async () => {
    throw new Error('not asked for');
  };
  return {
    connection: { versions: {}, connectionPool, createTopics: unused, listOffsets: unused },
    asked: () => asked,
  };
}

const hex = (...parts: string[]) => Buffer.from(parts.join('').replaceAll(' ', ''), 'hex');
const text = (value: string) =>
  Buffer.concat([Buffer.from([value.length + 1]), Buffer.from(value)]).toString('hex');

const answer = hex(
  '00', // tags of the header
  '00000007', // throttle
  '03', // two brokers, the second with a rack and a tagged field
  `00000001 ${text('b1')} 00002384 00 00`,
  `00000002 ${text('b2')} 00002384 ${text('r')} 01 05 02 abcd`,
  text('cluster'),
  '00000002', // controller
  '03', // two topics
  `0000 ${text('t')} 000102030405060708090a0b0c0d0e0f 00`,
  '04', // three partitions: led, without a leader, with an error
  '0000 00000000 00000001 00000005 02 00000001 02 00000001 01 00',
  '0000 00000001 ffffffff 00000005 01 01 01 00',
  '0005 00000002 00000001 00000005 01 01 01 00',
  '80000000 01 00 00', // rights, one empty tagged field
  `0003 ${text('no')} 00000000000000000000000000000000 00 01 80000000 00`,
  '00',
);

describe('asking for topics', () => {
  it('reads brokers, topics, ids and leaders, and passes over what it does not know', async () => {
    const { connection } = broker(answer);
    expect(await askMetadata(connection, ['t', 'no'])).toEqual({
      clientSideThrottleTime: 7,
      brokers: [1, 2],
      controller: 2,
      topics: [
        {
          name: 't',
          id: '000102030405060708090a0b0c0d0e0f',
          errorCode: 0,
          partitions: [
            { partition: 0, leader: 1 },
            { partition: 1, leader: null },
            { partition: 2, leader: null },
          ],
        },
        { name: 'no', id: '0'.repeat(32), errorCode: 3, partitions: [] },
      ],
    });
  });

  it('asks by name, without having topics made', async () => {
    const { connection, asked } = broker(answer);
    await askMetadata(connection, ['t']);
    expect(asked()).toEqual(hex('00 02', '00'.repeat(16), text('t'), '00', '00 00', '00'));
    await askMetadata(connection, []);
    expect(asked()).toEqual(hex('00 01', '00 00', '00'));
    const long = 'x'.repeat(249);
    await askMetadata(connection, [long]);
    expect(asked().subarray(18, 20)).toEqual(hex('fa 01'));
  });

  it('fails on an answer that is cut short', async () => {
    const { connection } = broker(answer.subarray(0, answer.length - 20));
    await expect(askMetadata(connection, ['t'])).rejects.toThrow('less than it announced');
  });

  it('knows which brokers tell ids', () => {
    const { connection } = broker(answer);
    const versions = (maxVersion: number) => ({
      ...connection,
      versions: { 3: { minVersion: 0, maxVersion } },
    });
    expect([tellsTopicIds(versions(13)), tellsTopicIds(versions(12)), tellsTopicIds(versions(11))]).toEqual([
      true,
      true,
      false,
    ]);
    expect(tellsTopicIds(connection)).toBe(false);
  });
});
