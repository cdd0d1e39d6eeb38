import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brokerJars } from './broker-files.ts';

const run = promisify(execFile);

/** Why Kafka's own client cannot be used here, or null: it is run from its source, which takes a JDK. */
export async function missingForJavaClient(): Promise<string | null> {
  const { stdout } = await run('java', ['--list-modules']);
  return stdout.includes('jdk.compiler') ? null : 'this Java has no compiler (it is no JDK)';
}

/** A record as Kafka's own client sees it. */
export interface JavaRecord {
  readonly partition: number;
  readonly offset: number;
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Has Kafka's own producer write three records with every compression, each to the partition of its number (0 none,
 * 1 gzip, 2 snappy, 3 lz4, 4 zstd): key `<compression>-<n>`, header `n`, value the key 2 000 times over.
 */
export async function produceWithJava(brokers: string, topic: string): Promise<void> {
  await java(['produce', brokers, topic]);
}

/** What Kafka's own consumer reads of a topic from its start, until it has so many records. */
export async function consumeWithJava(brokers: string, topic: string, count: number): Promise<JavaRecord[]> {
  const lines = (await java(['consume', brokers, topic, String(count)])).split('\n').filter(Boolean);
  return lines.map((line) => {
    const [partition, offset, key, value, ...headers] = line.split('\t');
    return {
      partition: Number(partition),
      offset: Number(offset),
      key: fromBase64(key),
      value: fromBase64(value),
      headers: Object.fromEntries(
        headers.map((header) => {
          const [name, text] = header.split('=', 2);
          return [fromBase64(name) ?? '', fromBase64(text) ?? ''];
        }),
      ),
    };
  });
}

async function java(args: readonly string[]): Promise<string> {
  const source = join(import.meta.dirname, 'JavaClient.java');
  const classpath = join(await brokerJars(), '*');
  const { stdout } = await run('java', ['-Xmx256m', '-cp', classpath, source, ...args], {
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout;
}

function fromBase64(text: string | undefined): string | null {
  return text === undefined || text === 'null'
    ? null
    : Buffer.from(text.replaceAll('.', '='), 'base64').toString();
}
