import type { ClickHouse, StatementLimits } from '../../stores/clickhouse/index.ts';
import { loadSql } from '../../stores/sql-file.ts';
import { planTerms } from '../plan-terms.ts';
import type { LiveBuild } from './builds/index.ts';

const READ = loadSql(new URL('./units-together.sql', import.meta.url));
const LIMITS: StatementLimits = { maxSeconds: 30, maxMemoryBytes: 1_000_000_000 };

const LARGEST_HASH = 2n ** 64n - 1n;

/** One epoch of an experiment, and how many of its units are looked at: one of 2^halvings, by their hashes. */
export interface EpochSample {
  readonly experiment: string;
  readonly epoch: number;
  readonly halvings: number;
}

/** Units that are in both of two experiments' epochs. */
export interface UnitsTogether {
  readonly first: string;
  readonly second: string;
  readonly firstVariant: string;
  readonly secondVariant: string;
  readonly units: number;
}

interface Row {
  readonly first: number;
  readonly second: number;
  readonly first_arm: number;
  readonly second_arm: number;
  readonly units: string;
}

/** For every pair of some epochs; of a pair those units that are in the samples of both. */
export async function readUnitsTogether(
  clickhouse: ClickHouse,
  samples: readonly EpochSample[],
  builds: readonly LiveBuild[],
): Promise<UnitsTogether[]> {
  const known = samples.flatMap((sample) => {
    const build = builds.find(({ plan }) => plan.key === sample.experiment);
    return build === undefined ? [] : [{ ...sample, build }];
  });
  if (known.length < 2) return [];
  const boundOf = (halvings: number): bigint => LARGEST_HASH >> BigInt(halvings);
  const rows = await clickhouse.query<Row>({
    sql: READ,
    params: {
      builds: known.map(({ build }) => build.id),
      epochs: known.map(({ epoch }) => epoch),
      bounds: known.map(({ halvings }) => boundOf(halvings)),
      largest: boundOf(Math.min(...known.map(({ halvings }) => halvings))),
    },
    // The table is in this order, so that a unit's assignments come together and nothing is held of the others.
    settings: { optimize_aggregation_in_order: 1 },
    limits: LIMITS,
  });
  const variants = known.map(({ build }) => planTerms(build.plan).variants[0] ?? []);
  return rows.map(({ first, second, first_arm, second_arm, units }) => ({
    first: known[first - 1]?.experiment ?? '',
    second: known[second - 1]?.experiment ?? '',
    firstVariant: variants[first - 1]?.[first_arm - 1] ?? '',
    secondVariant: variants[second - 1]?.[second_arm - 1] ?? '',
    units: Number(units),
  }));
}
