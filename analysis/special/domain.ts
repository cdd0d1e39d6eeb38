import { AnalysisInputError } from '../input-error.ts';

/** Throws an `AnalysisInputError` that names the argument unless it lies in the function's domain. */
export function requireDomain(inDomain: boolean, argument: string, requirement: string): void {
  if (!inDomain) throw new AnalysisInputError(argument, requirement);
}

/** Throws an `AnalysisInputError` unless a parameter of the beta distribution lies where doubles can work with it. */
export function requireShape(argument: string, value: number, least = 1e-300, most = 1e20): void {
  requireDomain(value >= least && value <= most, argument, `from ${least} to ${most}`);
}
