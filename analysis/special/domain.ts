/** Throws a `RangeError` that names the argument unless it lies in the function's domain. */
export function requireDomain(inDomain: boolean, argument: string, requirement: string): void {
  if (!inDomain) throw new RangeError(`${argument} must be ${requirement}.`);
}
