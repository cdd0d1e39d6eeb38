import type { ExperimentPlan, Metric } from '../../../catalogue/index.ts';
import { AppError } from '../../../errors.ts';
import { Interned } from '../../../interned.ts';
import type { Postgres, PostgresRunner } from '../../../stores/postgres/index.ts';
import { loadSql } from '../../../stores/sql-file.ts';
import type { FrozenValues } from '../../segments.ts';
import type { StoredParameters } from '../../stored-parameters.ts';
import { lostLease } from '../shard/index.ts';
import type { Verified } from '../verification.ts';
import { type Build, buildIdentity, planFromJson, quantilesFromJson, type SlowCounts } from './build.ts';

const sql = (name: string) => loadSql(new URL(`./${name}.sql`, import.meta.url));
const BEGIN = sql('begin-build');
const ADVANCE = sql('advance-build');
const RETIRE = sql('retire-builds');
const LOCK = sql('lock-shard');
const JOIN = sql('join-build');
const LIVE = sql('live-builds');
const EXPERIMENTS = sql('live-experiments');
const DEFINITIONS = sql('build-definitions');
const FAIL = sql('fail-metric');
const ASK = sql('ask-of-build');
const NEXT_VERIFICATION = sql('next-verification');
const VERIFIED = sql('finish-verification');
const DESCRIBE = sql('describe-builds');
const RETIRED = sql('retired-builds');
const REMOVED = sql('mark-removed');

/** What a live build is made by never changes, so it is read once. */
type Definition = Pick<Build, 'plan' | 'parameters' | 'segments'>;

interface DefinitionRow {
  readonly id: number;
  readonly plan: unknown;
  readonly parameters: Readonly<Record<string, StoredParameters>>;
  readonly segments: readonly FrozenValues[];
}

interface Row {
  readonly id: number;
  readonly experiment: string;
  readonly identity: string;
  readonly failed: Readonly<Record<string, string>>;
  readonly slow_counts: SlowCounts;
  readonly exact_quantiles: unknown;
  readonly untrusted: boolean;
  readonly rebuild_asked: boolean;
  readonly verified_at: Date | null;
  readonly largest_difference: number | null;
  readonly age_ms: number;
}

interface DescribedRow {
  readonly id: number;
  readonly state: 'building' | 'live';
  readonly progress: number;
  readonly through: string | number;
  readonly verified_at: Date | null;
  readonly verified_through: string | number | null;
  readonly largest_difference: number | null;
  readonly difference_at: string | null;
  readonly untrusted: boolean;
  readonly verification_asked: boolean;
  readonly rebuild_asked: boolean;
}

export interface LiveBuild extends Build {
  readonly identity: string;
  /** A verification found other moments than raw rows give. */
  readonly untrusted: boolean;
  readonly rebuildAsked: boolean;
  readonly verifiedAt: Date | null;
  readonly largestDifference: number | null;
  /** Since it is live. */
  readonly ageMs: number;
}

/** How attribution of one experiment is going. Receipt times in ms. */
export interface BuildState {
  readonly id: number;
  readonly state: 'building' | 'live';
  /** From 0 to 1. */
  readonly progress: number;
  readonly through: number;
  readonly verifiedAt: Date | null;
  readonly verifiedThrough: number | null;
  /** Relative; null: never verified. */
  readonly largestDifference: number | null;
  readonly differenceAt: string | null;
  readonly untrusted: boolean;
  readonly verificationAsked: boolean;
  readonly rebuildAsked: boolean;
}

/** Definitions are large: read so many at a time. */
const DEFINITIONS_AT_ONCE = 500;
/** Experiments remembered; more than are ever live together. */
const MOST_KNOWN = 100_000;

/** The builds, in Postgres. */
export class Builds {
  readonly #postgres: Postgres;
  /** By experiment: one whose build is another by now is read again. */
  readonly #known = new Map<string, { readonly id: number; readonly definition: Definition }>();
  readonly #metrics = new Interned<Metric>();

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
        JSON.stringify(build.exactQuantiles),
        JSON.stringify(build.segments),
      ]);
    });
  }

  async fail(id: number, metric: string, reason: string): Promise<void> {
    await this.#postgres.query(FAIL, [id, metric, reason]);
  }

  /** Builds that were retired at least so long ago and still have rows. */
  async retiredFor(ms: number): Promise<number[]> {
    const rows = await this.#postgres.query<{ id: number }>(RETIRED, [ms]);
    return rows.map((row) => row.id);
  }

  /** Their rows are gone. */
  async removed(ids: readonly number[]): Promise<void> {
    await this.#postgres.query(REMOVED, [ids]);
  }

  /** Asks for a verification or a rebuild of live builds (of all, without an experiment); when it was asked, null where there is none. */
  async ask(experiment: string | null, what: 'verify' | 'rebuild'): Promise<Date | null> {
    const [row] = await this.#postgres.query<{ asked_at: Date }>(ASK, [
      ...[experiment, what === 'verify', what === 'rebuild'],
    ]);
    return row?.asked_at ?? null;
  }

  /** The live build whose verification was asked for first. */
  async nextVerification(): Promise<number | null> {
    const [row] = await this.#postgres.query<{ id: number }>(NEXT_VERIFICATION);
    return row?.id ?? null;
  }

  async verified(
    id: number,
    through: number,
    { difference, exactQuantiles }: Verified,
    untrusted: boolean,
  ): Promise<void> {
    const { largest, at } = difference;
    await this.#postgres.query(VERIFIED, [
      ...[id, through, largest, at, untrusted],
      JSON.stringify(exactQuantiles),
    ]);
  }

  async describe(experiment: string): Promise<BuildState[]> {
    const rows = await this.#postgres.query<DescribedRow>(DESCRIBE, [experiment]);
    return rows.map((row) => ({
      ...{ id: row.id, state: row.state, progress: row.progress, untrusted: row.untrusted },
      through: Number(row.through),
      verifiedAt: row.verified_at,
      verifiedThrough: row.verified_through === null ? null : Number(row.verified_through),
      largestDifference: row.largest_difference,
      differenceAt: row.difference_at,
      ...{ verificationAsked: row.verification_asked, rebuildAsked: row.rebuild_asked },
    }));
  }

  /** The live builds of all experiments, or of some. */
  async live(experiments: readonly string[] | null = null): Promise<LiveBuild[]> {
    const rows = await this.#postgres.query<Row>(LIVE, [experiments]);
    const found = new Map<number, Definition>();
    for (const { id, experiment } of rows) {
      const known = this.#known.get(experiment);
      if (known?.id === id) found.set(id, known.definition);
    }
    const unknown = rows.map(({ id }) => id).filter((id) => !found.has(id));
    for (let from = 0; from < unknown.length; from += DEFINITIONS_AT_ONCE)
      for (const read of await this.#definitions(unknown.slice(from, from + DEFINITIONS_AT_ONCE)))
        found.set(read.id, read.definition);
    return rows.map((row) => {
      const definition = found.get(row.id);
      if (definition === undefined)
        throw new AppError(
          'internal',
          `Build ${row.id} of "${row.experiment}" is live and has no definition.`,
        );
      return toBuild(row, definition);
    });
  }

  /** Those that have a live build. */
  async experiments(): Promise<Set<string>> {
    const rows = await this.#postgres.query<{ experiment: string }>(EXPERIMENTS);
    return new Set(rows.map(({ experiment }) => experiment));
  }

  async #definitions(
    ids: readonly number[],
  ): Promise<{ readonly id: number; readonly definition: Definition }[]> {
    const rows = await this.#postgres.query<DefinitionRow>(DEFINITIONS, [ids]);
    if (this.#known.size > MOST_KNOWN) this.#known.clear();
    return rows.map(({ id, plan, parameters, segments }) => {
      const definition = {
        plan: planFromJson(plan, this.#metrics),
        parameters: new Map(Object.entries(parameters)),
        segments,
      };
      this.#known.set(definition.plan.key, { id, definition });
      return { id, definition };
    });
  }
}

async function one<R>(runner: PostgresRunner, text: string, params: readonly unknown[]): Promise<R> {
  const [row] = await runner.query<R>(text, params);
  if (row === undefined) throw lostLease();
  return row;
}

function toBuild({ id, identity, failed, slow_counts, ...row }: Row, definition: Definition): LiveBuild {
  return {
    ...definition,
    ...{
      id,
      identity,
      failed,
      untrusted: row.untrusted,
      rebuildAsked: row.rebuild_asked,
      ageMs: row.age_ms,
    },
    ...{ verifiedAt: row.verified_at, largestDifference: row.largest_difference },
    slowCounts: slow_counts,
    exactQuantiles: quantilesFromJson(row.exact_quantiles),
  };
}
