import { AnalysisInputError } from '../input-error.ts';

/** Throws an `AnalysisInputError` that names the argument unless it lies in the function's domain. */
export function requireDomain(inDomain: boolean, argument: string, requirement: string): void {
  if (!inDomain) throw new AnalysisInputError(argument, requirement);
}
