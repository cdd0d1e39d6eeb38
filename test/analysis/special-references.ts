import { readFileSync } from 'node:fs';

/** A value of a special function to 25 digits. */
export interface Reference {
  readonly fn: string;
  readonly args: readonly [number, number, number, number?];
  readonly ref: string;
}

const read = <T>(name: string): T[] =>
  JSON.parse(readFileSync(new URL(`../golden/${name}`, import.meta.url), 'utf8'));

export const supplied = read<Reference>('special-reference.json');

export const corrections = read<Reference & { was: string }>('special-reference-corrections.json');

/**
 * Two references of the supplied file are wrong from the eighth digit on. mpmath's betainc, the series of positive terms
 * and SciPy's t.sf give the corrected values; quadrature over panels of ¼ gives the digits of the file.
 */
export const corrected = (reference: Reference): Reference =>
  corrections.find(
    ({ fn, was, args }) =>
      fn === reference.fn &&
      was === reference.ref &&
      args[0] === reference.args[0] &&
      args[1] === reference.args[1],
  ) ?? reference;

/**
 * What the functions are held to, by file.
 *
 * special-further.json was computed with 500-bit arithmetic (MPFR through gmpy2): normal tails from erfc, t and beta areas
 * from the continued fraction 26.5.8 of Abramowitz & Stegun, χ² from its series and Legendre's continued fraction,
 * noncentral t from the trapezoidal rule over ln S with its step halved until 22 digits stay (170 bits), quantiles by
 * bisection and Newton's method; the points of functions that the other files have too are those, out of some 20 000
 * random ones, where doubles had the hardest time.
 */
export const referenceFiles: Readonly<Record<string, readonly Reference[]>> = {
  'special-reference.json': supplied.map(corrected),
  'special-reference-wide.json': read<Reference>('special-reference-wide.json'),
  'special-further.json': read<Reference>('special-further.json'),
};
