import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { startPostgres } from '../postgres/index.ts';

const run = promisify(execFile);
const root = dirname(dirname(dirname(import.meta.dirname)));
const VERSIONS = { 'unleash-server': '8.2.0', 'unleash-client': '6.12.1' };
/** 200 MB, and the server's licence is the AGPL: fetched by the test that runs it, and part of nothing that is shipped. */
const cache = join(root, '.cache', `unleash-${VERSIONS['unleash-server']}`);

/** The part of Unleash's own client that is used here. */
export interface UnleashClient {
  isEnabled(flag: string, context: { userId: string }): boolean;
  on(event: 'impression', listener: (seen: { enabled: boolean; featureName: string }) => void): void;
  destroy(): void;
}

/** A running Unleash over a Postgres of its own. */
export interface Unleash {
  readonly url: string;
  readonly adminToken: string;
  /** Unleash's own client, asking every 100 ms; resolves once it has the flags. */
  client(): Promise<UnleashClient>;
  stop(): Promise<void>;
}

/** Starts Unleash's own server; tells why when that is not possible. */
export async function startUnleash(): Promise<Unleash | { readonly skipped: string }> {
  const fetched = await fetchPackages();
  if (fetched !== null) return { skipped: fetched };
  const postgres = await startPostgres();
  if ('skipped' in postgres) return postgres;
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const tokens = { admin: '*:*.unleash-admin-token', backend: 'default:production.unleash-backend-token' };
  const server = spawn(
    process.execPath,
    [join(cache, 'node_modules', 'unleash-server', 'dist', 'server.js')],
    {
      cwd: cache,
      stdio: 'ignore',
      env: {
        ...{ DATABASE_URL: postgres.url, DATABASE_SSL: 'false', HTTP_HOST: '127.0.0.1' },
        ...{ HTTP_PORT: String(port), LOG_LEVEL: 'fatal', CHECK_VERSION: 'false', SEND_TELEMETRY: 'false' },
        ...{ INIT_ADMIN_API_TOKENS: tokens.admin, INIT_BACKEND_API_TOKENS: tokens.backend },
      },
    },
  );
  const killAtExit = () => server.kill('SIGKILL');
  process.once('exit', killAtExit);
  const exited = new Promise<void>((resolve) => void server.once('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    server.kill('SIGKILL');
    await exited;
    process.removeListener('exit', killAtExit);
    await postgres.stop();
  };
  if (!(await isUp(url))) {
    await stop();
    throw new Error('Unleash did not come up within a minute.');
  }
  const { initialize, InMemStorageProvider } = createRequire(join(cache, 'package.json'))(
    'unleash-client',
  ) as {
    initialize(options: object): UnleashClient & { once(event: string, listener: () => void): void };
    InMemStorageProvider: new () => object;
  };
  return {
    url,
    adminToken: tokens.admin,
    stop,
    client: () =>
      new Promise((resolve) => {
        const client = initialize({
          ...{ url: `${url}/api/`, appName: 'test', refreshInterval: 100, disableMetrics: true },
          // Else it would begin with what an earlier run left in the temporary directory.
          storageProvider: new InMemStorageProvider(),
          customHeaders: { authorization: tokens.backend },
        });
        client.once('synchronized', () => resolve(client));
      }),
  };
}

/** null: they are there. */
async function fetchPackages(): Promise<string | null> {
  if (existsSync(cache)) return null;
  const incoming = `${cache}.${process.pid}`;
  mkdirSync(incoming, { recursive: true });
  writeFileSync(join(incoming, 'package.json'), JSON.stringify({ private: true, dependencies: VERSIONS }));
  try {
    const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock'];
    await run('npm', ['install', ...options], { cwd: incoming, maxBuffer: 16 * 1024 * 1024 });
    renameSync(incoming, cache);
    return null;
  } catch (error) {
    rmSync(incoming, { recursive: true, force: true });
    // Another process was faster.
    if (existsSync(cache)) return null;
    const [why = ''] = (error as Error).message.split('\n');
    return `npm could not fetch Unleash (${why})`;
  }
}

async function isUp(url: string): Promise<boolean> {
  const until = Date.now() + 60_000;
  while (Date.now() < until) {
    const answer = await fetch(`${url}/health`, { signal: AbortSignal.timeout(2_000) }).catch(() => null);
    if (answer?.ok) return true;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return false;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address.port;
}
