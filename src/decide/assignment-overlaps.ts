import type { Logger } from 'pino';
import { epochAlpha } from '../../analysis/index.ts';
import type { AssignmentOverlap } from '../ruling/index.ts';
import type { Postgres } from '../stores/postgres/index.ts';
import { loadSql } from '../stores/sql-file.ts';

const sql = (name: string) => loadSql(new URL(`./${name}.sql`, import.meta.url));
const LOCK = sql('lock-overlap-tests');
const COUNT = sql('count-overlap-tests');
const KNOWN = sql('known-overlaps');
const SAVE = sql('save-overlaps');
const FORGET = sql('forget-overlaps');
const SHOWN = sql('shown-overlaps');

/** That any pair of an environment is ever warned of though all are independent. */
const OVERLAP_ALPHA = 0.001;
/** What is shown reaches a decision so late at most, where another process has tested it. */
const KEPT_MS = 10_000;
const MOST_SHOWN = 10_000;
/** A decision names so many of its flag's. */
const MOST_OF_ONE = 10;

/** What a test of two epochs says, of the units of one sample. */
export interface TestedPair {
  /** Keys of the experiments, in their order. */
  readonly first: string;
  readonly firstEpoch: number;
  readonly second: string;
  readonly secondEpoch: number;
  readonly halvings: number;
  readonly logE: number;
  readonly units: number;
}

interface PairName {
  readonly first: string;
  readonly first_epoch: number;
  readonly second: string;
  readonly second_epoch: number;
  readonly halvings: number;
}

interface PairRow extends PairName {
  readonly shown: boolean;
}

interface ShownRow {
  readonly first: string;
  readonly first_epoch: number;
  readonly first_flag: string;
  readonly second: string;
  readonly second_epoch: number;
  readonly second_flag: string;
  readonly alpha: number;
  readonly log_e: number;
  readonly units: string | number;
}

type OfEpoch = AssignmentOverlap & { readonly epoch: number };

/** What was found of pairs of experiments, kept; what is shown is remembered for some seconds. */
export class AssignmentOverlaps {
  readonly #postgres: Postgres;
  readonly #logger: Logger;
  readonly #now: () => Date;
  #shown: { readonly at: number; readonly by: Promise<ReadonlyMap<string, readonly OfEpoch[]>> } | null =
    null;

  constructor(options: { postgres: Postgres; logger: Logger; now: () => Date }) {
    this.#postgres = options.postgres;
    this.#logger = options.logger;
    this.#now = options.now;
  }

  /**
   * Keeps tests of an environment. The k-th pair that is ever tested there has k's part of the alpha, so that all there will
   * ever be share it. Gives the experiments of which something is shown that was not before.
   */
  async save(environment: string, pairs: readonly TestedPair[]): Promise<string[]> {
    const rows = pairs.map(({ firstEpoch, secondEpoch, logE, ...pair }) => ({
      ...{ ...pair, first_epoch: firstEpoch, second_epoch: secondEpoch, log_e: logE },
    }));
    const fresh = await this.#postgres.transaction(async (transaction) => {
      const [counted] = await transaction.query<{ last: number }>(LOCK, [environment]);
      const asked = [environment, JSON.stringify(rows)];
      const before = await transaction.query<PairRow>(KNOWN, asked);
      const known = new Map(before.map((row) => [nameOf(row), row.shown]));
      let last = counted?.last ?? 0;
      const tests = rows.map((row) => {
        // Of a pair that is there its own stays.
        if (known.has(nameOf(row))) return { ...row, alpha: OVERLAP_ALPHA };
        last += 1;
        return { ...row, alpha: epochAlpha(OVERLAP_ALPHA, last) };
      });
      if (last !== counted?.last) await transaction.query(COUNT, [environment, last]);
      const saved = await transaction.query<PairRow>(SAVE, [environment, JSON.stringify(tests), this.#now()]);
      await transaction.query(FORGET, [environment]);
      return saved.filter((row) => row.shown && known.get(nameOf(row)) !== true);
    });
    if (fresh.length > 0) this.#shown = null;
    return [...new Set(fresh.flatMap(({ first, second }) => [first, second]))];
  }

  /** Flags that are not assigned independently of an experiment's, in this epoch of it. None where that cannot be read now. */
  async of(experiment: string, epoch: number): Promise<readonly AssignmentOverlap[]> {
    const at = this.#now().getTime();
    if (this.#shown === null || Math.abs(at - this.#shown.at) >= KEPT_MS) {
      const before = this.#shown?.by;
      this.#shown = { at, by: this.#read().catch((error: unknown) => this.#without(error, before)) };
    }
    const all = (await this.#shown.by).get(experiment) ?? [];
    const own = all.filter((one) => one.epoch === epoch);
    // Of one other experiment, in whichever epochs and samples, the one that shows it best, which comes first.
    const best = own.filter(
      ({ experiment }, index) => own.findIndex((one) => one.experiment === experiment) === index,
    );
    return best.slice(0, MOST_OF_ONE).map(({ epoch: _, ...overlap }) => overlap);
  }

  async #read(): Promise<ReadonlyMap<string, readonly OfEpoch[]>> {
    const rows = await this.#postgres.query<ShownRow>(SHOWN, [MOST_SHOWN]);
    const found = new Map<string, OfEpoch[]>();
    for (const row of rows) {
      const figures = { units: Number(row.units), p: Math.exp(-row.log_e), alpha: row.alpha };
      const add = (experiment: string, one: OfEpoch) =>
        found.set(experiment, [...(found.get(experiment) ?? []), one]);
      add(row.first, { flag: row.second_flag, experiment: row.second, epoch: row.first_epoch, ...figures });
      add(row.second, { flag: row.first_flag, experiment: row.first, epoch: row.second_epoch, ...figures });
    }
    return found;
  }

  /** A warning is not worth a decision that is not made. */
  #without(
    error: unknown,
    before: Promise<ReadonlyMap<string, readonly OfEpoch[]>> | undefined,
  ): Promise<ReadonlyMap<string, readonly OfEpoch[]>> {
    this.#logger.warn({ err: error }, 'which flags are not assigned independently could not be read');
    return before ?? Promise.resolve(new Map());
  }
}

function nameOf({ first, first_epoch, second, second_epoch, halvings }: PairName): string {
  return JSON.stringify([first, first_epoch, second, second_epoch, halvings]);
}
