import { holm } from '../multiplicity/index.ts';
import { unknown } from '../outcome.ts';
import { withinField } from '../requirements.ts';
import { sampleRatioChiSquare } from '../sample-ratio/index.ts';
import { ALARM_P, type Soundness, type SoundnessStatus } from './status.ts';

/** Units by arm for each value of a dimension: platform, country, version, day, hour. */
export interface DimensionArms {
  readonly dimension: string;
  readonly values: readonly { readonly value: string; readonly units: readonly number[] }[];
}

/** One value of a dimension against the weights. */
export interface ValueSampleRatio {
  readonly dimension: string;
  readonly value: string;
  readonly status: SoundnessStatus;
  /** Pearson's χ²; null where an arm of weight 0 has units. */
  readonly chiSquare: number | null;
  /** Adjusted by Holm over all values of all dimensions. */
  readonly adjustedP: number;
  /** Units of each arm beyond what the weights promise. */
  readonly excess: readonly number[];
}

/**
 * Where does a sample-ratio mismatch come from: the χ² check of one epoch within each value of several dimensions, adjusted
 * by Holm (1979) over all of them and ranked, the least likely first (Fabijan et al. 2019, section 5, "segments"). `broken`
 * if a value's adjusted p is below .001. Values without units are left out. Unknown with `no-units`, or `one-arm` where
 * the weights leave nothing to compare.
 * @example sampleRatioByDimension([{ dimension: 'platform', values: [
 *   { value: 'iOS', units: [300, 450] }, { value: 'web', units: [700, 710] },
 * ] }], [0.5, 0.5]) // { status: 'broken', ranked: [{ value: 'iOS', adjustedP: 8.6409e-8, excess: [-75, 75] }, { value: 'web', status: 'sound' }] }
 */
export function sampleRatioByDimension(
  dimensions: readonly DimensionArms[],
  weights: readonly number[],
): Soundness<{ readonly ranked: readonly ValueSampleRatio[] }> {
  const tested = dimensions.flatMap(({ dimension, values }, i) =>
    values.map(({ value, units }, j) => {
      const outcome = withinField(`dimensions[${i}].values[${j}]`, () =>
        sampleRatioChiSquare({ units, weights }),
      );
      return { dimension, value, units, outcome };
    }),
  );
  const known = tested.flatMap(({ outcome, ...named }) =>
    outcome.kind === 'estimate' ? [{ ...named, ...outcome }] : [],
  );
  if (known.length === 0) {
    const reason = tested.flatMap(({ outcome }) => (outcome.kind === 'unknown' ? [outcome.reason] : []));
    return unknown(reason.find((one) => one !== 'no-units') ?? 'no-units');
  }
  const adjusted = holm(known.map(({ p }) => p));
  const ranked = known
    .map(({ dimension, value, units, chiSquare, expected }, i): ValueSampleRatio => {
      const adjustedP = adjusted[i] ?? 1;
      const status = adjustedP < ALARM_P ? 'broken' : 'sound';
      const excess = units.map((count, arm) => count - (expected[arm] ?? 0));
      return { dimension, value, status, chiSquare, adjustedP, excess };
    })
    .sort(
      (first, second) =>
        first.adjustedP - second.adjustedP || (second.chiSquare ?? Infinity) - (first.chiSquare ?? Infinity),
    );
  return { kind: 'estimate', status: ranked[0]?.status ?? 'sound', ranked };
}
