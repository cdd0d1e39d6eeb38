import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { AppError } from './errors.ts';
import { KAFKA_KEYS, type KafkaConfig, readKafkaConfig } from './kafka-config.ts';
import { OUTBOUND_KEYS, type OutboundConfig, readOutboundConfig } from './outbound-config.ts';

export const ROLES = ['collect', 'ingest', 'attribute', 'work', 'serve'] as const;
export type Role = (typeof ROLES)[number];

const url = (...protocols: string[]) =>
  z.url({
    protocol: new RegExp(`^(${protocols.join('|')})$`),
    error: `must be a URL of ${protocols.join(' or ')}`,
  });

const roles = z.string().transform((text, context): readonly Role[] => {
  if (text === 'all') return ROLES;
  const named = text.split(',').map((role) => role.trim());
  const unknown = named.filter((role) => !ROLES.some((known) => known === role));
  if (unknown.length > 0)
    context.addIssue({
      code: 'custom',
      message: `"${unknown.join(', ')}" is no role; take all, or some of ${ROLES.join(',')}`,
    });
  return ROLES.filter((role) => named.includes(role));
});

/** Every key there is: its schema (from text), and what `assay config` says of it. */
const KEYS = {
  PORT: {
    schema: z.coerce.number({ error: 'must be a whole number from 0 to 65535' }).int().min(0).max(65_535),
    default: '8787',
    about: 'port of the HTTP server; 0 takes a free one',
  },
  DECISIONS_PORT: {
    schema: z.coerce.number({ error: 'must be a whole number from 0 to 65535' }).int().min(0).max(65_535),
    default: null,
    about:
      'port on which a thread of its own answers reads of decisions, however busy the service is; without it PORT alone does',
  },
  HOST: {
    schema: z.string().min(1),
    default: '127.0.0.1',
    about: 'address it binds to; 0.0.0.0 opens it to the network',
  },
  ASSAY_DATA: { schema: z.string().min(1), default: '.assay', about: 'directory of the embedded stores' },
  ASSAY_TOKEN: {
    schema: z.string().min(16, 'must have at least 16 characters'),
    default: null,
    about: 'bootstrap admin token; without it a random one is made and shown once',
    secret: true,
  },
  ASSAY_DEMO: {
    schema: z.enum(['on', 'off']),
    default: null,
    about:
      'replays the bundled experiment at the first start: on (default without a store’s URL) or off; never into a server’s stores',
  },
  ASSAY_ROLES: {
    schema: roles,
    default: 'all',
    about: `what this process does: all, or some of ${ROLES.join(',')}`,
  },
  CLICKHOUSE_URL: {
    schema: url('https?'),
    default: null,
    about: 'ClickHouse server, http(s)://user:password@host:8123/database; without it the embedded engine',
    secret: true,
  },
  DATABASE_URL: {
    schema: url('postgres', 'postgresql'),
    default: null,
    about: 'Postgres server (14 or later); without it the embedded one',
    secret: true,
  },
  ...KAFKA_KEYS,
  ...OUTBOUND_KEYS,
  QUEUE_URL: {
    schema: url('rediss?'),
    default: null,
    about: 'Redis for the job queues; without it they live in Postgres',
    secret: true,
  },
  ENGINE_CREDENTIALS: {
    schema: z.string().min(1),
    default: null,
    about:
      'directory of the files that engine connections name as credentialFile; without it no engine is told',
  },
  LOG_LEVEL: {
    schema: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
    default: 'warn',
    about: 'of the structured log on standard error',
  },
} as const satisfies Record<string, ConfigKey>;

interface ConfigKey {
  readonly schema: z.ZodType;
  readonly default: string | null;
  readonly about: string;
  readonly secret?: boolean;
}

/** Read by the test runner, not by the service; known so that they are not refused. */
const TEST_KEYS = {
  ASSAY_REQUIRE: 'tests: services that may not be skipped (all, or some of postgres,chromium,kafka,unleash)',
  ASSAY_SKIP_LOG: 'tests: where skipped services are counted',
};

export interface Config {
  readonly port: number;
  /** Null: decisions are read on `port` alone. */
  readonly decisionsPort: number | null;
  readonly host: string;
  readonly dataDirectory: string;
  readonly token: string | null;
  readonly demo: boolean;
  readonly roles: readonly Role[];
  readonly clickhouseUrl: string | null;
  readonly databaseUrl: string | null;
  readonly queueUrl: string | null;
  /** Null: events go from the collector straight to the tables. */
  readonly kafka: KafkaConfig | null;
  readonly outbound: OutboundConfig;
  /** Directory of the credentials of rollout engines. */
  readonly engineCredentials: string | null;
  readonly logLevel: string;
}

type Environment = Readonly<Record<string, string | undefined>>;
type KeyName = keyof typeof KEYS;

function textOf(name: KeyName, environment: Environment): string | null {
  const given = environment[name];
  const file = environment[`${name}_FILE`];
  if (given !== undefined && file !== undefined)
    throw new AppError('start-refused', `Both ${name} and ${name}_FILE are set; keep one of them.`);
  if (file === undefined) return given === undefined || given === '' ? KEYS[name].default : given;
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new AppError(
      'start-refused',
      `${name}_FILE names a file that cannot be read: ${(cause as Error).message}.`,
      { cause },
    );
  }
}

function settingOf<Name extends KeyName>(
  name: Name,
  environment: Environment,
): z.output<(typeof KEYS)[Name]['schema']> | null {
  const text = textOf(name, environment);
  if (text === null) return null;
  const result = KEYS[name].schema.safeParse(text);
  if (result.success) return result.data as z.output<(typeof KEYS)[Name]['schema']>;
  const shown = 'secret' in KEYS[name] ? '' : ` ("${text}")`;
  throw new AppError(
    'start-refused',
    `${name}${shown} is not valid: ${result.error.issues.map((issue) => issue.message).join('; ')}. \`assay config\` lists every key.`,
  );
}

function refuseUnknown(environment: Environment): void {
  const known = new Set([
    ...Object.keys(KEYS).flatMap((key) => [key, `${key}_FILE`]),
    ...Object.keys(TEST_KEYS),
  ]);
  const unknown = Object.keys(environment).filter((key) => key.startsWith('ASSAY_') && !known.has(key));
  if (unknown.length > 0)
    throw new AppError(
      'start-refused',
      `${unknown.join(', ')} is no key of Assay’s; \`assay config\` lists every key.`,
    );
}

function required<T>(value: T | null): T {
  if (value === null) throw new AppError('internal', 'A configuration key has no default.');
  return value;
}

/**
 * The service's whole configuration, from environment variables and the files that `…_FILE` keys name.
 * @throws AppError 'start-refused' with one sentence naming the key that is wrong.
 */
export function readConfig(environment: Environment): Config {
  refuseUnknown(environment);
  const clickhouseUrl = settingOf('CLICKHOUSE_URL', environment);
  const databaseUrl = settingOf('DATABASE_URL', environment);
  const demo = settingOf('ASSAY_DEMO', environment);
  const embedded = clickhouseUrl === null && databaseUrl === null;
  if (demo === 'on' && !embedded)
    throw new AppError(
      'start-refused',
      'ASSAY_DEMO=on never runs against a server’s stores; unset it, CLICKHOUSE_URL and DATABASE_URL, or set it to off.',
    );
  const kafka = readKafkaConfig(
    (name) => settingOf(name, environment),
    (name) => (environment[name] ?? '') !== '' || environment[`${name}_FILE`] !== undefined,
  );
  if ((clickhouseUrl === null) !== (databaseUrl === null))
    throw new AppError(
      'start-refused',
      'Only one of CLICKHOUSE_URL and DATABASE_URL is set; set both for served stores, or neither for the embedded ones.',
    );
  const wanted = required(settingOf('ASSAY_ROLES', environment));
  const does = (role: Role) => role !== 'attribute' && (role !== 'ingest' || kafka !== null);
  if (!wanted.some(does))
    throw new AppError(
      'start-refused',
      'ASSAY_ROLES leaves this process nothing to do: attribute goes with work, and ingest needs KAFKA_BROKERS; add collect, work or serve.',
    );
  if (wanted.length < ROLES.length && (clickhouseUrl === null || databaseUrl === null))
    throw new AppError(
      'start-refused',
      'ASSAY_ROLES splits the work over processes, which need CLICKHOUSE_URL and DATABASE_URL to share their stores; set both, or ASSAY_ROLES=all.',
    );
  return {
    port: required(settingOf('PORT', environment)),
    decisionsPort: settingOf('DECISIONS_PORT', environment),
    host: required(settingOf('HOST', environment)),
    dataDirectory: required(settingOf('ASSAY_DATA', environment)),
    token: settingOf('ASSAY_TOKEN', environment),
    demo: demo === null ? embedded : demo === 'on',
    roles: wanted,
    clickhouseUrl,
    databaseUrl,
    queueUrl: settingOf('QUEUE_URL', environment),
    kafka,
    outbound: readOutboundConfig((name) => settingOf(name, environment)),
    engineCredentials: settingOf('ENGINE_CREDENTIALS', environment),
    logLevel: required(settingOf('LOG_LEVEL', environment)),
  };
}

/** Every key with its default and meaning, for `assay config` and the documentation. */
export function describeConfig(): readonly { key: string; default: string; about: string }[] {
  return [
    ...Object.entries(KEYS).map(([key, { default: value, about }]) => ({ key, default: value ?? '', about })),
    ...Object.entries(TEST_KEYS).map(([key, about]) => ({ key, default: '', about })),
  ];
}

/** The process's own configuration: the only reading of `process.env`. */
export const readProcessConfig = (): Config => readConfig(process.env);
