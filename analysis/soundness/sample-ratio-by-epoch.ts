import { type Outcome, unknown } from '../outcome.ts';
import { withinField } from '../requirements.ts';
import { type SampleRatio, sampleRatioChiSquare } from '../sample-ratio/index.ts';
import { ALARM_P, type Soundness, type SoundnessStatus } from './status.ts';

/** Units by arm of one epoch, with the weights that it declared; the arms in the same order. */
export interface EpochUnits {
  readonly epoch: number;
  readonly units: readonly number[];
  readonly weights: readonly number[];
}

/** The sample ratio of every epoch. */
export interface SampleRatioByEpoch {
  /** The epoch that fits worst, and its p. */
  readonly epoch: number;
  readonly p: number;
  readonly epochs: readonly {
    readonly epoch: number;
    readonly outcome: Outcome<SampleRatio & { readonly status: SoundnessStatus }>;
  }[];
}

/**
 * Sample-ratio check of each epoch by itself, Pearson's χ² with p < .001 as the alarm (Fabijan et al. 2019, "Diagnosing
 * sample ratio mismatch in online controlled experiments", who name the threshold): `broken` as soon as one epoch is.
 * Epochs are never pooled: two mismatches may cancel, and a change of weights would look like one. Counts are distinct
 * units at their first impression. Unknown, with the reason of the first epoch, where no epoch has a p.
 * @example sampleRatioByEpoch([
 *   { epoch: 1, units: [1000, 1200], weights: [0.5, 0.5] },
 *   { epoch: 2, units: [900, 100], weights: [0.9, 0.1] },
 * ]) // { status: 'broken', epoch: 1, p: 2.0079e-5, epochs: [{ outcome: { status: 'broken' } }, { outcome: { status: 'sound' } }] }
 */
export function sampleRatioByEpoch(epochs: readonly EpochUnits[]): Soundness<SampleRatioByEpoch> {
  const tested = epochs.map(({ epoch, units, weights }, i) => {
    const outcome = withinField(`epochs[${i}]`, () => sampleRatioChiSquare({ units, weights }));
    if (outcome.kind === 'unknown') return { epoch, outcome };
    const status: SoundnessStatus = outcome.p < ALARM_P ? 'broken' : 'sound';
    return { epoch, outcome: { ...outcome, status } };
  });
  const known = tested.flatMap(({ epoch, outcome }) =>
    outcome.kind === 'estimate' ? [{ epoch, p: outcome.p, status: outcome.status }] : [],
  );
  const [worst] = known.toSorted((first, second) => first.p - second.p);
  if (worst !== undefined) return { kind: 'estimate', ...worst, epochs: tested };
  const [first] = tested;
  return first?.outcome.kind === 'unknown' ? first.outcome : unknown('no-units');
}
