import { type LogEntry, type logCreator, logLevel } from 'kafkajs';
import type { Logger } from 'pino';

/** What of a line of kafkajs goes into the log; the rest may hold requests and answers, also those of a login. */
const FIELDS = [
  'broker',
  'clientId',
  'error',
  'groupId',
  'memberId',
  'topic',
  'partition',
  'offset',
  'retryCount',
  'retryTime',
] as const;

/** A line that says what another said so short a time ago is left out. */
const REPEAT_MS = 10_000;
/** Far more than kafkajs has to say; then all may be said again. */
const MAX_REMEMBERED = 1000;

/**
 * Writes the lines of kafkajs's clients to a logger, one level lower than they come: what kafkajs calls an error it
 * mostly tries again, and what it does not comes back to the caller as one. While a broker is away it tries, and says
 * so, many times a second: of lines that say the same one in ten seconds is written, with the number of those left out.
 */
export class KafkaLog {
  readonly #logger: Logger;
  readonly #now: () => number;
  readonly #said = new Map<string, { at: number; leftOut: number }>();

  constructor(logger: Logger, now: () => number = () => performance.now()) {
    this.#logger = logger;
    this.#now = now;
  }

  /** @param isOver whether the client has been closed, after which it complains of that alone. */
  creator(isOver: () => boolean): logCreator {
    return () => (entry) => {
      if (!isOver()) this.#write(entry);
    };
  }

  #write(entry: LogEntry): void {
    const fields = fieldsOf(entry);
    const text = `kafkajs ${entry.namespace}: ${entry.log.message}`;
    const leftOut = this.#leftOut(`${text} ${fields['error'] ?? ''}`);
    if (leftOut === null) return;
    const told = leftOut === 0 ? fields : { ...fields, leftOut };
    if (entry.level === logLevel.ERROR) this.#logger.warn(told, text);
    else if (entry.level === logLevel.WARN) this.#logger.info(told, text);
    else this.#logger.debug(told, text);
  }

  /** How many such lines were left out since the last; null where this one is left out, too. */
  #leftOut(text: string): number | null {
    const at = this.#now();
    const before = this.#said.get(text);
    if (before !== undefined && at - before.at < REPEAT_MS) {
      before.leftOut += 1;
      return null;
    }
    if (this.#said.size >= MAX_REMEMBERED) this.#said.clear();
    this.#said.set(text, { at, leftOut: 0 });
    return before?.leftOut ?? 0;
  }
}

function fieldsOf({ log }: LogEntry): Record<string, string | number> {
  const fields: Record<string, string | number> = {};
  for (const name of FIELDS) {
    const value: unknown = log[name];
    if (typeof value === 'string' || typeof value === 'number') fields[name] = value;
    else if (value instanceof Error) fields[name] = value.message;
  }
  return fields;
}
