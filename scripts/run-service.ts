/** Starts the compiled service in a process of its own, for tests, benchmarks and scripts. */
import { type ChildProcess, spawn } from 'node:child_process';
import { dirname, join } from 'node:path';

const root = dirname(import.meta.dirname);
const TOKEN = 'assay-token-for-one-run';

export interface RunningService {
  /** http://127.0.0.1:port */
  readonly base: string;
  /** Where decisions are read, where DECISIONS_PORT gives them an address of their own. */
  readonly decisions: string | null;
  readonly token: string;
  readonly process: ChildProcess;
  /** All that it has printed so far. */
  output(): string;
  /** Sends a signal, SIGTERM unless told, and waits for the end; gives the exit code, null if a signal ended it. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

export interface ServiceOptions {
  /** Where its embedded stores are. */
  readonly dataDirectory: string;
  /** Beyond a free port, a known token and no demo. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A process that has been started and may end before it is ready. */
export interface LaunchedService {
  readonly process: ChildProcess;
  output(): string;
  /** Resolves with what a pattern captured, once the output matches it; rejects if the process ends before. */
  waitFor(pattern: RegExp): Promise<RegExpExecArray>;
  /** The exit code; null if a signal ended it. */
  readonly ended: Promise<number | null>;
}

const launchedProcesses = new Set<ChildProcess>();

/** Ends whatever is still running, at once: for the end of a test, whether it passed or not. */
export function killAllServices(): void {
  for (const child of launchedProcesses) child.kill('SIGKILL');
}

export function launchService({ dataDirectory, env = {} }: ServiceOptions): LaunchedService {
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(([key]) => !/^(ASSAY|KAFKA)_/.test(key)),
  );
  const child = spawn(process.execPath, ['--max-semi-space-size=32', join(root, 'dist/src/main.js')], {
    cwd: root,
    env: {
      ...inherited,
      UV_THREADPOOL_SIZE: '12',
      PORT: '0',
      ASSAY_DATA: dataDirectory,
      ASSAY_TOKEN: TOKEN,
      ASSAY_DEMO: 'off',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  launchedProcesses.add(child);
  child.on('close', () => launchedProcesses.delete(child));
  let output = '';
  const listeners = new Set<() => void>();
  const hear = (chunk: Buffer): void => {
    output += chunk.toString();
    for (const listener of listeners) listener();
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  return {
    process: child,
    output: () => output,
    ended,
    waitFor: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = pattern.exec(output);
          if (found === null) return;
          listeners.delete(look);
          resolve(found);
        };
        listeners.add(look);
        look();
        void ended.then((code) =>
          reject(new Error(`the service ended with ${code} before ${pattern}:\n${output}`)),
        );
      }),
  };
}

/** Resolves once it listens. */
export async function runService(options: ServiceOptions): Promise<RunningService> {
  const launched = launchService(options);
  const [, base = ''] = await launched.waitFor(/ready\s+(http:\S+)/);
  const own = options.env?.['DECISIONS_PORT'] === undefined ? null : /decisions\s+(http:\S+)/;
  const decisions = own === null ? null : ((await launched.waitFor(own))[1] ?? null);
  return {
    ...{ base, decisions },
    token: options.env?.['ASSAY_TOKEN'] ?? TOKEN,
    process: launched.process,
    output: launched.output,
    stop: (signal = 'SIGTERM') => {
      launched.process.kill(signal);
      return launched.ended;
    },
  };
}
