import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { calculations, computeOutcome, findCalculation } from '../../src/calculations/index.ts';

/** Answers by scipy, statsmodels and mpmath, or by formulas written anew with them, to 12 digits. */
interface IndependentCase {
  readonly method: string;
  readonly input: unknown;
  /** By path: `lift.ci` is the ci of the lift. */
  readonly expected: Readonly<Record<string, number | boolean | readonly (number | boolean)[]>>;
  /** The relative error that their algorithm or ours is allowed. */
  readonly relative: number;
}

const independent: readonly IndependentCase[] = JSON.parse(
  readFileSync(new URL('../golden/independent-cases.json', import.meta.url), 'utf8'),
);

it.each(independent)('$method agrees with an independent computation for $input', (theirs) => {
  const outcome: unknown = computeOutcome(findCalculation(calculations, theirs.method), theirs.input);
  for (const [path, figures] of Object.entries(theirs.expected)) {
    const at = path.split('.').reduce<unknown>((holder, key) => Object(holder)[key], outcome);
    const ours = [at].flat();
    [figures].flat().forEach((figure, i) => {
      const own = ours[i];
      if (typeof figure === 'boolean') expect(own, path).toBe(figure);
      else
        expect(
          Math.abs(Number(own ?? Number.NaN) - figure),
          `${path}: ${own} for ${figure}`,
        ).toBeLessThanOrEqual(theirs.relative * Math.max(Math.abs(figure), 1e-13));
    });
  }
});
