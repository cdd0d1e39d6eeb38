import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import { systemActor } from './access/index.ts';
import { formatScorecardTable, type Results } from './analyse/index.ts';
import type { Config } from './config.ts';
import { ApiClient, ReplayProgress, replayHillstrom } from './demo/index.ts';
import { AppError } from './errors.ts';
import { openService, type Service } from './open-service.ts';
import { openStores } from './open-stores.ts';
import type { Terminal } from './terminal.ts';
import { version } from './version.ts';

const EXPERIMENT = 'hillstrom';
const STORED_WITHIN_MS = 60_000;

export interface StartOptions {
  /** The directory of package.json. */
  readonly root: string;
  readonly logger: Logger;
  readonly terminal: Terminal;
  /** Aborted when the process is told to end before it is ready. */
  readonly signal: AbortSignal;
  /** Called where only a new process helps, with a sentence. */
  readonly onHang: (why: string) => void;
}

/** A running service. `close` waits for what is under way; everything accepted is durable before it returns. */
export interface Running {
  close(): Promise<void>;
}

/**
 * Starts the service and says so: opens the stores, listens, replays the bundled experiment if that is still to be
 * done, and prints its scorecard, the address and, once, a link with the token.
 * @throws AppError 'start-refused' with one sentence.
 */
export async function start(
  config: Config,
  { root, logger, terminal, signal, onHang }: StartOptions,
): Promise<Running> {
  const startedAt = performance.now();
  terminal.line(`Assay ${version}`);
  const stores = await openStores(config, root, {
    onStep: (what) => terminal.line(`  opening    ${what}`),
    onHang: ({ message }) => onHang(message),
  });
  let service: Service | undefined;
  const close = async (): Promise<void> => {
    try {
      await service?.close();
    } finally {
      await stores.close();
    }
  };
  try {
    signal.throwIfAborted();
    service = await openService(config, stores, logger);
    const { base, decisions } = await service.listen();
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    terminal.line(`  ready      ${base} after ${seconds} s`);
    const replayed = config.demo ? await replayOnce(service, base, stores, terminal, signal) : null;
    await sayWhere(service, { base, decisions }, replayed, terminal);
    return { close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The bundled experiment's results if this start finished its replay; null if an earlier one had. */
async function replayOnce(
  service: Service,
  base: string,
  { postgres }: Parameters<typeof openService>[1],
  terminal: Terminal,
  signal: AbortSignal,
): Promise<Results | null> {
  const progress = new ReplayProgress(postgres, EXPERIMENT);
  if ((await progress.read()).finished) return null;
  const actor = systemActor('demo');
  const { id, token } = await service.tokens.mint(actor, {
    name: 'demo',
    scopes: ['events:write', 'experiments:write', 'results:read'],
    expiresInDays: 1,
  });
  try {
    return await replayHillstrom(new ApiClient(base, token), progress, {
      onProgress: (rows, total) => {
        signal.throwIfAborted();
        terminal.progress('replaying', rows, total);
      },
      onAnalysing: () =>
        terminal.line('  analysing  the e-mail campaign of Hillstrom (2008), 64 000 customers'),
      now: () => new Date(),
      untilStored: (then) => untilStored(service, then, signal),
    });
  } finally {
    await service.tokens.revoke(actor, id, 'the replay is over');
  }
}

/** Between the acknowledgement of an event and its row there can be a stream. */
async function untilStored(service: Service, then: Date, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + STORED_WITHIN_MS;
  while ((await service.dataThrough()) <= then) {
    signal.throwIfAborted();
    if (performance.now() > deadline)
      throw new AppError(
        'unavailable',
        'The stream was not read to its end within a minute; does another service use the same KAFKA_GROUP with other stores? /readyz says what is read here.',
      );
    await pause(100);
  }
}

async function sayWhere(
  service: Service,
  { base, decisions }: Awaited<ReturnType<Service['listen']>>,
  results: Results | null,
  terminal: Terminal,
): Promise<void> {
  if (results !== null)
    terminal.line(
      `\n${formatScorecardTable(results, { columns: process.stdout.columns || 120, colour: process.stdout.isTTY })}`,
    );
  terminal.line(`\n  API        ${base}/api/v1`);
  if (decisions !== null) terminal.line(`  decisions  ${decisions}/api/v1/decisions`);
  const { token } = service.bootstrap;
  const page = results === null ? 'experiments' : `experiments/${EXPERIMENT}/results`;
  if (token !== null) {
    terminal.line(`  open       ${base}/api/v1/${page}?token=${token}`);
    terminal.line('             This link holds the admin token, which is shown only now: keep it.');
    await service.tokens.markBootstrapShown();
  } else
    terminal.line(
      service.bootstrap.source === 'configured'
        ? '  token      the one in ASSAY_TOKEN'
        : '  token      the one shown at the first start; lost it? Start once with ASSAY_TOKEN set to a new one.',
    );
  terminal.line('  stop       Ctrl-C');
}
