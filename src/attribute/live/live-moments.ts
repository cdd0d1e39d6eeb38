import type { ClickHouse } from '../../stores/clickhouse/index.ts';
import type { Postgres } from '../../stores/postgres/index.ts';
import type { Attribution } from '../attribution.ts';
import { ALL_UNITS, type SegmentName, segmentKey, segmentsOf } from '../segments.ts';
import { attributionOfBuild } from './build-attribution.ts';
import { Builds, type LiveBuild } from './builds/index.ts';
import type { TableRow } from './moment-rows.ts';
import { readMoments } from './moments-table.ts';
import { Shard } from './shard/index.ts';

/** Cycles follow each other at least 100 ms apart, and reading takes a few. */
const MOST_READS = 20;

/** An attribution out of moments. */
export interface LiveAttribution extends Attribution {
  readonly build: number;
  /** Of the plan that the build was made for. */
  readonly identity: string;
}

/** Attributions by the values of one attribute, all of one moment. */
export interface LiveSegments {
  /** The values that have a segment each, most units first; '' are also units without the attribute. */
  readonly values: readonly string[];
  readonly all: LiveAttribution;
  /** In the order of the values; the last one, of value null, has the units with any other. */
  readonly segments: readonly { readonly value: string | null; readonly attribution: LiveAttribution }[];
}

interface Snapshot {
  readonly build: LiveBuild;
  readonly rows: readonly TableRow[];
  readonly dataThrough: Date;
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
    const snapshot = await this.#read(experiment, () => [ALL_UNITS]);
    return snapshot === null ? null : attributionOf(snapshot, ALL_UNITS);
  }

  /**
   * The same by the values of an attribute: by all of them, or by one (null: any other than those frozen), which
   * `segments` lacks where it is none of them. null where there is no build by this attribute yet.
   */
  async readSegments(
    experiment: string,
    attribute: string,
    only?: { readonly value: string | null },
  ): Promise<LiveSegments | null> {
    const wanted = (build: LiveBuild): SegmentName[] =>
      segmentsOf(build.segments.filter((frozen) => frozen.attribute === attribute)).filter(
        ({ value }) => only === undefined || value === only.value,
      );
    const snapshot = await this.#read(experiment, (build) => [ALL_UNITS, ...wanted(build).map(segmentKey)]);
    const frozen = snapshot?.build.segments.find((one) => one.attribute === attribute);
    if (snapshot === null || frozen === undefined) return null;
    return {
      values: frozen.values,
      all: attributionOf(snapshot, ALL_UNITS),
      segments: wanted(snapshot.build).map((name) => ({
        value: name.value,
        attribution: attributionOf(snapshot, segmentKey(name)),
      })),
    };
  }

  async #read(
    experiment: string,
    segmentsOfBuild: (build: LiveBuild) => readonly string[],
  ): Promise<Snapshot | null> {
    for (let left = MOST_READS; ; left -= 1) {
      const build = await this.#builds.liveOf(experiment);
      if (build === null) return null;
      const { through, under } = await this.#shard.read();
      const cycle = under?.cycle ?? null;
      const { rows, landed } = await readMoments(this.#clickhouse, build, cycle, segmentsOfBuild(build));
      const after = await this.#shard.read();
      // What was begun or finished meanwhile may be in the rows or not: look again.
      const moved = after.through !== through || after.under?.cycle !== under?.cycle;
      if (moved && left > 0) continue;
      return { build, rows, dataThrough: new Date(landed && under !== null ? under.through : through) };
    }
  }
}

function attributionOf({ build, rows, dataThrough }: Snapshot, segment: string): LiveAttribution {
  const { id, identity, untrusted, verifiedAt, largestDifference } = build;
  return {
    ...attributionOfBuild(build, rows, dataThrough, segment),
    ...{ build: id, identity },
    provenance: { source: 'moments', verifiedAt, largestDifference, untrusted },
  };
}
