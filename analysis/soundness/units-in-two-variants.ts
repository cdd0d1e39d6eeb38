import { AnalysisInputError } from '../input-error.ts';
import { unknown } from '../outcome.ts';
import { requireCount } from '../requirements.ts';
import type { Soundness } from './status.ts';

/** Above this share so many units are excluded that those which stay may be others in one arm than in the other. */
const TOLERATED_SHARE = 0.01;

/**
 * Units that met two variants within one epoch; they are excluded, and counted. `suspect` above 1 % of the epoch's units
 * (the bound at which GrowthBook warns too): a unit that meets both is one that comes often, so leaving them out is not
 * leaving out at random. Unknown with `no-units`.
 * @param units of the epoch, with those in two variants
 * @example unitsInTwoVariants({ units: 10000, multipleVariants: 250 }) // { status: 'suspect', share: 0.025 }
 */
export function unitsInTwoVariants(input: {
  readonly units: number;
  readonly multipleVariants: number;
}): Soundness<{ readonly multipleVariants: number; readonly share: number }> {
  const { units, multipleVariants } = input;
  requireCount('units', units);
  requireCount('multipleVariants', multipleVariants);
  if (multipleVariants > units) throw new AnalysisInputError('multipleVariants', `at most units (${units})`);
  if (units === 0) return unknown('no-units');
  const share = multipleVariants / units;
  return { kind: 'estimate', status: share > TOLERATED_SHARE ? 'suspect' : 'sound', multipleVariants, share };
}
