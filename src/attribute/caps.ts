import type { PlannedMetric } from '../catalogue/index.ts';
import { AppError } from '../errors.ts';
import { eachSlice } from './each-slice.ts';
import type { Engine } from './engine.ts';
import { needsCap } from './metric-types/index.ts';
import { percentile } from './percentile.ts';
import type { PlanTerms } from './plan-terms.ts';
import type { DistinctScope } from './scope.ts';
import { askTotals } from './statements.ts';
import type { StoredCap, StoredParameters } from './stored-parameters.ts';

// Enough closed windows for a cap to be frozen; until then it follows the data.
const ENOUGH_TOTALS = 1000;

type Answer = { readonly epoch: number } & {
  readonly [metric: `m${number}`]: readonly (number | null)[];
} & { readonly [zeros: `zeros${number}`]: string };

interface Totals {
  readonly values: number[];
  zeros: number;
}

type Caps = StoredParameters['caps'];

/** Whether a metric has a computed cap that may still change, or may yet come, in one of its epochs. */
export function hasOpenCap(terms: PlanTerms, metric: PlannedMetric, caps: Caps): boolean {
  return needsCap(metric.definition) && terms.epochs.some((epoch) => caps[epoch.number]?.frozen !== true);
}

/**
 * The percentile caps of the plan's metrics, by metric key and epoch number, where `before` has not frozen them: over
 * the totals, arms pooled, of all analysed units of the epoch whose window has closed. A window without an end has
 * closed when its epoch has ended by a change or the experiment has; until then totals count as they stand.
 */
export async function computeCaps(
  engine: Engine,
  terms: PlanTerms,
  scopes: readonly DistinctScope[],
  dataThrough: Date,
  before: (metric: PlannedMetric) => Caps,
): Promise<Map<string, Caps>> {
  const totals = new Map<string, Totals>();
  const slices = await eachSlice(scopes, (scope) => engine.ask<Answer>(askTotals(terms, scope)));
  for (const answer of slices.flat()) {
    terms.metrics.forEach((_, index) => {
      const key = `${index} ${answer.epoch}`;
      const found = totals.get(key) ?? { values: [], zeros: 0 };
      totals.set(key, found);
      for (const value of answer[`m${index}`] ?? []) {
        // What exceeds a number's range arrives as null.
        if (value === null)
          throw new AppError(
            'unprocessable',
            'Unit totals exceed what a number can hold, so that no percentile of them can be a cap; set a fixed one.',
          );
        found.values.push(value);
      }
      found.zeros += Number(answer[`zeros${index}`] ?? 0);
    });
  }
  const ended = terms.plan.end !== null && dataThrough >= terms.plan.end;
  return new Map(
    terms.metrics.map((metric, index) => {
      const { definition } = metric;
      const caps: Record<string, StoredCap> = { ...before(metric) };
      if (definition.type !== 'mean' || definition.cap?.kind !== 'percentile') return [definition.key, caps];
      const { percentile: level, includeZeros } = definition.cap;
      terms.epochs.forEach((epoch, at) => {
        if (caps[epoch.number]?.frozen === true) return;
        const { values, zeros } = totals.get(`${index} ${at + 1}`) ?? { values: [], zeros: 0 };
        const counted = includeZeros ? zeros : 0;
        const value = percentile(Float64Array.from(values), counted, level);
        if (value === undefined) {
          // The units that it was computed from were erased.
          delete caps[epoch.number];
          return;
        }
        const next = terms.epochs[at + 1];
        const closes =
          definition.windowHours !== null || (next !== undefined && next.effectiveAt <= dataThrough);
        const totalsOf = values.length + counted;
        caps[epoch.number] = {
          value,
          totals: totalsOf,
          frozen: ended || (closes && totalsOf >= ENOUGH_TOTALS),
        };
      });
      return [definition.key, caps];
    }),
  );
}
