import { AnalysisInputError } from '../input-error.ts';
import { type Outcome, unknown } from '../outcome.ts';
import { requireFraction } from '../requirements.ts';

/** How many units a test needs. */
export interface UnitsNeeded {
  /** Units of the treatment (of each arm, if allocation is 1) at which the power is exactly the one asked for. */
  readonly nPerArm: number;
  /** Whole units of both arms. */
  readonly units: { readonly control: number; readonly treatment: number };
}

/** A solution in whole units, or `overflow` where doubles cannot count them. */
export function unitsNeeded(nPerArm: number, allocation: number): Outcome<UnitsNeeded> {
  const units = { control: Math.ceil(nPerArm * allocation), treatment: Math.ceil(nPerArm) };
  if (!Number.isSafeInteger(units.control) || !Number.isSafeInteger(units.treatment))
    return unknown('overflow');
  return { kind: 'estimate', nPerArm, units };
}

/** A power is above the tail of the test, which a test has without any effect, and below 1. */
export function requirePower(power: number, tail: number): void {
  requireFraction('power', power);
  if (!(power > tail)) throw new AnalysisInputError('power', 'above the alpha of one tail');
}
