import type { InsertBlock, StatementLimits } from '../../stores/clickhouse/index.ts';

/** What a row of the table `moments` is of. */
export interface MomentKey {
  readonly build: number;
  /** The epoch's number; 0 where there is none. */
  readonly epoch: number;
  readonly isNew: number;
  readonly cohortDay: string;
  readonly variant: string;
  /** `metricId`'s key, or '' for units and what is excluded. */
  readonly metric: string;
  readonly excluded: string;
  /** '' for all units, else see `segmentKey`. */
  readonly segment: string;
  /** 0 for sums, and for how many units a metric with bins has rows of; else which bin n counts. */
  readonly bin: number;
}

export interface MomentSums {
  n: number;
  leftOut: number;
  readonly sums: number[];
  /** The upper triangle, row by row. */
  readonly products: number[];
}

/** A row of the table `moments`, added up. */
export type TableRow = MomentKey & Readonly<MomentSums>;

const NO_DAY = '1970-01-01';
const NOTHING = {
  ...{ epoch: 0, isNew: 0, cohortDay: NO_DAY, variant: '', metric: '', excluded: '', segment: '', bin: 0 },
};
const DIMENSIONS = 4;
export const MOMENT_COLUMNS = [
  ...['build', 'epoch', 'is_new', 'cohort_day', 'variant', 'metric', 'excluded', 'segment', 'bin'],
  ...['cycle', 'n', 'left_out'],
  ...['s1', 's2', 's3', 's4'],
  ...['p11', 'p12', 'p13', 'p14', 'p22', 'p23', 'p24', 'p33', 'p34', 'p44'],
] as const;

/** Sums to be added to the table `moments` in one block. */
export class MomentRows {
  readonly #rows = new Map<string, MomentKey & MomentSums>();
  readonly #overflowed = new Map<string, Pick<MomentKey, 'build' | 'metric'>>();

  /** Metrics whose sums exceed what a number can hold; their rows are of no use. */
  get overflowed(): readonly Pick<MomentKey, 'build' | 'metric'>[] {
    return [...this.#overflowed.values()];
  }

  /** Adds, or with sign −1 takes away. */
  add(key: MomentKey, sign: 1 | -1, { n, leftOut, sums, products }: MomentSums): void {
    const { build, epoch, isNew, cohortDay, variant, metric, excluded, segment, bin } = key;
    const id = JSON.stringify([build, epoch, isNew, cohortDay, variant, metric, excluded, segment, bin]);
    let row = this.#rows.get(id);
    if (row === undefined) {
      row = { ...key, n: 0, leftOut: 0, sums: sums.map(() => 0), products: products.map(() => 0) };
      this.#rows.set(id, row);
    }
    row.n += sign * n;
    row.leftOut += sign * leftOut;
    const fits = [addTo(row.sums, sign, sums), addTo(row.products, sign, products)];
    if (fits.includes(false)) this.overflow(key);
  }

  /** The metric's numbers exceed what a number can hold. */
  overflow({ build, metric }: Pick<MomentKey, 'build' | 'metric'>): void {
    this.#overflowed.set(`${build} ${metric}`, { build, metric });
  }

  /** Adds to what is counted, and to nothing else. */
  count(key: Partial<MomentKey> & { readonly build: number }, sign: 1 | -1, n: number, leftOut = 0): void {
    const whole = { ...NOTHING, ...key };
    this.add(whole, sign, { n, leftOut, sums: [], products: [] });
  }

  /** The same, to be taken away. */
  negated(): MomentRows {
    const negated = new MomentRows();
    for (const row of this.#rows.values()) negated.add(row, -1, row);
    return negated;
  }

  /** The rows as they are, with the sums and products of four dimensions. */
  rows(): TableRow[] {
    return [...this.#rows.values()]
      .filter((row) => !this.#overflowed.has(`${row.build} ${row.metric}`))
      .map(({ leftOut, sums, products, ...row }) => ({
        ...row,
        leftOut,
        ...inFourDimensions(sums, products, sums.length),
      }));
  }

  /** The rows that change anything. */
  changes(): TableRow[] {
    return this.rows().filter(
      (row) => row.n !== 0 || row.leftOut !== 0 || [...row.sums, ...row.products].some((sum) => sum !== 0),
    );
  }

  /** The rows that change anything, and the one that tells that this cycle's are there. */
  block(cycle: number, limits: StatementLimits): InsertBlock {
    const marker = [0, 0, 0, NO_DAY, '', '', '', '', 0, cycle, 1, 0, ...new Array<number>(14).fill(0)];
    const lines = this.changes().map((row) => [
      ...[row.build, row.epoch, row.isNew, row.cohortDay, row.variant, row.metric, row.excluded],
      ...[row.segment, row.bin, 0, row.n, row.leftOut, ...row.sums, ...row.products],
    ]);
    return {
      table: 'moments',
      columns: MOMENT_COLUMNS,
      values: Buffer.from([marker, ...lines].map((line) => `${JSON.stringify(line)}\n`).join('')),
      token: `moments:${cycle}`,
      limits,
    };
  }
}

/** Whether every sum is still a number. */
function addTo(into: number[], sign: 1 | -1, values: readonly number[]): boolean {
  values.forEach((value, index) => {
    into[index] = (into[index] ?? 0) + sign * value;
  });
  return into.every(Number.isFinite);
}

/** Sums and products of fewer dimensions as the table has them. */
export function inFourDimensions(
  sums: readonly number[],
  products: readonly number[],
  dimension: number,
): { sums: number[]; products: number[] } {
  const whole: number[] = [];
  for (let i = 0; i < DIMENSIONS; i += 1)
    for (let j = i; j < DIMENSIONS; j += 1)
      whole.push(j < dimension ? (products[triangleIndex(i, j, dimension)] ?? 0) : 0);
  const four: number[] = [];
  for (let i = 0; i < DIMENSIONS; i += 1) four.push(sums[i] ?? 0);
  return { sums: four, products: whole };
}

/** Where (i, j), i ≤ j, is in the triangle of so many dimensions, row by row. */
function triangleIndex(i: number, j: number, dimension: number): number {
  return i * dimension - (i * (i - 1)) / 2 + (j - i);
}

/** The triangle of fewer dimensions out of that of four. */
export function triangleOf(products: readonly number[], dimension: number): number[] {
  const part: number[] = [];
  for (let i = 0; i < dimension; i += 1)
    for (let j = i; j < dimension; j += 1) part.push(products[triangleIndex(i, j, DIMENSIONS)] ?? 0);
  return part;
}

export function overflowReason(metric: string): string {
  return `The sums of metric "${metric}" exceed what a number can hold; give it a cap.`;
}
