import { AppError } from '../errors.ts';

/** Retryable in kafkajs's eyes, but nothing that passes by itself. */
const LASTING = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'UNKNOWN_TOPIC_ID']);

/** What kafkajs calls not retryable and passes all the same. */
const PASSING_NAMES = new Set([
  'KafkaJSConnectionError',
  'KafkaJSConnectionClosedError',
  'KafkaJSRequestTimeoutError',
  'KafkaJSLockTimeout',
  'KafkaJSTimeout',
  'KafkaJSBrokerNotFound',
  'KafkaJSNoBrokerAvailableError',
  'KafkaJSMetadataNotLoaded',
  'KafkaJSTopicMetadataNotLoaded',
  'KafkaJSGroupCoordinatorNotFound',
]);

const SENTENCES: Readonly<Record<string, string>> = {
  UNKNOWN_TOPIC_OR_PARTITION: 'Kafka has no such topic or partition; create it, or correct its name.',
  INVALID_TOPIC_EXCEPTION: 'Kafka does not accept the name of the topic; correct it.',
  MESSAGE_TOO_LARGE:
    'A message is larger than the topic takes; send smaller ones, or raise its max.message.bytes.',
  RECORD_LIST_TOO_LARGE:
    'A message is larger than the topic takes; send smaller ones, or raise its max.message.bytes.',
  TOPIC_AUTHORIZATION_FAILED:
    'Kafka does not let this user use the topic; have its access list changed, or use another user.',
  GROUP_AUTHORIZATION_FAILED:
    'Kafka does not let this user use the consumer group; have its access list changed, or use another user.',
  CLUSTER_AUTHORIZATION_FAILED:
    'Kafka does not let this user do that; have its access list changed, or use another user.',
  POLICY_VIOLATION: 'A policy of the Kafka cluster forbids that; its own words are in the cause.',
  UNSUPPORTED_VERSION: 'This Kafka is too old; use 3.7 or later.',
};

interface Told {
  readonly name?: unknown;
  readonly type?: unknown;
  readonly code?: unknown;
  readonly retriable?: unknown;
}

/** Any failure of kafkajs as an AppError by the port's rules; an AppError passes through. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  for (const link of chainOf(error)) {
    const sentence = sentenceOf(link);
    if (sentence !== null) return new AppError('store-failed', sentence, { cause: error });
  }
  const passing = chainOf(error).find(passes);
  if (passing !== undefined) {
    const sentence =
      typeof passing.type === 'string'
        ? `Kafka cannot do that just now (${passing.type}); try again shortly.`
        : 'Kafka cannot be reached just now; check that it runs and that its port takes TLS or not as set, then try again.';
    return new AppError('unavailable', sentence, { cause: error, retryAfterSeconds: 2 });
  }
  return new AppError('store-failed', 'What was asked of Kafka failed; the reason is in the cause.', {
    cause: error,
  });
}

/** Whether an error has this type of Kafka's protocol, or wraps one that has. */
export function hasType(error: unknown, type: string): boolean {
  return chainOf(error).some((link) => link.type === type);
}

/** Whether the group goes on without this member until it joins again; kafkajs does that by itself. */
export function wantsRejoin(error: unknown): boolean {
  return (
    hasType(error, 'REBALANCE_IN_PROGRESS') ||
    hasType(error, 'NOT_COORDINATOR_FOR_GROUP') ||
    isKickedOut(error)
  );
}

/** Whether the group has given this member's partitions to others. */
export function isKickedOut(error: unknown): boolean {
  return (
    hasType(error, 'UNKNOWN_MEMBER_ID') ||
    hasType(error, 'ILLEGAL_GENERATION') ||
    hasType(error, 'FENCED_INSTANCE_ID')
  );
}

// kafkajs wraps an error in others, by `cause`, and several of one request by `errors`.
function chainOf(error: unknown): (Error & Told)[] {
  const chain: (Error & Told)[] = [];
  for (let link = error; link instanceof Error && !chain.includes(link); link = link.cause) chain.push(link);
  return chain.flatMap((link) => {
    const { errors } = link as { errors?: unknown };
    return Array.isArray(errors) ? [link, ...errors.flatMap(chainOf)] : [link];
  });
}

function sentenceOf(error: Error & Told): string | null {
  if (error.name === 'KafkaJSSASLAuthenticationError')
    return 'Kafka refused the login; check the SASL mechanism, user name and password.';
  const { code, type } = error;
  if (typeof code === 'string' && (/CERT|SELF_SIGNED|UNABLE_TO/.test(code) || code.startsWith('ERR_TLS')))
    return `Kafka's certificate is not accepted (${code}); check the certificate authority and the broker's name.`;
  if (typeof code === 'string' && code.startsWith('ERR_SSL'))
    return `No TLS with Kafka came about (${code}); check whether its port speaks TLS.`;
  return typeof type === 'string' ? (SENTENCES[type] ?? null) : null;
}

function passes({ name, type, retriable }: Error & Told): boolean {
  if (PASSING_NAMES.has(name)) return true;
  return typeof type === 'string' && !LASTING.has(type) && retriable === true;
}
