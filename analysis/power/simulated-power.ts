import type { Interval } from '../effects.ts';
import { requireCount, requireFraction } from '../requirements.ts';
import { normalQuantile } from '../special/index.ts';

export interface SimulatedPower {
  /** Share of runs in which the test rejects. */
  readonly power: number;
  readonly rejections: number;
  readonly runs: number;
  /** Of the share, by Wilson's score: how far chance may have moved it. */
  readonly ci: Interval;
}

/**
 * Power by simulation, where no closed form exists: the share of simulated experiments that reject, with Wilson's
 * interval (Wilson 1927). The same generator in the same state gives the same answer.
 * @param run one experiment: draws it from the generator of uniform numbers in (0, 1) and tells whether the test rejects
 * @param alpha of the interval of the power, not of the test
 * @example simulatedPower((uniform) => uniform() < 0.8, { runs: 4, generator: () => 0.5, alpha: 0.05 }) // { power: 1, rejections: 4, runs: 4 }
 */
export function simulatedPower(
  run: (generator: () => number) => boolean,
  {
    runs,
    generator,
    alpha,
  }: { readonly runs: number; readonly generator: () => number; readonly alpha: number },
): SimulatedPower {
  requireCount('runs', runs, 1);
  requireFraction('alpha', alpha);
  let rejections = 0;
  for (let i = 0; i < runs; i += 1) if (run(generator)) rejections += 1;
  const square = normalQuantile(alpha / 2) ** 2;
  const power = rejections / runs;
  const centre = (rejections + square / 2) / (runs + square);
  const half = Math.sqrt(square * (rejections * (1 - power) + square / 4)) / (runs + square);
  const ci = [rejections === 0 ? 0 : centre - half, rejections === runs ? 1 : centre + half] as const;
  return { power, rejections, runs, ci };
}
