import type { z } from 'zod';
import type { AnalysisInputError } from '../../analysis/index.ts';
import { AppError } from '../errors.ts';

interface Fault {
  readonly path: readonly PropertyKey[];
  /** What is wrong, to stand after the field's name. */
  readonly detail: string;
}

/** How people write a path: `control.values[2]`; the input itself is "the input". */
function written(path: readonly PropertyKey[]): string {
  const text = path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
  return text === '' ? 'the input' : text;
}

const pointerOf = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

function invalid(method: string, faults: readonly Fault[], cause: unknown): AppError {
  const sentence = faults
    .slice(0, 3)
    .map(({ path, detail }) => `${written(path)} ${detail}`)
    .join('; ');
  const more = faults.length > 3 ? ` (and ${faults.length - 3} more)` : '';
  return new AppError('unprocessable', `The input of ${method} is not valid: ${sentence}${more}.`, {
    cause,
    fields: faults.slice(0, 50).map(({ path, detail }) => ({ pointer: pointerOf(path), detail })),
  });
}

/** Of the ways in which a value could have been valid, the one it comes nearest to says what is wrong with it. */
function nearest(branches: readonly (readonly z.core.$ZodIssue[])[]): readonly z.core.$ZodIssue[] {
  const strangeness = (issues: readonly z.core.$ZodIssue[]): number =>
    issues.reduce((sum, issue) => {
      if (issue.code === 'unrecognized_keys') return sum + 10 * issue.keys.length;
      return sum + (issue.path.length === 0 ? 100 : 1);
    }, 0);
  return branches.toSorted((first, second) => strangeness(first) - strangeness(second))[0] ?? [];
}

function faultsOf(issue: z.core.$ZodIssue, above: readonly PropertyKey[]): readonly Fault[] {
  const path = [...above, ...issue.path];
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ path: [...path, key], detail: 'is no field of it' }));
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const inner = nearest(issue.errors);
    if (inner.some(({ path: below }) => below.length > 0))
      return inner.flatMap((nested) => faultsOf(nested, path));
  }
  if (issue.code === 'invalid_type' && issue.input === undefined && /received undefined/.test(issue.message))
    return [{ path, detail: `is missing (${issue.expected})` }];
  if (issue.message.startsWith('must ')) return [{ path, detail: issue.message }];
  return [
    { path, detail: `is not valid: ${issue.message.replace(/^(Invalid input|Too small|Too big): /, '')}` },
  ];
}

/** What a schema refused, naming each field. */
export function refusedBySchema(method: string, error: z.ZodError): AppError {
  return invalid(
    method,
    error.issues.flatMap((issue) => faultsOf(issue, [])),
    error,
  );
}

/**
 * What the method itself refused. Its path leads through the library's own records (`strata[0].arms.control.n`): what
 * the caller can look for is the part from a field of the input on.
 */
export function refusedByMethod(method: string, error: AnalysisInputError, input: unknown): AppError {
  const path = [...error.field.matchAll(/[^.[\]]+/g)].map(([part]) =>
    /^\d+$/.test(part) ? Number(part) : part,
  );
  const own = path.findIndex((part) => typeof input === 'object' && input !== null && part in input);
  const detail = error.message.slice(error.field.length).trim().replace(/\.$/, '');
  return invalid(method, [{ path: own > 0 ? path.slice(own) : path, detail }], error);
}
