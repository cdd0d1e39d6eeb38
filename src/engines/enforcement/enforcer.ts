import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { type ActuatorDeps, actuatorFor, type Order } from '../actuators/index.ts';
import type { Connections, EngineConnection } from '../connections/index.ts';
import type { EnforcementMetrics } from './enforcement-metrics.ts';
import type { EnforcementRow } from './enforcement-row.ts';
import type { Enforcements, Progress } from './enforcements.ts';
import type { ImpressionsSince } from './impressions-since.ts';
import { confirmAfterMs, hasStopped, retryAfterMs, silenceOf, watchAfterMs } from './pace.ts';
import { watchConfirmed } from './watch-confirmed.ts';

const MOST_UNDER_WAY = 20;
/** After it another process tries what this one may have died in; an engine may be told twice. */
const CLAIM_MS = 20_000;

export interface EnforcerDeps {
  readonly enforcements: Enforcements;
  readonly connections: Pick<Connections, 'find'>;
  readonly actuators: ActuatorDeps;
  readonly impressionsSince: ImpressionsSince;
  readonly metrics: EnforcementMetrics;
  readonly clock: () => Date;
  readonly logger: Logger;
}

/** What came of working on one; `waitMs`: until it is due again, null: never. */
export type Step = Partial<Progress> &
  Pick<Progress, 'status' | 'detail'> & { readonly waitMs: number | null };

/** Does what is due: tells engines, reads back, and looks at the impressions until the treatment is met no more. */
export class Enforcer {
  readonly #deps: EnforcerDeps;
  readonly #underWay = new Set<Promise<void>>();

  constructor(deps: EnforcerDeps) {
    this.#deps = deps;
  }

  /** Begins what is due, as far as there is room; a slow engine keeps nobody else waiting. */
  async begin(): Promise<void> {
    const room = MOST_UNDER_WAY - this.#underWay.size;
    if (room <= 0) return;
    const claim = randomUUID();
    const until = new Date(this.#deps.clock().getTime() + CLAIM_MS);
    for (const row of await this.#deps.enforcements.claim(claim, until, room)) {
      const work = this.#work(row, claim)
        .catch((error: unknown) => {
          // It is due again when its claim has run out.
          this.#deps.logger.error(
            { err: error, enforcement: row.id },
            'an enforcement could not be worked on',
          );
        })
        .finally(() => void this.#underWay.delete(work));
      this.#underWay.add(work);
    }
  }

  /** Until nothing is under way. */
  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  async #work(row: EnforcementRow, claim: string): Promise<void> {
    const { enforcements, connections, clock, metrics, logger } = this.#deps;
    const connection = await connections.find(row.connection);
    const step = await this.#step(row, connection);
    const now = clock();
    const limitMs = (connection?.confirmWithinSeconds ?? 0) * 1000;
    const { waitMs, ...progress } = step;
    const open = step.status === 'waiting' || step.status === 'acknowledged';
    // What was served again has as long again.
    const late =
      open && now.getTime() >= (step.reopenedAt ?? row.reopened_at ?? row.taken_at).getTime() + limitMs;
    const told = row.status === 'escalated';
    const escalates = !told && (late || step.status === 'escalated');
    const saved: Progress = {
      attempts: row.attempts,
      sentAt: row.sent_at,
      acknowledgedAt: row.acknowledged_at,
      lastTreatmentAt: row.last_treatment_at,
      confirmedAt: row.confirmed_at,
      reopened: row.reopened,
      reopenedAt: row.reopened_at,
      ...progress,
      status: escalates || (open && told) ? 'escalated' : step.status,
      escalatedAt: escalates ? now : row.escalated_at,
      nextAt: waitMs === null ? null : new Date(now.getTime() + waitMs),
    };
    await enforcements.save(row, claim, saved);
    metrics.observe(row, saved);
    if (escalates || saved.reopened > row.reopened)
      logger.error(
        { enforcement: row.id, connection: row.connection, flag: row.flag, treatment: row.treatment },
        `The treatment may still be served: ${saved.detail}`,
      );
  }

  async #step(row: EnforcementRow, connection: EngineConnection | null): Promise<Step> {
    const has =
      connection?.environment === row.environment && connection.flags.some(({ flag }) => flag === row.flag);
    if ((connection === null || !has || connection.dryRun) && row.confirmed_at !== null)
      return { status: 'confirmed', detail: row.detail, waitMs: null };
    if (connection === null || !has || connection.dryRun)
      return {
        status: 'released',
        detail: 'The connection no longer has the flag, or is in dry run; nothing more is sent.',
        waitMs: null,
      };
    if (row.acknowledged_at === null) return this.#tell(row, connection);
    return row.confirmed_at === null
      ? this.#confirm(row, connection)
      : watchConfirmed(row, row.confirmed_at, connection, this.#deps);
  }

  async #tell(row: EnforcementRow, connection: EngineConnection): Promise<Step> {
    const { actuators, clock } = this.#deps;
    const actuator = actuatorFor(connection, actuators);
    const { flag, treatment, action, why } = row;
    const order: Order = { flag, treatment, action, why };
    const attempts = row.attempts + 1;
    const sentAt = row.sent_at ?? clock();
    const again = (wantedMs: number) => retryAfterMs(attempts, row.escalated_at !== null, wantedMs);
    const acted = await actuator.act(order);
    if (acted.kind === 'pendingApproval')
      // Waiting would not help: somebody has to do something now.
      return { status: 'escalated', detail: acted.detail, attempts, sentAt, waitMs: again(5_000) };
    if (acted.kind === 'failed')
      return { status: 'waiting', detail: acted.detail, attempts, sentAt, waitMs: again(acted.retryAfterMs) };
    const seen = await actuator.readBack(order);
    const unreadable = seen.state === 'unknown' && action === 'pause';
    if (seen.state !== 'stopped' && !unreadable)
      return {
        status: 'waiting',
        detail: `${acted.detail} Read back: ${seen.detail}`,
        ...{ attempts, sentAt, waitMs: again(0) },
      };
    const done = { attempts, sentAt, acknowledgedAt: clock() };
    if (action === 'pause')
      return {
        status: 'confirmed',
        detail: `${seen.detail} Whoever has the treatment keeps it.`,
        ...{ ...done, confirmedAt: clock(), waitMs: watchAfterMs(clock(), clock()) },
      };
    return { status: 'acknowledged', detail: seen.detail, ...done, waitMs: confirmAfterMs(false) };
  }

  async #confirm(row: EnforcementRow, connection: EngineConnection): Promise<Step> {
    const { impressionsSince, clock, logger } = this.#deps;
    const waitMs = confirmAfterMs(row.escalated_at !== null);
    const { environment, flag, treatment, decided_at: decidedAt, acknowledged_at: acknowledgedAt } = row;
    try {
      const seen = await impressionsSince(environment, flag, treatment, decidedAt);
      const found = { detail: silenceOf(treatment, seen), lastTreatmentAt: seen.last };
      return hasStopped(seen, acknowledgedAt ?? decidedAt, connection.quietSeconds * 1000)
        ? { status: 'confirmed', ...found, confirmedAt: clock(), waitMs: watchAfterMs(clock(), clock()) }
        : { status: 'acknowledged', ...found, waitMs };
    } catch (error) {
      logger.warn({ err: error, enforcement: row.id }, 'the impressions could not be looked at');
      return {
        status: 'acknowledged',
        detail: 'The impressions cannot be read at the moment, so that nothing shows whether it stopped.',
        waitMs,
      };
    }
  }
}
