import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const here = import.meta.dirname;
const root = dirname(dirname(dirname(here)));
/** Outside node_modules, which `npm ci` empties; not under version control. */
const cache = join(root, '.cache', 'kafka-4.1.1');

/** Why no broker can be started here, or null; fetches what a broker needs. */
export async function missingForBroker(): Promise<string | null> {
  try {
    const { stderr, stdout } = await run('java', ['-version']);
    const major = Number(/version "(\d+)/.exec(stderr + stdout)?.[1]);
    if (!(major >= 17)) return `Java is ${major}, not 17 or later`;
  } catch {
    return 'there is no Java';
  }
  if (existsSync(cache)) return null;
  try {
    await run('mvn', ['--version']);
  } catch {
    return 'there is no Maven to fetch Kafka with';
  }
  try {
    await brokerJars();
    return null;
  } catch (error) {
    const { stdout = '', message } = error as Error & { readonly stdout?: string };
    const [why = message] = stdout.split('\n').filter((line) => line.includes('ERROR'));
    return `Maven could not fetch Kafka (${why.trim()})`;
  }
}

/** The directory of the broker's jars, fetched once (43 MB). */
export async function brokerJars(): Promise<string> {
  if (existsSync(cache)) return cache;
  const incoming = `${cache}.${process.pid}`;
  mkdirSync(incoming, { recursive: true });
  try {
    await run(
      'mvn',
      [
        ...['--batch-mode', '--quiet', '--file', join(here, 'pom.xml')],
        ...['dependency:copy-dependencies', `-DoutputDirectory=${incoming}`],
      ],
      { maxBuffer: 64 * 1024 * 1024 },
    );
  } catch (error) {
    rmSync(incoming, { recursive: true, force: true });
    throw error;
  }
  try {
    renameSync(incoming, cache);
  } catch (error) {
    // Another process was faster.
    rmSync(incoming, { recursive: true, force: true });
    if (!existsSync(cache)) throw error;
  }
  return cache;
}
