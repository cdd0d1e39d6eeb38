import { generator, seedOf } from './generator.ts';
import type { Measurement } from './measurement.ts';
import { agrees, type Claim, type PlotPoint, type Scenario } from './scenario.ts';

/** A claim beside what was measured. */
export interface Finding extends Claim {
  readonly measurement: Measurement;
  readonly agrees: boolean;
}

/** A scenario that has run. Plain data, so that it can cross from one thread to another. */
export interface Result {
  readonly name: string;
  readonly seed: number;
  readonly findings: readonly Finding[];
  readonly points: readonly PlotPoint[];
}

/** Runs a scenario from its own seed: the same figures whenever, wherever and beside whatever it runs. */
export function runScenario(scenario: Scenario, size: 'full' | 'subset'): Result {
  const seed = seedOf(scenario.name);
  const { measured, points = [] } = scenario.simulate(generator(seed), scenario.repetitions[size]);
  if (measured.length !== scenario.claims.length) {
    throw new RangeError(
      `${scenario.name} measured ${measured.length} figures for ${scenario.claims.length} claims.`,
    );
  }
  const findings = scenario.claims.map((claim, i) => {
    const measurement = measured[i] ?? { kind: 'rate', hits: 0, repetitions: 0 };
    return { ...claim, measurement, agrees: agrees(claim.expected, measurement) };
  });
  return { name: scenario.name, seed, findings, points };
}
