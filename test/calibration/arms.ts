import type { Moments, Stratum } from '../../analysis/index.ts';
import type { Draw } from './draws.ts';
import type { Uniform } from './generator.ts';

/** The moments of so many units, one number each. */
export function drawArm(units: number, draw: Draw, uniform: Uniform): Moments {
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < units; i += 1) {
    const value = draw(uniform);
    sum += value;
    squares += value * value;
  }
  return { n: units, centre: [0], sums: [sum], products: [squares] };
}

/** The moments of so many units with two numbers each: a metric and its covariate, or a numerator and a denominator. */
export function drawPairs(
  units: number,
  draw: (uniform: Uniform, pair: Float64Array) => void,
  uniform: Uniform,
): Moments {
  const pair = new Float64Array(2);
  const sums = [0, 0];
  const products = [0, 0, 0];
  for (let i = 0; i < units; i += 1) {
    draw(uniform, pair);
    const [first = 0, second = 0] = pair;
    sums[0] = (sums[0] ?? 0) + first;
    sums[1] = (sums[1] ?? 0) + second;
    products[0] = (products[0] ?? 0) + first * first;
    products[1] = (products[1] ?? 0) + first * second;
    products[2] = (products[2] ?? 0) + second * second;
  }
  return { n: units, centre: [0, 0], sums, products };
}

/** Two arms of one stratum under the names that `PAIR` compares. */
export function stratum(control: Moments, treatment: Moments): readonly Stratum[] {
  return [{ arms: { control, treatment } }];
}

/** What the comparisons of a calibration have in common. */
export const PAIR = { control: 'control', treatment: 'treatment', alpha: 0.05, covariate: false } as const;

/** Is the value inside? A bound that does not exist shuts nothing out. */
export function holds(interval: readonly [number, number] | null, value: number): boolean {
  return interval === null || (interval[0] <= value && value <= interval[1]);
}
