import { AnalysisInputError } from '../input-error.ts';

/** Throws an `AnalysisInputError` that names the first member that is no finite number. */
export function requireFiniteMembers(field: string, values: readonly number[]): void {
  values.forEach((value, i) => {
    if (!Number.isFinite(value)) throw new AnalysisInputError(`${field}[${i}]`, 'a finite number');
  });
}

/** Throws an `AnalysisInputError` unless there are so many members. */
export function requireLength(field: string, values: readonly number[], length: number): void {
  if (values.length !== length) throw new AnalysisInputError(field, `of length ${length}`);
}
