import type { Engine } from './engine.ts';
import type { PlanTerms } from './plan-terms.ts';
import { type DistinctScope, sliceScope } from './scope.ts';
import { askRepeats, askSize, distinctScope } from './statements.ts';

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

const SAMPLE_BITS = 5n;

/** Divides what was received up to `dataThrough` into equal ranges of unit hashes. */
export async function slicesOf(
  engine: Engine,
  terms: PlanTerms,
  dataThrough: Date,
  size: SliceSize,
): Promise<Slices> {
  const whole = sliceScope(dataThrough, 0, 1);
  const [sample] = await engine.ask<{ impressions: string; conversions: string }>(
    askSize(terms, whole, 1n << (64n - SAMPLE_BITS)),
  );
  // Hashes are uniform, so a range of them is a fair sample.
  const scale = Number(1n << SAMPLE_BITS);
  const count = Math.max(
    1,
    Math.ceil((Number(sample?.impressions ?? 0) * scale) / size.impressions),
    Math.ceil((Number(sample?.conversions ?? 0) * scale) / size.conversions),
  );
  const scopes: DistinctScope[] = [];
  let repeats = 0;
  for (let index = 0; index < count; index += 1) {
    const scope = sliceScope(dataThrough, index, count);
    const [found] = await engine.ask<{ units: string; repeats: string; listed: string[] }>(
      askRepeats(terms, scope, size.listed),
    );
    const units = Number(found?.units ?? 0);
    repeats += Number(found?.repeats ?? 0);
    scopes.push(distinctScope(scope, units > size.listed ? 'many' : (found?.listed ?? []).map(BigInt)));
  }
  return { scopes, repeats };
}
