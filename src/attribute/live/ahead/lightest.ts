import type { LiveBuild } from '../builds/index.ts';
import type { KindsOfRows, RowsOfKind } from '../touched/index.ts';

/** Which rows there are to be looked at. */
interface Rows {
  readonly kinds: Pick<KindsOfRows, 'of'>;
  /** What was received up to here (ms) was looked at. */
  readonly seen: number;
  readonly most: number;
}

/**
 * The builds that new rows touch, those of fewest rows first, as long as these are at most so many together: what more rows
 * touch comes with the cycle, which would end later if they were looked at as well.
 */
export function lightest(builds: readonly LiveBuild[], { kinds, seen, most }: Rows): LiveBuild[] {
  const touched = builds
    .map((build) => ({ build, kinds: kinds.of(build) }))
    .filter((one) => one.kinds.values().some(({ newest }) => newest > seen))
    .map((one) => ({ ...one, rows: sumOf(one.kinds.values()) }))
    .sort((a, b) => a.rows - b.rows);
  const counted = new Set<string>();
  let rows = 0;
  return touched.flatMap((one) => {
    // A conversion that several read is read once.
    const more = sumOf(one.kinds.entries().flatMap(([kind, own]) => (counted.has(kind) ? [] : [own])));
    if (rows + more > most) return [];
    rows += more;
    for (const kind of one.kinds.keys()) counted.add(kind);
    return [one.build];
  });
}

function sumOf(kinds: Iterable<RowsOfKind>): number {
  let sum = 0;
  for (const { rows } of kinds) sum += rows;
  return sum;
}
