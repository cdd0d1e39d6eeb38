import type { AttributeFilter } from '../catalogue/index.ts';
import type { Exclusions, UnitsRow } from './attribution.ts';
import { type CohortRow, cohortKey, cohortOf } from './cohort.ts';
import { eachSlice } from './each-slice.ts';
import type { Engine } from './engine.ts';
import type { PlanTerms } from './plan-terms.ts';
import type { DistinctScope } from './scope.ts';
import { askLeftOut, askOtherUnitTypes, askUnits } from './statements.ts';

export interface UnitsAnswer extends CohortRow {
  readonly guarded: number;
  readonly units: string;
  readonly mixed: string;
}

export interface LeftOutAnswer {
  readonly plan: number;
  readonly left_out: number;
  readonly reason: string;
  readonly impressions: string;
}

/** One cohort's units; those of mixed variants are among `units`. */
export interface CohortUnits {
  readonly row: CohortRow;
  readonly units: number;
  readonly mixed: number;
}

export interface UnitCounts {
  readonly cohorts: ReadonlyMap<string, CohortUnits>;
  readonly exclusions: Omit<Exclusions, 'outsideTransform' | 'duplicateEvents'>;
}

/** Counts the units of every cohort, and what is left out and why. */
export async function countUnits(
  engine: Engine,
  terms: PlanTerms,
  scopes: readonly DistinctScope[],
  segment: readonly AttributeFilter[],
): Promise<UnitCounts> {
  const cohorts = new Map<string, CohortUnits>();
  const byReason = new Map<string, number>();
  const leftOut = [0, 0, 0, 0, 0];
  let guardInterval = 0;
  let multipleVariants = 0;
  let conversionsOfOtherUnitTypes = 0;
  const slices = await eachSlice(scopes, async (scope) => ({
    units: await engine.ask<UnitsAnswer>(askUnits(terms, scope, segment)),
    impressions: await engine.ask<LeftOutAnswer>(askLeftOut(terms, scope)),
    conversions: await engine.ask<{ conversions: string }>(askOtherUnitTypes(terms, scope)),
  }));
  for (const { units, impressions, conversions } of slices) {
    for (const answer of units) {
      if (answer.guarded === 1) {
        guardInterval += Number(answer.units);
        continue;
      }
      multipleVariants += Number(answer.mixed);
      addUnits(cohorts, answer);
    }
    for (const { left_out, reason, impressions: count } of impressions) {
      leftOut[left_out] = (leftOut[left_out] ?? 0) + Number(count);
      if (left_out === 2) byReason.set(reason, (byReason.get(reason) ?? 0) + Number(count));
    }
    conversionsOfOtherUnitTypes += Number(conversions[0]?.conversions ?? 0);
  }
  return {
    cohorts,
    exclusions: {
      multipleVariants,
      guardInterval,
      unknownVariant: leftOut[4] ?? 0,
      impressionsByReason: Object.fromEntries([...byReason].sort(([a], [b]) => (a < b ? -1 : 1))),
      offTarget: leftOut[3] ?? 0,
      outsideDates: leftOut[1] ?? 0,
      conversionsOfOtherUnitTypes,
    },
  };
}

function addUnits(cohorts: Map<string, CohortUnits>, answer: UnitsAnswer): void {
  const { epoch, is_new, cohort_day, arm } = answer;
  const row = { epoch, is_new, cohort_day, arm };
  const key = cohortKey(row);
  const before = cohorts.get(key);
  cohorts.set(key, {
    row,
    units: (before?.units ?? 0) + Number(answer.units),
    mixed: (before?.mixed ?? 0) + Number(answer.mixed),
  });
}

/** The attribution's rows of units. */
export function unitsRows(terms: PlanTerms, counts: UnitCounts): UnitsRow[] {
  return [...counts.cohorts.values()].map(({ row, units, mixed }) => ({
    ...cohortOf(terms, row),
    units,
    multipleVariants: mixed,
  }));
}
