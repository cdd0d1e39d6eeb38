import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface ClickHouseServer {
  readonly url: string;
  /** As a crash: SIGKILL, and back only by `restart`. */
  kill(): Promise<void>;
  /** Stops its process where it stands, until `resume`. */
  pause(): void;
  resume(): void;
  /** On the same directory and port; kills what still runs. */
  restart(): Promise<void>;
  /** Ends it for good and removes a directory that it made. */
  stop(): Promise<void>;
}

/**
 * Starts a process that speaks ClickHouse's HTTP interface over the embedded engine: statements, parameters and
 * settings in address or body, exceptions with codes, streaming, gzip. For tests, where no server can be installed.
 */
export async function startClickHouseServer(
  options: { readonly directory?: string; readonly port?: number } = {},
): Promise<ClickHouseServer> {
  const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'assay-clickhouse-')));
  let child = spawnServer(directory, options.port ?? 0);
  const port = await listening(child);
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  };
  return {
    url: `http://127.0.0.1:${port}`,
    kill,
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    async restart() {
      await kill();
      child = spawnServer(directory, port);
      await listening(child);
    },
    async stop() {
      await kill();
      if (options.directory === undefined) await rm(directory, { recursive: true, force: true });
    },
  };
}

function spawnServer(directory: string, port: number): ChildProcess {
  const script = fileURLToPath(new URL('./server-process.ts', import.meta.url));
  return spawn(process.execPath, [script, directory, String(port)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    // Its statements wait for a thread each; a server has more of them than Node gives by default.
    env: { ...process.env, UV_THREADPOOL_SIZE: '16' },
  });
}

async function listening(child: ChildProcess): Promise<number> {
  if (child.stdout === null) throw new Error('the ClickHouse test server has no output');
  for await (const line of createInterface(child.stdout)) {
    const port = /^listening (\d+)$/.exec(line)?.[1];
    if (port !== undefined) return Number(port);
  }
  throw new Error('the ClickHouse test server ended before it listened');
}
