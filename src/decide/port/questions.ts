import { AppError } from '../../errors.ts';
import type { FromThread, Question, Questions, ToThread, What } from './messages.ts';

/** Longer than this the service is not waited for: it answers at once, or something is wrong with it or its stores. */
const ANSWER_WITHIN_MS = 5_000;

interface Pending {
  readonly resolve: (answer: never) => void;
  readonly reject: (error: AppError) => void;
  readonly timer: NodeJS.Timeout;
}

/** The thread's questions to the service. */
export class ServiceQuestions {
  readonly #post: (message: FromThread) => void;
  readonly #pending = new Map<number, Pending>();
  #id = 0;

  constructor(post: (message: FromThread) => void) {
    this.#post = post;
  }

  /** @throws AppError as the service does, or `unavailable` where it does not answer in time. */
  ask<W extends What>(what: W, asked: Questions[W]['asked']): Promise<Questions[W]['answer']> {
    this.#id += 1;
    const id = this.#id;
    const { promise, resolve, reject } = Promise.withResolvers<Questions[W]['answer']>();
    const timer = setTimeout(
      () =>
        this.#take(id)?.reject(
          new AppError('unavailable', 'The service is too busy to say; ask again in a few seconds.', {
            retryAfterSeconds: 5,
          }),
        ),
      ANSWER_WITHIN_MS,
    );
    this.#pending.set(id, { resolve: resolve as Pending['resolve'], reject, timer });
    this.#post({ kind: 'question', id, what, asked } as Question);
    return promise;
  }

  hear(message: Extract<ToThread, { kind: 'answer' | 'failure' }>): void {
    const pending = this.#take(message.id);
    if (message.kind === 'answer') pending?.resolve(message.answer as never);
    else pending?.reject(new AppError(message.code, message.message));
  }

  #take(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    clearTimeout(pending?.timer);
    return pending;
  }
}
