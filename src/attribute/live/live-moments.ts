import type { ClickHouse } from '../../stores/clickhouse/index.ts';
import type { Postgres } from '../../stores/postgres/index.ts';
import type { Attribution } from '../attribution.ts';
import { attributionOfBuild } from './build-attribution.ts';
import { Builds } from './builds.ts';
import { readMoments } from './moments-table.ts';
import { Shard } from './shard.ts';

/** Cycles follow each other at least 100 ms apart, and reading takes a few. */
const MOST_READS = 20;

/** An attribution out of moments. */
export interface LiveAttribution extends Attribution {
  readonly build: number;
  /** Of the plan that the build was made for. */
  readonly identity: string;
}

/** Reads what the cycles have added up: a few rows an experiment, whatever the number of its events. */
export class LiveMoments {
  readonly #clickhouse: ClickHouse;
  readonly #builds: Builds;
  readonly #shard: Shard;

  constructor({ clickhouse, postgres }: { readonly clickhouse: ClickHouse; readonly postgres: Postgres }) {
    this.#clickhouse = clickhouse;
    this.#builds = new Builds(postgres);
    this.#shard = new Shard(postgres);
  }

  /** The attribution of the experiment's live build, or null where it has none yet. */
  async read(experiment: string): Promise<LiveAttribution | null> {
    for (let left = MOST_READS; ; left -= 1) {
      const build = await this.#builds.liveOf(experiment);
      if (build === null) return null;
      const { through, under } = await this.#shard.read();
      const { rows, landed } = await readMoments(this.#clickhouse, build, under?.cycle ?? null);
      const after = await this.#shard.read();
      // What was begun or finished meanwhile may be in the rows or not: look again.
      const moved = after.through !== through || after.under?.cycle !== under?.cycle;
      if (moved && left > 0) continue;
      const dataThrough = landed && under !== null ? under.through : through;
      const { id, identity, untrusted, verifiedAt, largestDifference } = build;
      return {
        ...attributionOfBuild(build, rows, new Date(dataThrough)),
        ...{ build: id, identity },
        provenance: { source: 'moments', verifiedAt, largestDifference, untrusted },
      };
    }
  }
}
