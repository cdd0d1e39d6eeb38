import { eachSlice } from './each-slice.ts';
import type { Engine } from './engine.ts';
import type { PlanTerms } from './plan-terms.ts';
import { type DistinctScope, type Scope, sliceScope } from './scope.ts';
import { askMembers, askRepeats, askSize, distinctScope, type Repeated } from './statements.ts';

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
  /** More repeated ids than this are found again by a question: a list of them would be a long statement. */
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
  const slices = Array.from({ length: count }, (_, index) => sliceScope(dataThrough, index, count, sparse));
  const found = await eachSlice(slices, async (scope) => {
    const { ids, repeats } = await findRepeats(engine, terms, scope, size.listed);
    return { scope: distinctScope(scope, ids), repeats };
  });
  return {
    scopes: found.map(({ scope }) => scope),
    repeats: found.reduce((sum, { repeats }) => sum + repeats, 0),
  };
}

interface Repeats {
  readonly ids: Repeated | 'many';
  /** Of units with an impression of the flag alone. */
  readonly repeats: number;
}

interface Answer {
  readonly repeats: string;
  readonly units: string[];
  readonly impressions: string[];
  readonly conversions: string[];
}

async function findRepeats(engine: Engine, terms: PlanTerms, scope: Scope, listed: number): Promise<Repeats> {
  const ask = async (of: 'all' | 'members') => {
    const [found] = await engine.ask<Answer>(askRepeats(terms, scope, listed, of));
    const { units = [], impressions = [], conversions = [] } = found ?? {};
    return {
      ...{ repeats: Number(found?.repeats ?? 0), units },
      ids: { impressions: impressions.map(BigInt), conversions: conversions.map(BigInt) },
    };
  };
  const all = await ask('all');
  const few = all.repeats <= listed;
  const ids = few ? all.ids : 'many';
  if (all.repeats === 0 || scope.sparse) return { ids, repeats: all.repeats };
  if (!few) return { ids, repeats: (await ask('members')).repeats };
  // Which units are the experiment's is a question about few of them; to ask it of all costs as much again.
  const members = await engine.ask<{ unit_hash: string }>(
    askMembers(terms, scope, [...new Set(all.units)].map(BigInt)),
  );
  const own = new Set(members.map((member) => member.unit_hash));
  return { ids, repeats: all.units.filter((unit) => own.has(unit)).length };
}
