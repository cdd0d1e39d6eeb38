import { z } from 'zod';
import { AnalysisInputError } from '../../analysis/index.ts';
import { AppError } from '../errors.ts';
import type { Calculation } from './calculation.ts';
import { refusedByMethod, refusedBySchema } from './invalid-input.ts';
import { nearestNames } from './nearest-names.ts';

/** The calculation of a name. @throws AppError `not-found`, with the names that may have been meant. */
export function findCalculation(calculations: readonly Calculation[], name: string): Calculation {
  const found = calculations.find((calculation) => calculation.name === name);
  if (found !== undefined) return found;
  const near = nearestNames(
    name,
    calculations.map((calculation) => calculation.name),
  );
  const next =
    near.length > 0
      ? `did you mean ${near.join(' or ')}?`
      : 'ask for the list of those there are (assay compute --list, GET /api/v1/calculations).';
  throw new AppError('not-found', `There is no method ${JSON.stringify(name.slice(0, 100))}; ${next}`);
}

/**
 * The outcome of a calculation for an input that nobody has looked at yet.
 * Unknown with `overflow` where numbers are so extreme that a figure is not finite.
 * @throws AppError `unprocessable`, naming the fields; `internal` if another figure is not finite, which JSON would hide.
 */
export function computeOutcome(calculation: Calculation, input: unknown): object {
  const parsed = calculation.input.safeParse(input);
  if (!parsed.success) throw refusedBySchema(calculation.name, parsed.error);
  let outcome: object;
  try {
    outcome = calculation.compute(parsed.data);
  } catch (error) {
    if (!(error instanceof AnalysisInputError)) throw error;
    const refused = refusedByMethod(calculation.name, error, input);
    if (isExtreme(parsed.data) && !namesFieldOf(refused, parsed.data)) return OVERFLOW;
    throw refused;
  }
  const hidden = pathOfNonFinite(outcome);
  if (hidden === null) return outcome;
  if (isExtreme(parsed.data)) return OVERFLOW;
  throw new AppError(
    'internal',
    `${calculation.name} gave no finite ${hidden}, which is a fault of ours; please report it.`,
  );
}

const OVERFLOW = { kind: 'unknown', reason: 'overflow' };

/** Whether it is the caller's field that was refused, and not an intermediate result that left the doubles. */
function namesFieldOf({ fields }: AppError, input: unknown): boolean {
  const root = fields[0]?.pointer.split('/')[1] ?? '';
  return typeof input === 'object' && input !== null && root in input;
}

/** Beyond these the squares and products of numbers leave the doubles sooner or later. */
const [SMALLEST, LARGEST] = [1e-75, 1e75];

/** Whether a number is so large or so small that a figure which is not finite is no surprise. */
function isExtreme(value: unknown): boolean {
  if (typeof value === 'number')
    return value !== 0 && !(Math.abs(value) > SMALLEST && Math.abs(value) < LARGEST);
  return typeof value === 'object' && value !== null && Object.values(value).some(isExtreme);
}

/** Where a figure is NaN or infinite; null if nowhere. */
function pathOfNonFinite(value: unknown): string | null {
  if (typeof value === 'number') return Number.isFinite(value) ? null : 'value';
  if (typeof value !== 'object' || value === null) return null;
  for (const [key, member] of Object.entries(value)) {
    const inner = pathOfNonFinite(member);
    if (inner !== null) return inner === 'value' ? key : `${key}.${inner}`;
  }
  return null;
}

/** What a caller may send, as JSON Schema 2020-12. */
export function inputSchemaOf(calculation: Calculation): Readonly<Record<string, unknown>> {
  const { $schema: _, ...schema } = z.toJSONSchema(calculation.input, {
    target: 'draft-2020-12',
    io: 'input',
    unrepresentable: 'any',
  });
  return schema;
}
