import { randomUUID } from 'node:crypto';
import {
  type AuditLog,
  type Page,
  type PageQuery,
  positionOf,
  systemActor,
  toPage,
} from '../../access/index.ts';
import type { Decision } from '../../decide/index.ts';
import { AppError } from '../../errors.ts';
import type { Postgres, PostgresRunner } from '../../stores/postgres/index.ts';
import { loadSql } from '../../stores/sql-file.ts';
import { type Actuator, type ActuatorDeps, actuatorFor, type Order } from '../actuators/index.ts';
import type { EngineConnection } from '../connections/index.ts';
import type { Enforcement } from './enforcement.ts';
import { type EnforcementRow, toEnforcement } from './enforcement-row.ts';

const sql = {
  insert: loadSql(new URL('./insert-enforcement.sql', import.meta.url)),
  close: loadSql(new URL('./close-enforcements.sql', import.meta.url)),
  claim: loadSql(new URL('./claim-enforcements.sql', import.meta.url)),
  save: loadSql(new URL('./save-enforcement.sql', import.meta.url)),
  list: loadSql(new URL('./list-enforcements.sql', import.meta.url)),
};
const LIST = 'enforcements';
const ACTOR = systemActor('enforcement');

/** How far an enforcement has come after a step. */
export interface Progress {
  readonly status: Enforcement['status'];
  readonly detail: string;
  readonly attempts: number;
  readonly sentAt: Date | null;
  readonly acknowledgedAt: Date | null;
  readonly lastTreatmentAt: Date | null;
  readonly confirmedAt: Date | null;
  readonly escalatedAt: Date | null;
  readonly reopened: number;
  readonly reopenedAt: Date | null;
  /** null: it is over. */
  readonly nextAt: Date | null;
}

/** What engines are told, one row for each connection and decision; every step that changes something is audited. */
export class Enforcements {
  readonly #postgres: Postgres;
  readonly #audit: AuditLog;
  readonly #clock: () => Date;
  readonly #actuators: ActuatorDeps;

  constructor(deps: {
    postgres: Postgres;
    audit: AuditLog;
    clock: () => Date;
    actuators: ActuatorDeps;
  }) {
    this.#postgres = deps.postgres;
    this.#audit = deps.audit;
    this.#clock = deps.clock;
    this.#actuators = deps.actuators;
  }

  /** Begins what a connection must do for a decision, or ends what it no longer has to. */
  async meet(transaction: PostgresRunner, connection: EngineConnection, decision: Decision): Promise<void> {
    const mapped = connection.flags.find(({ flag }) => flag === decision.flag);
    if (connection.environment !== decision.environment || mapped === undefined || decision.id === null)
      return;
    const actuator = actuatorFor(connection, this.#actuators);
    const action = actionOf(connection, decision, actuator);
    const { environment, flag, treatment, sequence } = decision;
    const closed = await transaction.query<EnforcementRow>(sql.close, [
      ...[environment, flag, treatment, sequence, connection.key, action],
      ...(action === null
        ? ['released', `Decision ${decision.id} stops it no more; nothing is turned on again by itself.`]
        : ['superseded', `Decision ${decision.id} asks for more.`]),
    ]);
    for (const row of closed)
      if (row.status !== 'confirmed') await this.#record(transaction, row.status, null, row);
    if (action === null) return;
    const order: Order = { flag, treatment, action, why: whyOf(decision) };
    const now = this.#clock();
    const [row] = await transaction.query<EnforcementRow>(sql.insert, [
      ...[`enf_${randomUUID()}`, connection.key, environment, flag, treatment, decision.id, sequence],
      ...[action, actuator.reach(flag), connection.dryRun, order.why],
      ...(connection.dryRun
        ? ['dryRun', `Dry run: would ${actuator.describe(order)}.`]
        : ['waiting', 'The engine has not been told yet.']),
      ...[decision.decidedAt, now, connection.dryRun ? null : now],
    ]);
    if (row !== undefined)
      await this.#record(transaction, connection.dryRun ? 'dryRun' : 'enforce', null, row);
  }

  /** Those that are due, for this claim alone until the given moment. */
  claim(claim: string, until: Date, most: number): Promise<EnforcementRow[]> {
    return this.#postgres.query<EnforcementRow>(sql.claim, [claim, this.#clock(), until, most]);
  }

  /** Keeps a step, unless it ended meanwhile; audited where it changed something to be seen. */
  async save(before: EnforcementRow, claim: string, progress: Progress): Promise<void> {
    await this.#postgres.transaction(async (transaction) => {
      const { status, detail, attempts, nextAt } = progress;
      const [row] = await transaction.query<EnforcementRow>(sql.save, [
        ...[before.id, claim, status, detail, attempts, progress.sentAt, progress.acknowledgedAt],
        ...[progress.lastTreatmentAt, progress.confirmedAt, progress.escalatedAt, nextAt],
        ...[progress.reopened, progress.reopenedAt],
      ]);
      if (row === undefined) return;
      const sameStep = row.status === before.status && (row.sent_at === null) === (before.sent_at === null);
      if (sameStep && row.detail === before.detail) return;
      await this.#record(transaction, row.status === 'waiting' ? 'send' : row.status, before, row);
    });
  }

  /** Latest first. */
  async list(
    query: PageQuery & { environment: string; flag?: string | undefined },
  ): Promise<Page<Enforcement>> {
    const position = positionOf(LIST, query);
    const [takenAt = null, sequence = null, id = null] = position?.split(' ') ?? [];
    if (
      position !== null &&
      (!Number.isFinite(Date.parse(takenAt ?? '')) || !/^\d{1,15}$/.test(sequence ?? ''))
    )
      throw new AppError('bad-request', 'This cursor is not one of this list; begin again without it.');
    const rows = await this.#postgres.query<EnforcementRow>(sql.list, [
      ...[query.environment, query.flag ?? null, takenAt, sequence, id, query.limit + 1],
    ]);
    return toPage(
      LIST,
      query,
      rows.map(toEnforcement),
      (one) => `${one.times.takenAt} ${one.sequence} ${one.id}`,
    );
  }

  #record(
    transaction: PostgresRunner,
    step: string,
    before: EnforcementRow | null,
    after: EnforcementRow,
  ): Promise<void> {
    return this.#audit.record(transaction, {
      at: this.#clock(),
      actor: ACTOR,
      action: step,
      resource: `enforcements/${after.id}`,
      before: before === null ? null : toEnforcement(before),
      after: toEnforcement(after),
      why: after.why,
    });
  }
}

/** null: the decision asks this engine for nothing. */
function actionOf(
  connection: EngineConnection,
  decision: Decision,
  actuator: Actuator,
): Order['action'] | null {
  if (decision.action === 'rollback') return 'turnOff';
  if (decision.action !== 'pause') return null;
  if (actuator.pauses(decision.flag)) return 'pause';
  return connection.whenPaused === 'turnOff' ? 'turnOff' : null;
}

/** One short sentence, without line breaks, for the engine's history. */
function whyOf({ id, sequence, treatment, verdict, reasons }: Decision): string {
  const reason = (reasons[0] ?? '').replaceAll(/\p{Cc}+/gu, ' ').slice(0, 300);
  return `Assay ${id} (${sequence}): ${verdict} of "${treatment}". ${reason}`.trim();
}
