import { type Actor, type AuditLog, Why } from '../access/index.ts';
import type { Postgres, PostgresRunner } from '../stores/postgres/index.ts';
import { parseDocument } from './field-errors.ts';
import { answeredBefore, keepAnswer, type RepeatableRequest } from './idempotency.ts';

/** Who asks for a change, and why. */
export interface Change {
  readonly actor: Actor;
  readonly why?: string | null;
  /** Of a POST with an Idempotency-Key: its repetition is answered as it was, and changes nothing. */
  readonly repeatable?: RepeatableRequest;
}

/** One change as the audit log will have it. */
export interface Changed {
  readonly action: string;
  readonly resource: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** What a change works with: its transaction, its moment, and the audit log of both. */
export interface Changing {
  readonly transaction: PostgresRunner;
  readonly now: Date;
  record(changed: Changed): Promise<void>;
}

export interface ChangesDeps {
  readonly postgres: Postgres;
  readonly audit: AuditLog;
  readonly clock: () => Date;
}

/** Makes each change in one transaction with its audit event and the answer to its repetitions. */
export class Changes {
  readonly #deps: ChangesDeps;

  constructor(deps: ChangesDeps) {
    this.#deps = deps;
  }

  /** `work` returns what the API answers: a JSON document. */
  async make<T>(change: Change, work: (changing: Changing) => Promise<T>): Promise<T> {
    const why = parseDocument(Why.nullable(), change.why ?? null);
    return this.#deps.postgres.transaction(async (transaction) => {
      const now = this.#deps.clock();
      const { actor, repeatable } = change;
      if (repeatable !== undefined) {
        const answer = await answeredBefore(transaction, actor.id, repeatable, now);
        if (answer !== null) return JSON.parse(answer) as T;
      }
      const value = await work({
        transaction,
        now,
        record: (changed) => this.#deps.audit.record(transaction, { ...changed, at: now, actor, why }),
      });
      if (repeatable !== undefined)
        await keepAnswer(transaction, actor.id, repeatable, JSON.stringify(value));
      return value;
    });
  }
}
