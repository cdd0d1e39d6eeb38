import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../src/config.ts';
import type { KafkaConfig } from '../src/kafka-config.ts';

const KAFKA = { KAFKA_BROKERS: 'broker:9092' };
const PEM = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----';

function kafka(environment: Readonly<Record<string, string>>): KafkaConfig | null {
  return readConfig({ ...KAFKA, ...environment }).kafka;
}

const sources = (...entries: readonly unknown[]) => ({ KAFKA_SOURCES: JSON.stringify(entries) });

describe('the configuration of the stream', () => {
  it('needs brokers and nothing else', () => {
    expect(kafka({ KAFKA_BROKERS: 'one:9092, two:9093' })).toEqual({
      brokers: ['one:9092', 'two:9093'],
      topic: 'assay.events',
      partitions: 4,
      sources: [{ name: 'assay.events', type: null, fields: {} }],
      group: 'assay',
      deadLetterTopic: 'assay.dead-letters',
      decisionsTopic: 'assay.decisions',
      compression: 'lz4',
      sasl: null,
      tls: null,
    });
  });

  it('takes a login, and TLS with certificates', () => {
    const login = { KAFKA_SASL_MECHANISM: 'scram-sha-512', KAFKA_USERNAME: 'u', KAFKA_PASSWORD: 'p' };
    const tls = { KAFKA_TLS: 'on', KAFKA_TLS_CA: PEM, KAFKA_TLS_CERT: PEM, KAFKA_TLS_KEY: PEM };
    expect(kafka({ ...login, ...tls })).toMatchObject({
      sasl: { mechanism: 'scram-sha-512', username: 'u', password: 'p' },
      tls: { ca: PEM, cert: PEM, key: PEM },
    });
    expect(kafka({ KAFKA_TLS: 'on' })?.tls).toEqual({ ca: null, cert: null, key: null });
  });

  it('lets a process only ingest', () => {
    const servers = { CLICKHOUSE_URL: 'http://db:8123/assay', DATABASE_URL: 'postgres://u:p@db/assay' };
    expect(readConfig({ ...KAFKA, ...servers, ASSAY_ROLES: 'ingest' }).roles).toEqual(['ingest']);
  });

  it.each([
    [{ KAFKA_BROKERS: 'broker' }, /^KAFKA_BROKERS \("broker"\) is not valid: must be host:port/],
    [{ KAFKA_BROKERS: 'a:9092,' }, /^KAFKA_BROKERS/],
    [{ KAFKA_BROKERS: 'a:0' }, /^KAFKA_BROKERS/],
    [{ KAFKA_BROKERS: 'kafka://a:9092' }, /^KAFKA_BROKERS/],
    [{ KAFKA_TOPIC: 'no spaces' }, /^KAFKA_TOPIC \("no spaces"\) is not valid: must be a topic’s name/],
    [{ KAFKA_TOPIC: '..' }, /^KAFKA_TOPIC/],
    [{ KAFKA_TOPIC: 'x'.repeat(250) }, /^KAFKA_TOPIC/],
    [{ KAFKA_PARTITIONS: '0' }, /^KAFKA_PARTITIONS \("0"\) is not valid: must be from 1 to 1000/],
    [{ KAFKA_PARTITIONS: '2.5' }, /^KAFKA_PARTITIONS .*whole number/],
    [{ KAFKA_PARTITIONS: 'few' }, /^KAFKA_PARTITIONS .*whole number/],
    [{ KAFKA_COMPRESSION: 'brotli' }, /^KAFKA_COMPRESSION/],
    [
      { KAFKA_DECISIONS_TOPIC: 'assay.dead-letters' },
      /^KAFKA_DECISIONS_TOPIC is assay.dead-letters, which has other/,
    ],
    [{ KAFKA_DECISIONS_TOPIC: 'assay.events' }, /^KAFKA_DECISIONS_TOPIC is assay.events, which has other/],
    [
      { KAFKA_DEAD_LETTER_TOPIC: 'assay.events' },
      /^KAFKA_DEAD_LETTER_TOPIC is assay.events, which is also read/,
    ],
    [
      { KAFKA_DEAD_LETTER_TOPIC: 'orders', ...sources({ topic: 'orders' }) },
      /^KAFKA_DEAD_LETTER_TOPIC is orders, which is also read/,
    ],
    [{ KAFKA_SASL_MECHANISM: 'gssapi' }, /^KAFKA_SASL_MECHANISM/],
    [{ KAFKA_SASL_MECHANISM: 'plain', KAFKA_USERNAME: 'u' }, /^KAFKA_SASL_MECHANISM is set without/],
    [{ KAFKA_USERNAME: 'u', KAFKA_PASSWORD: 'p' }, /^KAFKA_USERNAME is set without KAFKA_SASL_MECHANISM/],
    [{ KAFKA_TLS_CA: PEM }, /^KAFKA_TLS_CA is set while KAFKA_TLS is off/],
    [{ KAFKA_TLS: 'on', KAFKA_TLS_CA: '/etc/ca.pem' }, /^KAFKA_TLS_CA is not valid: .*…_FILE/],
    [{ KAFKA_TLS: 'on', KAFKA_TLS_KEY: PEM }, /^Only one of KAFKA_TLS_CERT and KAFKA_TLS_KEY/],
    [{ KAFKA_SOURCES: '/etc/sources.json' }, /^KAFKA_SOURCES is no JSON .*KAFKA_SOURCES_FILE/],
    [{ KAFKA_SOURCES: '{}' }, /^KAFKA_SOURCES is not valid: must be a list/],
    [sources(), /^KAFKA_SOURCES is not valid: names no topic/],
    [sources({ topic: 'a' }, { topic: 'b c' }), /^KAFKA_SOURCES .* entry 2, topic: must be a topic’s name/],
    [sources({ topic: 'a' }, { topic: 'a' }), /^KAFKA_SOURCES names the topic a twice/],
    [sources({ topic: 'a', type: 'click' }), /^KAFKA_SOURCES .* entry 1, type: /],
    [sources({ topic: 'a', field: {} }), /^KAFKA_SOURCES .* entry 1: Unrecognized key: "field"/],
    [sources({ topic: 'a', fields: { unitId: 'user' } }), /entry 1, fields, unitId: is no field of an event/],
    [sources({ topic: 'a', fields: { 'unit.name': 'user' } }), /fields, unit.name: is no field/],
    [sources({ topic: 'a', fields: { ts: '' } }), /entry 1, fields, ts: must be a path/],
  ])('refuses %j with one sentence', (environment, sentence) => {
    expect(() => kafka(environment)).toThrow(sentence);
  });

  it('refuses a key of Kafka’s without brokers, which would be ignored', () => {
    expect(() => readConfig({ KAFKA_TOPIC: 'events' })).toThrow(/^KAFKA_TOPIC is set without KAFKA_BROKERS/);
    expect(() => readConfig({ KAFKA_PASSWORD_FILE: '/run/secret' })).toThrow(
      /^KAFKA_PASSWORD is set without/,
    );
    expect(readConfig({ KAFKA_BROKERS: '', KAFKA_TOPIC: '' }).kafka).toBeNull();
  });

  it('never shows a secret in an error', () => {
    const environment = { KAFKA_TLS: 'on', KAFKA_TLS_KEY: 'hunter2', KAFKA_PASSWORD: 'hunter3' };
    expect(() => kafka(environment)).toThrow(/^(?!.*hunter)/);
  });
});

describe('files', () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'assay-kafka-config-'));
  });
  afterAll(() => rmSync(directory, { recursive: true }));
  const file = (text: string): string => {
    const path = join(directory, 'value');
    writeFileSync(path, text);
    return path;
  };

  it('hold secrets and certificates', () => {
    const password = file('hunter2\n');
    const login = { KAFKA_SASL_MECHANISM: 'plain', KAFKA_USERNAME: 'u', KAFKA_PASSWORD_FILE: password };
    expect(kafka(login)?.sasl?.password).toBe('hunter2');
    expect(kafka({ KAFKA_TLS: 'on', KAFKA_TLS_CA_FILE: file(`${PEM}\n`) })?.tls?.ca).toBe(PEM);
    expect(() => kafka({ KAFKA_TLS: 'on', KAFKA_TLS_CA_FILE: '/nowhere' })).toThrow(
      /^KAFKA_TLS_CA_FILE names a file/,
    );
  });

  it('hold other producers’ topics, in the format that docs/operations.md shows', () => {
    const operations = readFileSync(new URL('../docs/operations.md', import.meta.url), 'utf8');
    const [, example = ''] = /```json\n(\[[\s\S]*?)```/.exec(operations) ?? [];
    expect(kafka({ KAFKA_SOURCES_FILE: file(example) })?.sources).toEqual([
      { name: 'assay.events', type: null, fields: {} },
      {
        name: 'flags.exposures',
        type: 'impression',
        fields: {
          id: 'exposureId',
          ts: 'at',
          environment: '=production',
          'unit.type': '=user',
          'unit.id': 'context.user.id',
          flag: 'flagKey',
          variant: 'served',
          'attributes.country': 'context.geo.country',
        },
      },
      {
        name: 'shop.orders',
        type: 'conversion',
        fields: {
          id: 'orderNumber',
          ts: 'placedAt',
          environment: '=production',
          'unit.type': '=user',
          'unit.id': 'customer',
          name: '=purchase',
          value: 'total',
        },
      },
    ]);
  });

  it('say how our own topic is read, too', () => {
    const own = { topic: 'assay.events', type: 'conversion', fields: { id: 'key' } };
    expect(kafka(sources({ topic: 'orders' }, own))?.sources).toEqual([
      { name: 'assay.events', type: 'conversion', fields: { id: 'key' } },
      { name: 'orders', type: null, fields: {} },
    ]);
  });
});
