import { AnalysisInputError } from '../../analysis/index.ts';

/**
 * What a computation gives; where it refuses an argument that the library calls `theirs` (or a part of it), the refusal
 * names `own`, the field of the input, instead.
 */
export function asField<T>(theirs: string, own: string, compute: () => T): T {
  try {
    return compute();
  } catch (error) {
    if (!(error instanceof AnalysisInputError)) throw error;
    const rest = error.field.slice(theirs.length);
    if (!error.field.startsWith(theirs) || !/^($|[.[])/.test(rest)) throw error;
    throw renamed(error, `${own}${rest}`);
  }
}

/** What a computation on one part of the input gives; what it refuses is a field of that part. */
export function within<T>(part: string, compute: () => T): T {
  try {
    return compute();
  } catch (error) {
    if (!(error instanceof AnalysisInputError)) throw error;
    throw renamed(error, `${part}.${error.field}`);
  }
}

function renamed({ field, message }: AnalysisInputError, own: string): AnalysisInputError {
  return new AnalysisInputError(own, message.slice(`${field} must be `.length, -1));
}
