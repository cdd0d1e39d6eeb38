/** A running sum beside what rounding took away from it (Neumaier 1974). */
export interface CompensatedSum {
  sum: number;
  rest: number;
}

/** Adds a term in place. */
export function addTerm(total: CompensatedSum, term: number): void {
  const { sum } = total;
  const next = sum + term;
  total.rest += Math.abs(sum) >= Math.abs(term) ? sum - next + term : term - next + sum;
  total.sum = next;
}

/** The sum as if added up exactly and rounded once or twice; infinite where it overflowed. */
export function totalOf({ sum, rest }: CompensatedSum): number {
  return Number.isFinite(sum) ? sum + rest : sum;
}

/** Sums of no terms yet. */
export function emptySums(count: number): CompensatedSum[] {
  return Array.from({ length: count }, () => ({ sum: 0, rest: 0 }));
}
