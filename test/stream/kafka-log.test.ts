import { type LogEntry, logLevel } from 'kafkajs';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { KafkaLog } from '../../src/stream/kafka-log.ts';

function log() {
  const lines: Record<string, unknown>[] = [];
  const clock = { now: 0 };
  const logger = pino(
    { level: 'trace', base: null },
    { write: (line: string) => void lines.push(JSON.parse(line)) },
  );
  let over = false;
  const write = new KafkaLog(logger, () => clock.now).creator(() => over)(logLevel.INFO);
  const say = (level: logLevel, message: string, rest: object = {}) =>
    write({
      namespace: 'Connection',
      level,
      label: 'x',
      log: { timestamp: 'now', message, ...rest } as unknown as LogEntry['log'],
    });
  return { lines, clock, say, close: () => (over = true) };
}

describe('the lines of kafkajs', () => {
  it('come one level lower, with what they are about', () => {
    const { lines, say } = log();
    say(logLevel.ERROR, 'Connection error', { broker: 'b:1', error: new Error('reset'), retryCount: 2 });
    say(logLevel.WARN, 'rebalancing', { groupId: 'g' });
    say(logLevel.INFO, 'joined');
    expect(lines.map(({ time, ...line }) => line)).toEqual([
      {
        level: 40,
        broker: 'b:1',
        error: 'reset',
        retryCount: 2,
        msg: 'kafkajs Connection: Connection error',
      },
      { level: 30, groupId: 'g', msg: 'kafkajs Connection: rebalancing' },
      { level: 20, msg: 'kafkajs Connection: joined' },
    ]);
  });

  it('leave out requests, answers and settings', () => {
    const { lines, say } = log();
    say(logLevel.ERROR, 'Response', {
      data: { authBytes: 'a secret' },
      payload: 'a secret',
      sasl: { password: 'a secret' },
      stack: 'a secret',
      error: { password: 'a secret' },
    });
    expect(JSON.stringify(lines)).not.toContain('secret');
    expect(lines).toHaveLength(1);
  });

  it('are written once in ten seconds where they say the same, and counted', () => {
    const { lines, clock, say } = log();
    const again = () => say(logLevel.ERROR, 'Connection error', { error: 'refused', retryCount: clock.now });
    for (clock.now = 0; clock.now < 10_000; clock.now += 500) again();
    say(logLevel.ERROR, 'Connection error', { error: 'reset' });
    clock.now = 10_000;
    again();
    expect(lines.map(({ error, leftOut }) => [error, leftOut])).toEqual([
      ['refused', undefined],
      ['reset', undefined],
      ['refused', 19],
    ]);
  });

  it('are none once the client has been closed', () => {
    const { lines, say, close } = log();
    close();
    say(logLevel.ERROR, 'this client has been closed');
    expect(lines).toEqual([]);
  });
});
