import type { ClickHouse } from '../../stores/clickhouse/index.ts';
import type { Postgres } from '../../stores/postgres/index.ts';
import type { Attribution } from '../attribution.ts';
import { ALL_UNITS, type SegmentName, segmentKey, segmentsOf } from '../segments.ts';
import { attributionOfBuild } from './build-attribution.ts';
import { Builds, type LiveBuild } from './builds/index.ts';
import type { TableRow } from './moment-rows.ts';
import { readMoments } from './moments-table.ts';
import { Shard } from './shard/index.ts';
import { type EpochSample, readUnitsTogether, type UnitsTogether } from './units-together.ts';

/** Cycles follow each other at least 100 ms apart, and reading takes a few. */
const MOST_READS = 20;

/** An attribution out of moments. */
export interface LiveAttribution extends Attribution {
  readonly experiment: string;
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

/** A build's rows of one moment. */
export interface Snapshot {
  readonly build: LiveBuild;
  readonly rows: readonly TableRow[];
  readonly dataThrough: Date;
}

/** Builds whose moments are read together: their rows are held in memory. */
const BUILDS_AT_ONCE = 250;

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
    const [snapshot] = await this.#read([experiment], () => [ALL_UNITS]);
    return snapshot === undefined ? null : liveAttributionOf(snapshot, ALL_UNITS);
  }

  /** The same of many experiments in few questions; those without a live build are absent. Each is made when it is asked for. */
  async *readMany(experiments: readonly string[]): AsyncGenerator<LiveAttribution> {
    for (let from = 0; from < experiments.length; from += BUILDS_AT_ONCE) {
      const some = experiments.slice(from, from + BUILDS_AT_ONCE);
      for (const snapshot of await this.#read(some, () => [ALL_UNITS]))
        yield liveAttributionOf(snapshot, ALL_UNITS);
    }
  }

  /**
   * How many units are in both of two epochs, by the variants of both, for every pair of some epochs of live builds of one
   * environment and unit type. It scans assignments, within 30 s: for what is done now and then.
   */
  async unitsTogether(samples: readonly EpochSample[]): Promise<UnitsTogether[]> {
    const builds = await this.#builds.live(samples.map(({ experiment }) => experiment));
    return readUnitsTogether(this.#clickhouse, samples, builds);
  }

  /** Those that have a live build. */
  experiments(): Promise<Set<string>> {
    return this.#builds.experiments();
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
    const [snapshot] = await this.#read([experiment], (build) => [
      ALL_UNITS,
      ...wanted(build).map(segmentKey),
    ]);
    const frozen = snapshot?.build.segments.find((one) => one.attribute === attribute);
    if (snapshot === undefined || frozen === undefined) return null;
    return {
      values: frozen.values,
      all: liveAttributionOf(snapshot, ALL_UNITS),
      segments: wanted(snapshot.build).map((name) => ({
        value: name.value,
        attribution: liveAttributionOf(snapshot, segmentKey(name)),
      })),
    };
  }

  /** One moment of all of them. */
  async #read(
    experiments: readonly string[],
    segmentsOfBuild: (build: LiveBuild) => readonly string[],
  ): Promise<Snapshot[]> {
    for (let left = MOST_READS; ; left -= 1) {
      const builds = await this.#builds.live(experiments);
      if (builds.length === 0) return [];
      const { through, under } = await this.#shard.read();
      const cycle = under?.cycle ?? null;
      const segments = [...new Set(builds.flatMap(segmentsOfBuild))];
      const { rows, landed } = await readMoments(this.#clickhouse, builds, cycle, segments);
      const after = await this.#shard.read();
      // What was begun or finished meanwhile may be in the rows or not: look again.
      const moved = after.through !== through || after.under?.cycle !== under?.cycle;
      if (moved && left > 0) continue;
      const dataThrough = new Date(landed && under !== null ? under.through : through);
      return builds.map((build) => ({ build, rows: rows.get(build.id) ?? [], dataThrough }));
    }
  }
}

/** The attribution that they make, of all units or of one segment (`segmentKey`). */
export function liveAttributionOf({ build, rows, dataThrough }: Snapshot, segment: string): LiveAttribution {
  const { id, identity, untrusted, verifiedAt, largestDifference } = build;
  return {
    ...attributionOfBuild(build, rows, dataThrough, segment),
    ...{ experiment: build.plan.key, build: id, identity },
    provenance: { source: 'moments', verifiedAt, largestDifference, untrusted },
  };
}
