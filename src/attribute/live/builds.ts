import type { ExperimentPlan } from '../../catalogue/index.ts';
import type { Postgres, PostgresRunner } from '../../stores/postgres/index.ts';
import { loadSql } from '../../stores/sql-file.ts';
import type { StoredParameters } from '../stored-parameters.ts';
import { type Build, buildIdentity, planFromJson, type SlowCounts } from './build.ts';
import { lostLease } from './shard.ts';

const sql = (name: string) => loadSql(new URL(`./${name}.sql`, import.meta.url));
const BEGIN = sql('begin-build');
const ADVANCE = sql('advance-build');
const RETIRE = sql('retire-builds');
const LOCK = sql('lock-shard');
const JOIN = sql('join-build');
const LIVE = sql('live-builds');
const FAIL = sql('fail-metric');

interface Row {
  readonly id: number;
  readonly identity: string;
  readonly plan: unknown;
  readonly parameters: Readonly<Record<string, StoredParameters>>;
  readonly failed: Readonly<Record<string, string>>;
  readonly slow_counts: SlowCounts;
}

export type LiveBuild = Build & { readonly identity: string };

/** The builds, in Postgres. */
export class Builds {
  readonly #postgres: Postgres;

  constructor(postgres: Postgres) {
    this.#postgres = postgres;
  }

  async begin(fence: number, plan: ExperimentPlan): Promise<number> {
    const row = await one<{ id: number }>(this.#postgres, BEGIN, [
      ...[fence, plan.key, buildIdentity(plan)],
      JSON.stringify(plan),
    ]);
    return row.id;
  }

  async advance(id: number, progress: number): Promise<void> {
    await this.#postgres.query(ADVANCE, [id, progress]);
  }

  /** Ends what other attributors left half-way. */
  async retireAbandoned(fence: number): Promise<void> {
    await this.#postgres.query(RETIRE, [fence, null]);
  }

  /** Ends the live build of an experiment that is not attributed any more. */
  async retire(fence: number, experiment: string): Promise<void> {
    await this.#postgres.query(RETIRE, [fence, experiment]);
  }

  /** The build takes the place of the experiment's live one. */
  async join(fence: number, build: Build, through: number): Promise<void> {
    await this.#postgres.transaction(async (tx) => {
      await one(tx, LOCK, [fence, through]);
      await tx.query(RETIRE, [fence, build.plan.key]);
      await one(tx, JOIN, [
        build.id,
        JSON.stringify(Object.fromEntries(build.parameters)),
        JSON.stringify(build.failed),
        JSON.stringify(build.slowCounts),
      ]);
    });
  }

  async fail(id: number, metric: string, reason: string): Promise<void> {
    await this.#postgres.query(FAIL, [id, metric, reason]);
  }

  async live(): Promise<LiveBuild[]> {
    return (await this.#postgres.query<Row>(LIVE, [null])).map(toBuild);
  }

  async liveOf(experiment: string): Promise<LiveBuild | null> {
    const [row] = await this.#postgres.query<Row>(LIVE, [experiment]);
    return row === undefined ? null : toBuild(row);
  }
}

async function one<R>(runner: PostgresRunner, text: string, params: readonly unknown[]): Promise<R> {
  const [row] = await runner.query<R>(text, params);
  if (row === undefined) throw lostLease();
  return row;
}

function toBuild({ id, identity, plan, parameters, failed, slow_counts }: Row): LiveBuild {
  return {
    ...{ id, identity, failed },
    plan: planFromJson(plan),
    parameters: new Map(Object.entries(parameters)),
    slowCounts: slow_counts,
  };
}
