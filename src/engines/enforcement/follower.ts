import { type Decision, type DecisionLog, MOST_AT_ONCE } from '../../decide/index.ts';
import type { Postgres, PostgresRunner } from '../../stores/postgres/index.ts';
import { loadSql } from '../../stores/sql-file.ts';
import type { Connections, EngineConnection } from '../connections/index.ts';
import type { Enforcements } from './enforcements.ts';

const READ = loadSql(new URL('./read-cursor.sql', import.meta.url));
const LOCK = loadSql(new URL('./lock-cursor.sql', import.meta.url));
const ADVANCE = loadSql(new URL('./advance-cursor.sql', import.meta.url));

export interface FollowerDeps {
  readonly postgres: Postgres;
  readonly log: Pick<DecisionLog, 'since' | 'last' | 'stopping'>;
  readonly connections: Pick<Connections, 'all'>;
  readonly enforcements: Enforcements;
}

/**
 * Turns decisions into enforcements, in their order and each once: the cursor and what comes of the decisions before it
 * are one transaction, and of two processes that read the same decisions one alone gets it.
 */
export class Follower {
  readonly #deps: FollowerDeps;

  constructor(deps: FollowerDeps) {
    this.#deps = deps;
  }

  /** Follows every environment to the end of its log. */
  async follow(): Promise<void> {
    for (const [environment, last] of await this.#deps.log.last())
      while ((await this.#cursor(environment)) < last) await this.#page(environment);
  }

  /**
   * What is stopped at this moment, for a connection that is new or changed, in the transaction of that change. It holds
   * the cursor, so that no decision falls between what is read here and what is followed with the new connection.
   */
  async adopt(transaction: PostgresRunner, connection: EngineConnection): Promise<void> {
    await transaction.query(LOCK, [connection.environment]);
    for (const decision of await this.#deps.log.stopping(connection.environment, transaction))
      await this.#deps.enforcements.meet(transaction, connection, decision);
  }

  async #cursor(environment: string): Promise<number> {
    const [row] = await this.#deps.postgres.query<{ sequence: string | number }>(READ, [environment]);
    return Number(row?.sequence ?? 0);
  }

  async #page(environment: string): Promise<void> {
    const { postgres, log, connections, enforcements } = this.#deps;
    const from = await this.#cursor(environment);
    const decisions = await log.since(environment, from, MOST_AT_ONCE);
    const to = decisions.at(-1)?.sequence;
    if (to === undefined) return;
    await postgres.transaction(async (transaction) => {
      const advanced = await transaction.query(ADVANCE, [environment, from, to]);
      if (advanced.length === 0) return;
      const following = await connections.all(environment, transaction);
      for (const decision of whatStands(decisions))
        for (const connection of following) await enforcements.meet(transaction, connection, decision);
    });
  }
}

/**
 * The latest decision of each treatment, after the latest that let it go on: what came before them is over. A stop after a
 * release is a new one, which an engine is told whatever became of the stop before.
 * @param decisions in their order, as what is given
 */
function whatStands(decisions: readonly Decision[]): Decision[] {
  const latest = new Map<string, Decision>();
  const released = new Map<string, Decision>();
  for (const decision of decisions) {
    const treatment = JSON.stringify([decision.flag, decision.treatment]);
    latest.set(treatment, decision);
    if (decision.action !== 'rollback' && decision.action !== 'pause') released.set(treatment, decision);
  }
  const standing = new Set([...latest.values(), ...released.values()]);
  return decisions.filter((decision) => standing.has(decision));
}
