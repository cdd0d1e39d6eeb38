import type { Engine } from './engine.ts';
import type { PlanTerms } from './plan-terms.ts';
import { type DistinctScope, type Scope, sliceScope } from './scope.ts';
import { type Asked, askRepeats, askSize, distinctScope } from './statements.ts';

/** The raw rows of an experiment in ranges of units, so that memory is bounded whatever their number. */
export interface Slices {
  readonly scopes: readonly DistinctScope[];
  /** Rows that repeat another's identity. */
  readonly repeats: number;
}

/** How large a slice may be. */
export interface SliceSize {
  /** Rows to read, about. */
  readonly impressions: number;
  readonly conversions: number;
  /** More units with repeated identities than this are found again by a question: a list would be a long statement. */
  readonly listed: number;
}

// The share of the unit hashes that is looked at to learn how many rows there are.
const SAMPLE = 32;
// Fewer than this share of the conversions are of the experiment's units: find them by unit.
const SPARSE = 0.25;

/** Divides what was received up to `dataThrough` into equal ranges of unit hashes. */
export async function slicesOf(
  engine: Engine,
  terms: PlanTerms,
  dataThrough: Date,
  size: SliceSize,
): Promise<Slices> {
  // Hashes are uniform, so a range of them is a fair sample.
  const [sample] = await engine.ask<{ impressions: string; conversions: string; own: string }>(
    askSize(terms, sliceScope(dataThrough, 0, SAMPLE, false)),
  );
  const own = Number(sample?.own ?? 0);
  const conversions = Number(sample?.conversions ?? 0);
  const sparse = own < SPARSE * conversions;
  const count = Math.max(
    1,
    Math.ceil((Number(sample?.impressions ?? 0) * SAMPLE) / size.impressions),
    Math.ceil(((sparse ? own : conversions) * SAMPLE) / size.conversions),
  );
  const scopes: DistinctScope[] = [];
  let repeats = 0;
  for (let index = 0; index < count; index += 1) {
    const scope = sliceScope(dataThrough, index, count, sparse);
    const found = await findRepeats(engine, terms, scope, size.listed);
    repeats += found.repeats;
    scopes.push(distinctScope(scope, found.units));
  }
  return { scopes, repeats };
}

interface Repeats {
  readonly units: readonly bigint[] | 'many';
  /** Of units with an impression of the flag alone. */
  readonly repeats: number;
}

async function findRepeats(engine: Engine, terms: PlanTerms, scope: Scope, listed: number): Promise<Repeats> {
  const all = await askAndRead(engine, askRepeats(terms, scope, listed, 'all'), listed);
  if (all.units.length === 0 || scope.sparse) return all;
  // Which of them are the experiment's is a question about few units; asked of all it would cost as much again.
  const suspects =
    all.units === 'many'
      ? scope
      : {
          ...scope,
          units: `(${scope.units}) AND unit_hash IN {suspects:Array(UInt64)}`,
          params: { ...scope.params, suspects: all.units },
        };
  return askAndRead(engine, askRepeats(terms, suspects, listed, 'members'), listed);
}

async function askAndRead(engine: Engine, asked: Asked, mostListed: number): Promise<Repeats> {
  const [found] = await engine.ask<{ units: string; repeats: string; listed: string[] }>(asked);
  const units = (found?.listed ?? []).map(BigInt);
  return {
    units: Number(found?.units ?? 0) > mostListed ? 'many' : units,
    repeats: Number(found?.repeats ?? 0),
  };
}
