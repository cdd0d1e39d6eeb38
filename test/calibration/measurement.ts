/** How often something happened in a simulation. */
export interface Rate {
  readonly kind: 'rate';
  readonly hits: number;
  readonly repetitions: number;
}

/** A number that each repetition gave one of, by its mean or its median, with its standard error. */
export interface Level {
  readonly kind: 'level';
  readonly value: number;
  readonly standardError: number;
  readonly repetitions: number;
}

export type Measurement = Rate | Level;

/** How often, among so many repetitions. */
export function rate(hits: number, repetitions: number): Rate {
  return { kind: 'rate', hits, repetitions };
}

/** The mean of the repetitions' numbers. */
export function meanLevel(values: readonly number[]): Level {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { kind: 'level', value: mean, standardError: Math.sqrt(squares / (n - 1) / n), repetitions: n };
}

/** The median of the repetitions' numbers; its error from the binomial spread of ranks, three standard errors wide. */
export function medianLevel(values: readonly number[]): Level {
  const sorted = values.toSorted((a, b) => a - b);
  const n = sorted.length;
  const at = (rank: number) => sorted[Math.min(n - 1, Math.max(0, Math.round(rank)))] ?? 0;
  const spread = 1.5 * Math.sqrt(n);
  const middle = (n - 1) / 2;
  return {
    kind: 'level',
    value: at(middle),
    standardError: (at(middle + spread) - at(middle - spread)) / 6,
    repetitions: n,
  };
}

/** The measured figure itself. */
export function figureOf(measurement: Measurement): number {
  return measurement.kind === 'rate' ? measurement.hits / measurement.repetitions : measurement.value;
}

/** Its standard error; of a rate the binomial one, at the measured share or at one that is claimed. */
export function standardErrorOf(measurement: Measurement, share = figureOf(measurement)): number {
  if (measurement.kind === 'level') return measurement.standardError;
  return Math.sqrt((share * (1 - share)) / measurement.repetitions);
}
