import type { Effects } from '../effects.ts';
import { type Outcome, unknown } from '../outcome.ts';
import { countEvents, mantelHaenszel, pooledScore, type Table } from '../proportions/index.ts';
import type { Comparison, ComparisonInput } from './comparison.ts';
import { preferAdjusted } from './cuped.ts';
import { effectsOf } from './effects-of.ts';
import { adjustedMeans, plainMeans, WITH_COVARIATES, WITHOUT_COVARIATES } from './means.ts';
import { pairStrata } from './strata.ts';

/**
 * Difference of two arms' proportions: over one stratum the pooled score test with Newcombe's hybrid interval, over
 * several epochs the Mantel–Haenszel risk difference with Sato's variance, over post-strata the means of zeros and ones
 * by Welch; the lift by Fieller. With a covariate the zeros and ones are compared as means by Welch with CUPED, and
 * `unadjusted` holds the figures just named. Assumes independent units and random assignment within a stratum. Unknown with `no-units`, `one-unit`, `no-common-stratum`, `no-events`,
 * `all-events` or `zero-variance`; throws an `AnalysisInputError` for malformed input.
 * @param input moments [a] or [a, covariate] per arm, a being 0 or 1 per unit
 * @example compareProportions({ strata: [{ arms: { a: { n: 80, centre: [0], sums: [48], products: [48] }, b: { n: 70, centre: [0], sums: [56], products: [56] } } }], control: 'a', treatment: 'b', alpha: 0.05, covariate: false }) // { method: 'score+newcombe', p: 0.008045, absolute: { estimate: 0.2, ci: [0.0524, 0.3339] } }
 */
export function compareProportions(input: ComparisonInput): Outcome<Comparison> {
  const paired = pairStrata(input, input.covariate ? WITH_COVARIATES : WITHOUT_COVARIATES);
  input.strata.forEach((stratum, i) => {
    for (const [variant, moments] of Object.entries(stratum.arms)) {
      countEvents(`strata[${i}].arms.${variant}`, moments);
    }
  });
  if (paired.kind === 'unknown') return paired;
  const tables = paired.pairs.map(({ control, treatment }) => ({
    control: countEvents('control', control),
    treatment: countEvents('treatment', treatment),
  }));
  const adjusted = input.covariate ? adjustedMeans(paired.pairs, input) : null;
  const asMeans = effectsOf(plainMeans(paired.pairs, input), input.alpha);
  const asTables = proportionEffects(tables, input.alpha);
  const sampled = input.strataAre === 'post-strata' && tables.length > 1;
  return preferAdjusted(
    {
      effects: sampled && asTables.kind === 'estimate' ? asMeans : asTables,
      method: sampled ? 'welch' : tables.length === 1 ? 'score+newcombe' : 'mantel-haenszel+sato',
      // What the covariate saves is measured against the same means without it, not against the pooled score's error.
      ...(asMeans.kind === 'estimate' && { se: asMeans.absolute.se }),
    },
    adjusted && {
      thetas: adjusted.thetas,
      effects: effectsOf(adjusted.estimate, input.alpha),
      method: 'welch+cuped',
    },
    paired.unitsLeftOut,
  );
}

function proportionEffects(tables: readonly Table[], alpha: number): Outcome<Effects> {
  const counts = tables.flatMap(({ control, treatment }) => [control, treatment]);
  if (counts.every(({ events }) => events === 0)) return unknown('no-events');
  if (counts.every(({ events, units }) => events === units)) return unknown('all-events');
  const [table] = tables;
  if (table !== undefined && tables.length === 1) return pooledScore(table, alpha);
  return mantelHaenszel(tables, alpha);
}
