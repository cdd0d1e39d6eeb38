import { readFileSync } from 'node:fs';

/** A univariate set of NIST's Statistical Reference Datasets with its certified figures, 15 digits as published. */
export interface CertifiedSet {
  readonly name: string;
  readonly values: readonly number[];
  readonly mean: string;
  readonly sd: string;
}

/** Michelso, Mavro, Lew and Lottery, whose values are measurements. */
const measured: readonly CertifiedSet[] = JSON.parse(
  readFileSync(new URL('../golden/nist-univariate.json', import.meta.url), 'utf8'),
);

const alternating = (middle: number, below: number, above: number): number[] => [
  middle,
  ...Array.from({ length: 1000 }, (_, i) => (i % 2 === 0 ? below : above)),
];

/** NIST's univariate sets, those of lower difficulty first. */
export const nistUnivariate: readonly CertifiedSet[] = [
  { name: 'PiDigits', values: piDigits(), mean: '4.53480000000000', sd: '2.86733906028871' },
  ...measured,
  { name: 'NumAcc1', values: [10_000_001, 10_000_003, 10_000_002], mean: '10000002', sd: '1' },
  { name: 'NumAcc2', values: alternating(1.2, 1.1, 1.3), mean: '1.2', sd: '0.1' },
  {
    name: 'NumAcc3',
    values: alternating(1_000_000.2, 1_000_000.1, 1_000_000.3),
    mean: '1000000.2',
    sd: '0.1',
  },
  {
    name: 'NumAcc4',
    values: alternating(10_000_000.2, 10_000_000.1, 10_000_000.3),
    mean: '10000000.2',
    sd: '0.1',
  },
];

/**
 * The first 5000 digits of π by Machin's formula. NIST's 957th is a 3 where π has an 8, and its certified figures are
 * those of its digits: with the 8 the mean would be 4.5358.
 */
function piDigits(): number[] {
  const one = 10n ** 5020n;
  const arctanOfInverse = (x: bigint): bigint => {
    let sum = 0n;
    let power = one / x;
    for (let k = 1n; power !== 0n; k += 2n) {
      sum += k % 4n === 1n ? power / k : -(power / k);
      power /= x * x;
    }
    return sum;
  };
  const pi = 16n * arctanOfInverse(5n) - 4n * arctanOfInverse(239n);
  const digits = [...pi.toString().slice(0, 5000)].map(Number);
  return digits.map((digit, i) => (i === 956 ? 3 : digit));
}

/** The digits that agree: −log₁₀ of the relative error, at most the 15 that are certified (McCullough 1998). */
export function agreeingDigits(value: number, certified: string): number {
  const error = Math.abs(value / Number(certified) - 1);
  return error === 0 ? 15 : Math.min(15, -Math.log10(error));
}
