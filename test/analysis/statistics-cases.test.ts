import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { calculations, computeOutcome, findCalculation } from '../../src/calculations/index.ts';

/** A published result; figures agree if they differ by no more than half a unit of the last digit stated. */
interface Case {
  readonly source: string;
  readonly method: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly expected: Readonly<Record<string, number | readonly number[]>>;
  readonly digits: number;
}

const cases: readonly Case[] = JSON.parse(
  readFileSync(new URL('../golden/statistics-cases.json', import.meta.url), 'utf8'),
);

/** NIST's series is described in words. */
function inputOf({ input }: Case): unknown {
  if (input['name'] !== 'NumAcc3') return input;
  const values = [1000000.2];
  for (let i = 0; i < 500; i += 1) values.push(1000000.1, 1000000.3);
  return { values };
}

it('has all cases', () => expect(cases.length).toBeGreaterThanOrEqual(24));

it.each(cases)('$source: $method $expected', (example) => {
  const outcome: Readonly<Record<string, unknown>> = Object(
    computeOutcome(findCalculation(calculations, example.method), inputOf(example)),
  );
  expect(outcome['kind']).toBe('estimate');
  for (const [name, value] of Object.entries(example.expected)) {
    const theirs = [value].flat();
    const ours = [outcome[name]].flat();
    expect(ours.length, name).toBe(theirs.length);
    theirs.forEach((figure, i) => {
      const distance = Math.abs(Number(ours[i] ?? Number.NaN) - figure);
      expect(distance, `${name} ${i}: ${String(ours[i])}`).toBeLessThanOrEqual(0.5 * 10 ** -example.digits);
    });
  }
});
