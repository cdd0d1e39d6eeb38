/**
 * An argument that no statistic can be computed from (not a lack of data: that is an `Unknown`). `field` is the path of
 * the argument, such as `strata[0].arms.control.n`; the message names it and says what it must be.
 */
export class AnalysisInputError extends RangeError {
  readonly field: string;

  constructor(field: string, requirement: string) {
    super(`${field} must be ${requirement}.`);
    this.name = 'AnalysisInputError';
    this.field = field;
  }
}
