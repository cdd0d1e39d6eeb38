/** The service: reads the configuration, opens everything, listens, and closes it all again when told to. */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { readProcessConfig } from './config.ts';
import { AppError } from './errors.ts';
import { start } from './start.ts';
import { createTerminal } from './terminal.ts';

/** A terminal's Ctrl-C reaches npm and the process under it, and npm hands its own on: so many signals are one. */
const SAME_SIGNAL_MS = 2_000;

/** A process that cannot close within this is ended: a supervisor would do it anyway, later and harder. */
const CLOSE_TIMEOUT_MS = 25_000;

const ENDING = 'ending now. Accepted events are safe.';

const terminal = createTerminal(process.stdout);

function refuse(error: unknown): never {
  const sentence =
    error instanceof AppError
      ? error.message
      : `An unexpected error: ${String(error instanceof Error ? error.stack : error)}`;
  process.stderr.write(`assay: ${sentence}\n`);
  process.exit(1);
}

/** Without unwinding: the engine's threads would outlive what they use. Whatever was accepted is on disk. */
function endNow(sentence: string): void {
  process.stderr.write(`assay: ${sentence}\n`);
  process.kill(process.pid, 'SIGKILL');
}

async function main(): Promise<void> {
  const config = readProcessConfig();
  const logger = pino({ level: config.logLevel }, pino.destination({ fd: 2, sync: true }));
  // dist/src/main.js and src/main.ts are at different depths; migrations/ stands beside package.json.
  const here = dirname(fileURLToPath(import.meta.url));
  const root = here.endsWith('dist/src') ? dirname(dirname(here)) : dirname(here);
  const stop = new AbortController();
  const service = start(config, { root, logger, terminal, signal: stop.signal, onHang: endNow });
  let closingSince: number | null = null;
  const close = (): void => {
    if (closingSince !== null) {
      if (performance.now() - closingSince > SAME_SIGNAL_MS) endNow(`told twice; ${ENDING}`);
      return;
    }
    closingSince = performance.now();
    stop.abort();
    setTimeout(
      () => endNow(`not closed within ${CLOSE_TIMEOUT_MS / 1000} s; ${ENDING}`),
      CLOSE_TIMEOUT_MS,
    ).unref();
    service
      .then((running) => running.close())
      .then(
        () => process.exit(0),
        (error: unknown) => (stop.signal.aborted && isAbort(error) ? process.exit(0) : refuse(error)),
      );
  };
  process.on('SIGINT', close);
  process.on('SIGTERM', close);
  await service;
}

const isAbort = (error: unknown): boolean => error instanceof Error && error.name === 'AbortError';

process.on('unhandledRejection', refuse);
main().catch((error: unknown) => {
  if (!isAbort(error)) refuse(error);
});
