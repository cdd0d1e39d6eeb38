import { extname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { Logger } from 'pino';
import { AppError } from '../../errors.ts';
import type { Absence, Subject } from '../absence.ts';
import type { DecisionFeed } from '../decision-feed.ts';
import type { DecisionLog } from '../decision-log.ts';
import type { FromThread, Question, ThreadData, ToThread } from './messages.ts';

/** What is read is small and short-lived: frequent short collections rather than rare long ones. */
const YOUNG_GENERATION_MB = 4;
const AGAIN_AFTER_MS = 1_000;
const CLOSE_WITHIN_MS = 5_000;

export interface DecisionPortOptions {
  readonly port: number;
  readonly host: string;
  readonly log: Pick<DecisionLog, 'current' | 'changedSince'>;
  readonly feed: Pick<DecisionFeed, 'listen' | 'onLook' | 'progress'>;
  readonly absence: (subject: Subject) => Promise<Absence | undefined>;
  /** @throws AppError where the sender of the header may not read decisions. */
  readonly admit: (authorization: string | undefined) => Promise<unknown>;
  readonly logger: Logger;
}

/**
 * A port of its own for reads of decisions, answered by a thread that does nothing else: a gate is answered while this
 * thread takes events, collects its garbage or makes scorecards. It follows what is decided by milliseconds.
 */
export class DecisionPort {
  readonly #options: DecisionPortOptions;
  #thread: Worker | null = null;
  #port: number;
  #closing = false;
  #unlisten: readonly (() => void)[] = [];

  constructor(options: DecisionPortOptions) {
    this.#options = options;
    this.#port = options.port;
  }

  /** The port, once it is listened on. @throws AppError `start-refused` where it cannot be. */
  async start(): Promise<number> {
    const { feed } = this.#options;
    this.#unlisten = [
      feed.listen('*', (last, environment) => this.#post({ kind: 'announced', environment, last })),
      feed.onLook(() => this.#post({ kind: 'progress', progress: feed.progress() })),
    ];
    // The same one again where a free one was taken and the thread is made anew.
    this.#port = await this.#open();
    return this.#port;
  }

  /** Answers all who wait, and no more. */
  async close(): Promise<void> {
    this.#closing = true;
    for (const end of this.#unlisten) end();
    const thread = this.#thread;
    this.#thread = null;
    if (thread === null) return;
    const closed = Promise.withResolvers<void>();
    thread.on('message', (message: FromThread) => {
      if (message.kind === 'closed') closed.resolve();
    });
    thread.once('exit', () => closed.resolve());
    thread.postMessage({ kind: 'close' } satisfies ToThread);
    await Promise.race([closed.promise, pause(CLOSE_WITHIN_MS, undefined, { ref: false })]);
    await thread.terminate();
  }

  async #open(): Promise<number> {
    const { host, feed } = this.#options;
    const thread = new Worker(new URL(`./port-thread${extname(import.meta.url)}`, import.meta.url), {
      workerData: { port: this.#port, host, progress: feed.progress() } satisfies ThreadData,
      execArgv: [],
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    });
    this.#thread = thread;
    const listening = Promise.withResolvers<number>();
    let failure: unknown = 'it ended';
    thread.on('message', (message: FromThread) => {
      if (message.kind === 'question') void this.#answer(thread, message);
      else if (message.kind === 'listening') listening.resolve(message.port);
      else if (message.kind === 'fault')
        this.#options.logger.error(
          { err: message.error, request: message.request },
          'DECISIONS_PORT could not answer',
        );
      else if (message.kind === 'refused') listening.reject(cannotListen(this.#port, message.code));
    });
    thread.on('error', (error) => {
      failure = error;
    });
    let open = false;
    thread.once('exit', () => {
      if (this.#thread === thread) this.#thread = null;
      listening.reject(
        new AppError('internal', 'The thread that answers DECISIONS_PORT ended.', { cause: failure }),
      );
      if (open && !this.#closing) void this.#again(failure);
    });
    try {
      const port = await listening.promise;
      open = true;
      return port;
    } catch (error) {
      await thread.terminate();
      throw error;
    }
  }

  /** What has ended is made anew, however often. */
  async #again(failure: unknown): Promise<void> {
    const { logger } = this.#options;
    logger.error({ err: failure }, 'the thread that answers DECISIONS_PORT ended; it is started again');
    while (!this.#closing) {
      await pause(AGAIN_AFTER_MS, undefined, { ref: false });
      if (this.#closing) return;
      try {
        await this.#open();
        return;
      } catch (error) {
        logger.error({ err: error }, 'DECISIONS_PORT could not be opened again; it is tried again');
      }
    }
  }

  async #answer(thread: Worker, question: Question): Promise<void> {
    const { id } = question;
    const reply = (message: ToThread): void => thread.postMessage(message);
    try {
      reply({ kind: 'answer', id, answer: await this.#ask(question) });
    } catch (error) {
      const known = error instanceof AppError ? error : null;
      if (known === null) this.#options.logger.error({ err: error }, 'a question of DECISIONS_PORT failed');
      reply({
        ...{ kind: 'failure', id, code: known?.code ?? 'internal' },
        message: known?.message ?? 'An unexpected error; the log has it.',
      });
    }
  }

  #ask(question: Question): Promise<unknown> {
    const { log, absence, admit } = this.#options;
    switch (question.what) {
      case 'current':
        return log.current(question.asked.environment, question.asked.flag, question.asked.treatment);
      case 'changedSince':
        return log.changedSince(question.asked.environment, question.asked.changes, question.asked.limit);
      case 'absence':
        return absence(question.asked);
      case 'admission':
        return admit(question.asked.authorization);
    }
  }

  #post(message: ToThread): void {
    this.#thread?.postMessage(message);
  }
}

function cannotListen(port: number, code: string): AppError {
  return new AppError(
    'start-refused',
    code === 'EADDRINUSE'
      ? `Port ${port} is in use; stop what uses it, or set DECISIONS_PORT to another one (0 takes a free one).`
      : code === 'EACCES'
        ? `Port ${port} may not be opened by this user; set DECISIONS_PORT to one above 1023.`
        : `The service cannot listen on port ${port} (${code}); set HOST and DECISIONS_PORT.`,
  );
}
