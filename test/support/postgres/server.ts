import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import pg from 'pg';

/** A Postgres server of this test's own, empty, on loopback. */
export interface PostgresServer {
  readonly url: string;
  /** Stops it as an administrator would, and removes its data. */
  stop(): Promise<void>;
  /** Stops it as a power failure would; `restart` brings it back with its data. */
  kill(): Promise<void>;
  /** Starts it again on the same port, stopping it first if it runs. */
  restart(): Promise<void>;
}

/** Starts Debian's (or any) Postgres as a user who is not root; tells why when there is none. */
export async function startPostgres(): Promise<PostgresServer | { readonly skipped: string }> {
  const bin = findBinaries();
  if (bin === null) return { skipped: 'PostgreSQL is not installed' };
  const user = process.getuid?.() === 0 ? findUser(['postgres', 'nobody']) : {};
  if (user === null) return { skipped: 'PostgreSQL refuses to run as root and there is no other user' };

  const root = mkdtempSync(join(tmpdir(), 'assay-postgres-'));
  if (user.uid !== undefined && user.gid !== undefined) chownSync(root, user.uid, user.gid);
  const data = join(root, 'data');
  const password = randomBytes(12).toString('hex');
  const passwordFile = join(root, 'password');
  writeFileSync(passwordFile, password);
  const initdb = ['-D', data, '-U', 'assay', '-A', 'scram-sha-256', `--pwfile=${passwordFile}`, '-E', 'UTF8'];
  execFileSync(join(bin, 'initdb'), [...initdb, '--locale=C', '--no-sync'], {
    ...user,
    cwd: root,
    stdio: 'pipe',
  });

  const port = await freePort();
  const url = `postgres://assay:${password}@127.0.0.1:${port}/postgres`;
  const run = () =>
    spawn(
      join(bin, 'postgres'),
      [
        '-D',
        data,
        '-p',
        String(port),
        '-h',
        '127.0.0.1',
        '-k',
        root,
        '-c',
        'fsync=off',
        '-c',
        'shared_buffers=16MB',
      ],
      { ...user, cwd: root, stdio: 'ignore' },
    );
  let server = run();
  const killAtExit = () => server.kill('SIGQUIT');
  process.once('exit', killAtExit);
  await untilItAnswers(url, server);

  return {
    url,
    stop: async () => {
      await end(server, 'SIGINT');
      process.removeListener('exit', killAtExit);
      rmSync(root, { recursive: true, force: true });
    },
    kill: () => end(server, 'SIGKILL'),
    restart: async () => {
      await end(server, 'SIGINT');
      // After a kill the dead server's last children may hold its memory for a moment, and the new one refuses.
      for (let attempt = 1; ; attempt += 1) {
        server = run();
        try {
          return await untilItAnswers(url, server);
        } catch (error) {
          if (attempt === 20) throw error;
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
      }
    },
  };
}

function findBinaries(): string | null {
  const { PATH = '' } = process.env;
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const places = [...versions.map((version) => join(debian, version, 'bin')), ...PATH.split(delimiter)];
  return (
    places.find((place) => ['initdb', 'postgres'].every((name) => existsSync(join(place, name)))) ?? null
  );
}

function findUser(names: readonly string[]): { uid?: number; gid?: number } | null {
  const lines = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  for (const name of names) {
    const found = lines.find((fields) => fields[0] === name);
    if (found !== undefined) return { uid: Number(found[2]), gid: Number(found[3]) };
  }
  return null;
}

async function freePort(): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  const probe = createServer().listen(0, '127.0.0.1', () => {
    const address = probe.address();
    probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
  });
  return promise;
}

async function untilItAnswers(url: string, server: ChildProcess): Promise<void> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return;
    } catch (cause) {
      if (server.exitCode !== null) throw new Error(`postgres ended with ${server.exitCode}`, { cause });
      if (Date.now() > deadline) throw new Error('postgres did not answer within 30 s', { cause });
      await new Promise((resolve) => setTimeout(resolve, 50));
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}

async function end(server: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  server.once('exit', () => resolve());
  server.kill(signal);
  await promise;
}

/** The server, in tests that are skipped where there is none. */
export function running(server: PostgresServer | { readonly skipped: string }): PostgresServer {
  if ('skipped' in server) throw new Error(server.skipped);
  return server;
}
