import { AsyncLocalStorage } from 'node:async_hooks';
import { AppError } from '../../errors.ts';

/** The transaction that the code now running was called from. */
export interface TransactionScope {
  /** The pool's client the transaction runs on. */
  readonly client: object;
  open: boolean;
  /** Its end could not be brought to the server. */
  broken: boolean;
}

/**
 * Follows a transaction through its asynchronous calls, because a statement that a transaction sends past its own
 * runner would wait for that transaction's end for ever on one session, and would not see its rows on many.
 */
export const transactionScope = new AsyncLocalStorage<TransactionScope>();

/** The error for a statement sent past the runner of the transaction it is called from. */
export function outsideItsTransaction(): AppError {
  return new AppError(
    'internal',
    'A statement inside a transaction went past it: pass the transaction on and use it instead of the store.',
  );
}
