import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { openKafka } from '../../../src/stream/index.ts';
import { brokerJars } from './broker-files.ts';
import { makeTlsFiles, type TlsFiles } from './tls-files.ts';

export { missingForBroker } from './broker-files.ts';
export { consumeWithJava, type JavaRecord, missingForJavaClient, produceWithJava } from './java-client.ts';

const run = promisify(execFile);

export interface Broker {
  /** `127.0.0.1:port`, for KAFKA_BROKERS. */
  readonly brokers: string;
  /** The same broker for SASL: PLAIN and SCRAM with {@link Broker.user}. */
  readonly saslBrokers: string;
  readonly user: { readonly username: string; readonly password: string };
  /** The same broker over TLS, and the certificate that its clients have to trust; null where not asked for. */
  readonly tls: { readonly brokers: string; readonly ca: string } | null;
  /** As a crash: SIGKILL, and back only by `restart`. */
  kill(): Promise<void>;
  /** Stops its process where it stands, until `resume`. */
  pause(): void;
  resume(): void;
  /** On the same directory and ports; kills what still runs. */
  restart(): Promise<void>;
  /** Ends it for good and removes its directory. */
  stop(): Promise<void>;
}

/** Starts Apache Kafka (KRaft, one node) on free ports with a directory of its own; listening when it resolves. */
export async function startBroker(options: { readonly tls?: boolean } = {}): Promise<Broker> {
  const [jars, directory, port, saslPort, tlsPort, controllerPort] = await Promise.all([
    brokerJars(),
    mkdtemp(join(tmpdir(), 'assay-kafka-')),
    freePort(),
    freePort(),
    freePort(),
    freePort(),
  ]);
  const tls = options.tls === true ? { ...(await makeTlsFiles(directory)), port: tlsPort } : null;
  const classpath = join(jars, '*');
  const config = join(directory, 'server.properties');
  const user = { username: 'assay', password: 'a-password-for-tests' };
  writeFileSync(config, properties({ directory, port, saslPort, controllerPort, user, tls }));
  const uuid = randomBytes(16).toString('base64url');
  await run('java', [
    ...['-cp', classpath, 'kafka.tools.StorageTool', 'format', `--cluster-id=${uuid}`, '-c', config],
    ...['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => [
      '--add-scram',
      `${mechanism}=[name=${user.username},password=${user.password}]`,
    ]),
  ]);
  const start = () => spawnBroker(classpath, config, join(directory, 'broker.log'));
  let child = start();
  await listening(child, port, directory);
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  };
  return {
    brokers: `127.0.0.1:${port}`,
    saslBrokers: `127.0.0.1:${saslPort}`,
    user,
    tls: tls === null ? null : { brokers: `127.0.0.1:${tlsPort}`, ca: tls.ca },
    kill,
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    async restart() {
      await kill();
      child = start();
      await listening(child, port, directory);
    },
    async stop() {
      await kill();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

interface Settings {
  readonly directory: string;
  readonly port: number;
  readonly saslPort: number;
  readonly controllerPort: number;
  readonly user: Broker['user'];
  readonly tls: (TlsFiles & { readonly port: number }) | null;
}

function properties({ directory, port, saslPort, controllerPort, user, tls }: Settings): string {
  const listeners = [
    `PLAINTEXT://127.0.0.1:${port}`,
    `SASL://127.0.0.1:${saslPort}`,
    ...(tls === null ? [] : [`SSL://127.0.0.1:${tls.port}`]),
  ].join(',');
  const plain = `org.apache.kafka.common.security.plain.PlainLoginModule required user_${user.username}="${user.password}";`;
  const scram = 'org.apache.kafka.common.security.scram.ScramLoginModule required;';
  return `${readFileSync(new URL('./server.properties', import.meta.url), 'utf8')}
log.dirs=${join(directory, 'data')}
listeners=${listeners},CONTROLLER://127.0.0.1:${controllerPort}
advertised.listeners=${listeners}
controller.quorum.voters=1@127.0.0.1:${controllerPort}
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SASL:SASL_PLAINTEXT,SSL:SSL
listener.name.sasl.plain.sasl.jaas.config=${plain}
listener.name.sasl.scram-sha-256.sasl.jaas.config=${scram}
listener.name.sasl.scram-sha-512.sasl.jaas.config=${scram}
${tls?.properties ?? ''}`;
}

function spawnBroker(classpath: string, config: string, log: string): ChildProcess {
  const output = openSync(log, 'a');
  const child = spawn('java', ['-Xmx512m', '-Xms256m', '-cp', classpath, 'kafka.Kafka', config], {
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  // A test that ends without stopping its broker must not leave it behind.
  const leave = () => void child.kill('SIGKILL');
  process.once('exit', leave);
  child.once('exit', () => process.off('exit', leave));
  return child;
}

/** Until it takes requests: it opens its port before that, so an API is asked. */
async function listening(child: ChildProcess, port: number, directory: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(
        `Kafka ended at its start: ${readFileSync(join(directory, 'broker.log'), 'utf8').slice(-2000)}`,
      );
    const stream = await openKafka({
      brokers: [`127.0.0.1:${port}`],
      clientId: 'test-support',
      sasl: null,
      tls: null,
      logger: pino({ level: 'silent' }),
    });
    try {
      return await stream.ping();
    } catch (error) {
      if (Date.now() > deadline) throw error;
    } finally {
      await stream.close();
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function freePort(): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const server = createServer();
  server.once('error', reject);
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    server.close(() =>
      address === null || typeof address === 'string' ? reject(new Error('no port')) : resolve(address.port),
    );
  });
  return promise;
}
