/** The parts of jstat that the tests compare with; the package has no types. */
declare module 'jstat' {
  const jstat: {
    readonly normal: { cdf(x: number, mean: number, sd: number): number };
    readonly studentt: { cdf(x: number, df: number): number; inv(p: number, df: number): number };
    readonly chisquare: { cdf(x: number, df: number): number };
  };
  export default jstat;
}
