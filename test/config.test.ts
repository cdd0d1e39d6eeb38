import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeConfig, readConfig } from '../src/config.ts';

const SERVERS = { CLICKHOUSE_URL: 'http://u:p@db:8123/assay', DATABASE_URL: 'postgres://u:p@db/assay' };

describe('the configuration', () => {
  it('has a default for everything', () => {
    expect(readConfig({})).toEqual({
      port: 8787,
      decisionsPort: null,
      host: '127.0.0.1',
      dataDirectory: '.assay',
      token: null,
      demo: true,
      roles: ['collect', 'ingest', 'attribute', 'work', 'serve'],
      clickhouseUrl: null,
      databaseUrl: null,
      queueUrl: null,
      kafka: null,
      outbound: { allowHttp: false, networks: [], secretsDirectory: null },
      engineCredentials: null,
      logLevel: 'warn',
    });
  });

  it('replays nothing into a server’s stores', () => {
    expect(readConfig(SERVERS).demo).toBe(false);
    expect(() => readConfig({ ...SERVERS, ASSAY_DEMO: 'on' })).toThrow(/never runs against a server/);
  });

  it.each([
    [{ PORT: '99999' }, /^PORT \("99999"\) is not valid/],
    [{ PORT: 'http' }, /^PORT/],
    [{ ASSAY_TOKEN: 'short' }, /^ASSAY_TOKEN is not valid: must have at least 16/],
    [{ ASSAY_ROLES: 'collect,dance', ...SERVERS }, /"dance" is no role/],
    [{ ASSAY_ROLES: 'collect' }, /need CLICKHOUSE_URL and DATABASE_URL/],
    [{ ASSAY_ROLES: 'ingest,attribute', ...SERVERS }, /nothing to do: .* ingest needs KAFKA_BROKERS/],
    [{ ASSAY_ROLES: 'attribute', KAFKA_BROKERS: 'k:9092', ...SERVERS }, /nothing to do: attribute goes/],
    [{ DATABASE_URL: SERVERS.DATABASE_URL }, /^Only one of CLICKHOUSE_URL and DATABASE_URL/],
    [{ DATABASE_URL: 'mysql://u:secret@db/x' }, /^DATABASE_URL is not valid/],
    [{ KAFKA_BROKERS: 'broker' }, /^KAFKA_BROKERS \("broker"\) is not valid: must be host:port/],
    [{ ASSAY_TOKN: 'x' }, /^ASSAY_TOKN is no key/],
    [{ PORT: '1', PORT_FILE: '/x' }, /^Both PORT and PORT_FILE/],
    [{ ASSAY_TOKEN_FILE: '/nowhere/at/all' }, /^ASSAY_TOKEN_FILE names a file that cannot be read/],
  ])('refuses %j with one sentence', (environment, sentence) => {
    expect(() => readConfig(environment)).toThrow(sentence);
  });

  it('never shows a secret in an error', () => {
    expect(() => readConfig({ DATABASE_URL: 'mysql://u:hunter2@db/x' })).not.toThrow(/hunter2/);
    expect(() => readConfig({ ASSAY_TOKEN: 'hunter2' })).not.toThrow(/hunter2/);
  });

  it('reads a secret from a file, without the line’s end', () => {
    const directory = mkdtempSync(join(tmpdir(), 'assay-config-'));
    try {
      writeFileSync(join(directory, 'token'), 'a-token-of-enough-length\n');
      expect(readConfig({ ASSAY_TOKEN_FILE: join(directory, 'token') }).token).toBe(
        'a-token-of-enough-length',
      );
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('describes every key', () => {
    const described = describeConfig().map(({ key }) => key);
    expect(described).toContain('ASSAY_DATA');
    expect(described).toContain('ASSAY_REQUIRE');
    for (const { about } of describeConfig()) expect(about).not.toBe('');
  });
});
