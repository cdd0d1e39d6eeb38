import type { Moments } from '../../../analysis/index.ts';
import type { Attribution, MomentsRow } from '../attribution.ts';
import { ALL_UNITS, segmentKey, segmentsOf } from '../segments.ts';
import { attributionOfBuild } from './build-attribution.ts';
import { type Build, recomputeBuild, type SliceTools } from './builds/index.ts';
import { readMoments } from './moments-table.ts';

/** Beyond it moments are not what raw rows give: rounding alone stays far below. */
export const TOLERANCE = 1e-9;

type Compared = Pick<Attribution, 'units' | 'moments' | 'bins' | 'exclusions'>;

export interface Difference {
  /** Relative to the terms that were added up; of counts, to the count. */
  readonly largest: number;
  /** Where it is; null where there is none at all. */
  readonly at: string | null;
}

/** What a verification has read. */
export interface Verified extends Pick<Build, 'exactQuantiles'> {
  readonly difference: Difference;
}

/**
 * Compares a live build with what all raw rows received up to `through` give, under the same parameters, in slices; to
 * be begun while no cycle is under way.
 */
export async function* verification(
  tools: SliceTools,
  build: Build,
  through: number,
): AsyncGenerator<{ readonly progress: number }, Verified> {
  const segments = [ALL_UNITS, ...segmentsOf(build.segments).map(segmentKey)];
  const { rows } = await readMoments(tools.clickhouse, [build], null, segments);
  const own = rows.get(build.id) ?? [];
  const recomputed = yield* recomputeBuild(tools, build, through);
  const at = new Date(through);
  const others = recomputed.rows.rows();
  const differences = segments.map((segment): Difference => {
    const difference = compare(
      attributionOfBuild(build, own, at, segment),
      attributionOfBuild(build, others, at, segment),
    );
    const where = segment === ALL_UNITS ? '' : `, segment ${segment}`;
    return { ...difference, at: difference.at === null ? null : `${difference.at}${where}` };
  });
  const { exactQuantiles } = recomputed;
  return {
    difference: differences.reduce((worst, next) => (next.largest > worst.largest ? next : worst)),
    exactQuantiles,
  };
}

/** The largest difference between the live moments and the recomputed ones. */
export function compare(live: Compared, recomputed: Compared): Difference {
  let largest = 0;
  let at: string | null = null;
  const note = (where: string, difference: number, scale: number) => {
    if (difference === 0) return;
    const relative = Math.abs(difference) / Math.max(scale, Number.MIN_VALUE);
    if (relative <= largest) return;
    largest = relative;
    at = where;
  };
  const counts = new Map<string, [number, number]>();
  const count = (side: 0 | 1, where: string, n: number) => {
    const found = counts.get(where) ?? [0, 0];
    found[side] += n;
    counts.set(where, found);
  };
  [live, recomputed].forEach(({ units, bins, exclusions }, index) => {
    const side = index === 0 ? 0 : 1;
    for (const { epoch, population, cohortDay, variant, ...own } of units) {
      const cohort = `epoch ${epoch}, ${population}, ${cohortDay}, ${variant}`;
      count(side, `units of ${cohort}`, own.units);
      count(side, `units of several variants of ${cohort}`, own.multipleVariants);
    }
    for (const row of bins)
      for (const { bin, units } of row.bins) count(side, `units in bin ${bin} of ${keyOf(row)}`, units);
    const { impressionsByReason, guardInterval, unknownVariant, offTarget, outsideDates } = exclusions;
    for (const [name, n] of Object.entries({ guardInterval, unknownVariant, offTarget, outsideDates }))
      count(side, name, n);
    for (const [reason, n] of Object.entries(impressionsByReason)) count(side, `reason ${reason}`, n);
  });
  for (const [where, [a, b]] of counts) note(where, a - b, Math.max(b, 1));

  const others = new Map(recomputed.moments.map((row) => [keyOf(row), row.moments]));
  for (const row of live.moments) {
    const where = keyOf(row);
    const other = others.get(where);
    others.delete(where);
    if (other === undefined) note(where, row.moments.n, 1);
    else compareMoments(where, row.moments, other, note);
  }
  for (const [where, { n }] of others) note(where, n, 1);
  return { largest, at };
}

function keyOf({ metric, epoch, population, cohortDay, variant }: Omit<MomentsRow, 'moments'>): string {
  return `${metric} of epoch ${epoch}, ${population}, ${cohortDay}, ${variant}`;
}

function compareMoments(
  where: string,
  live: Moments,
  other: Moments,
  note: (where: string, difference: number, scale: number) => void,
): void {
  note(`units of ${where}`, live.n - other.n, Math.max(other.n, 1));
  // Σ|x| ≤ √(n Σx²), and Σ|xy| ≤ √(Σx² Σy²).
  const { centre, n } = other;
  const squares = centre.map((_, i) => other.products[i * centre.length - (i * (i - 1)) / 2] ?? 0);
  centre.forEach((c, i) => {
    const size = Math.sqrt(n * (squares[i] ?? 0)) + n * Math.abs(c);
    note(`sum ${i + 1} of ${where}`, (live.sums[i] ?? 0) - (other.sums[i] ?? 0), size);
  });
  let index = 0;
  for (let i = 0; i < centre.length; i += 1)
    for (let j = i; j < centre.length; j += 1) {
      const size =
        Math.sqrt((squares[i] ?? 0) * (squares[j] ?? 0)) + Math.abs((centre[i] ?? 0) * (centre[j] ?? 0)) * n;
      note(
        `product ${i + 1}·${j + 1} of ${where}`,
        (live.products[index] ?? 0) - (other.products[index] ?? 0),
        size,
      );
      index += 1;
    }
}
