import { sameJson } from '../../canonical-json.ts';
import { AppError } from '../../errors.ts';
import type { Postgres, PostgresRunner } from '../../stores/postgres/index.ts';
import { loadSql } from '../../stores/sql-file.ts';
import type { Change, Changes } from '../changes.ts';
import { brokenMetricReferences } from '../experiment-references.ts';
import { invalid, parseDocument } from '../field-errors.ts';
import { brokenGuardrails } from '../guardrail-rules.ts';
import { type Precondition, requireCurrent } from '../precondition.ts';
import { type StoredFields, type StoredRow, storedFieldsOf } from '../stored.ts';
import { FlagGuardrails, type FlagGuardrailsBody } from './flag-guardrails.ts';

const sql = {
  insert: loadSql(new URL('../insert-entry.sql', import.meta.url)),
  read: loadSql(new URL('../read-entry.sql', import.meta.url)),
  lock: loadSql(new URL('../lock-entry.sql', import.meta.url)),
  update: loadSql(new URL('../update-entry.sql', import.meta.url)),
};
const KIND = 'flagGuardrails';

export type StoredFlagGuardrails = FlagGuardrails & StoredFields;

/** The flag-wide guardrails of environments: one document each, read and replaced as a whole. */
export class FlagGuardrailsEntries {
  readonly #postgres: Postgres;
  readonly #changes: Changes;

  constructor(deps: { postgres: Postgres; changes: Changes }) {
    this.#postgres = deps.postgres;
    this.#changes = deps.changes;
  }

  /** @throws AppError `not-found`. */
  async read(environment: string): Promise<StoredFlagGuardrails> {
    const found = await find(this.#postgres, environment);
    if (found === null)
      throw new AppError(
        'not-found',
        `Environment "${environment}" has no flag-wide guardrails; PUT /api/v1/environments/${environment}/flag-guardrails makes them.`,
      );
    return found;
  }

  /**
   * Makes them, or replaces all of them; the same again makes no revision. Running experiments follow soon after.
   * @param precondition null: none was sent, which is right only where there are none yet
   * @throws AppError `precondition-required`, `precondition-failed`, `unprocessable`
   */
  replace(
    change: Change,
    environment: string,
    precondition: Precondition | null,
    body: FlagGuardrailsBody,
  ): Promise<StoredFlagGuardrails> {
    const definition = parseDocument(FlagGuardrails, { ...body, environment });
    const broken = brokenGuardrails(definition);
    if (broken.length > 0) throw invalid(broken);
    return this.#changes.make(change, async ({ transaction, now, record }) => {
      const [known] = await transaction.query(sql.lock, ['environments', environment]);
      if (known === undefined)
        throw new AppError(
          'not-found',
          `There is no environment "${environment}"; make it by POST /api/v1/environments.`,
        );
      const before = await find(transaction, environment);
      requirePrecondition(before, precondition, environment);
      const missing = await brokenMetricReferences(transaction, {
        ...{ key: '', metrics: { goal: [], secondary: [], guardrail: [] } },
        guardrails: definition.guardrails,
      });
      if (missing.length > 0) throw invalid(missing);
      if (before !== null && sameJson(documentOf(before), definition)) return before;
      await transaction.query(before === null ? sql.insert : sql.update, [
        ...[KIND, environment, JSON.stringify(definition), now],
      ]);
      const after = await find(transaction, environment);
      if (after === null) throw new AppError('internal', 'What was just kept is not there; look at the log.');
      const action = before === null ? 'create' : 'update';
      await record({ action, resource: resourceOf(environment), before, after });
      return after;
    });
  }
}

async function find(runner: PostgresRunner, environment: string): Promise<StoredFlagGuardrails | null> {
  const [row] = await runner.query<StoredRow>(sql.read, [KIND, environment]);
  return row === undefined ? null : { ...FlagGuardrails.parse(row.definition), ...storedFieldsOf(row) };
}

function documentOf(stored: StoredFlagGuardrails): FlagGuardrails {
  const { revision, createdAt, updatedAt, ...document } = stored;
  return document;
}

const resourceOf = (environment: string): string => `environments/${environment}/flag-guardrails`;

function requirePrecondition(
  before: StoredFlagGuardrails | null,
  precondition: Precondition | null,
  environment: string,
): void {
  if (precondition === null) {
    if (before === null) return;
    throw new AppError(
      'precondition-required',
      'Send the ETag of what you read as If-Match, so that nobody’s change is overwritten unseen.',
    );
  }
  // If-Match asks for something that is there, whatever its revision (RFC 9110).
  if (before === null)
    throw new AppError(
      'precondition-failed',
      `${resourceOf(environment)} is not there yet; send it without If-Match to make it.`,
    );
  requireCurrent(precondition, before.revision, resourceOf(environment));
}
