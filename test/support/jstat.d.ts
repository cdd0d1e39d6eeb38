/** The parts of jstat that the tests compare with; the package has no types. */
declare module 'jstat' {
  const jstat: {
    readonly normal: {
      cdf(x: number, mean: number, sd: number): number;
      inv(p: number, mean: number, sd: number): number;
    };
    readonly studentt: { cdf(x: number, df: number): number; inv(p: number, df: number): number };
    readonly noncentralt: { cdf(x: number, df: number, ncp: number): number };
    readonly chisquare: { cdf(x: number, df: number): number };
    readonly beta: { inv(p: number, a: number, b: number): number };
    ibeta(x: number, a: number, b: number): number;
    betaln(a: number, b: number): number;
    gammaln(x: number): number;
  };
  export default jstat;
}
