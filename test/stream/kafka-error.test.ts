import { KafkaJSConnectionError, KafkaJSNumberOfRetriesExceeded, KafkaJSProtocolError } from 'kafkajs';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/errors.ts';
import { toAppError } from '../../src/stream/kafka-error.ts';

function protocolError(type: string, retriable: boolean): Error {
  return new KafkaJSProtocolError(Object.assign(new Error(type), { type, code: 1, retriable }));
}

// Of a class whose type leaves out what its constructor takes.
function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name, retriable: false });
}

describe('failures of kafkajs', () => {
  it.each([
    ['a refused connection', new KafkaJSConnectionError('connect ECONNREFUSED', { code: 'ECONNREFUSED' })],
    ['a leader that moves', protocolError('NOT_LEADER_FOR_PARTITION', true)],
    ['too few replicas', protocolError('NOT_ENOUGH_REPLICAS', true)],
    [
      'one that was tried again in vain',
      new KafkaJSNumberOfRetriesExceeded(new KafkaJSConnectionError('Closed connection'), {
        retryCount: 5,
        retryTime: 1,
      }),
    ],
  ])('%s: is unavailable, and when to try again', (_, error) => {
    const { code, retryAfterSeconds, cause } = toAppError(error);
    expect({ code, cause }).toEqual({ code: 'unavailable', cause: error });
    expect(retryAfterSeconds).toBeGreaterThan(0);
  });

  it.each([
    ['no such topic', protocolError('UNKNOWN_TOPIC_OR_PARTITION', true), 'no such topic'],
    ['not allowed', protocolError('TOPIC_AUTHORIZATION_FAILED', false), 'access list'],
    ['too large', protocolError('MESSAGE_TOO_LARGE', false), 'larger'],
    ['a login', named('KafkaJSSASLAuthenticationError', 'Authentication failed'), 'password'],
    [
      'a certificate',
      new KafkaJSConnectionError('self-signed', { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }),
      'certificate',
    ],
    ['a wrapped one', new Error('x', { cause: protocolError('POLICY_VIOLATION', false) }), 'policy'],
    [
      'one of several of a request',
      Object.assign(new Error('Topic creation errors'), {
        errors: [protocolError('INVALID_TOPIC_EXCEPTION', false)],
      }),
      'name',
    ],
    ['anything else', new RangeError('a snappy block ends outside of its stream'), 'in the cause'],
  ])('%s: is a failure that lasts, and says why', (_, error, words) => {
    const { code, message, cause } = toAppError(error);
    expect({ code, cause }).toEqual({ code: 'store-failed', cause: error });
    expect(message.toLowerCase()).toContain(words);
  });

  it('are left as they are when they are ours', () => {
    const error = new AppError('internal', 'Ours.');
    expect(toAppError(error)).toBe(error);
  });
});
