import type { z } from 'zod';

/** A method of analysis/ under its kebab-case name, with what a terminal or an HTTP client must know to call it. */
export interface Calculation {
  /** `welch-absolute`: what stands after `assay compute` and after `/calculations/`. */
  readonly name: string;
  /** One line for a list: what it answers. */
  readonly about: string;
  readonly input: z.ZodType;
  /** An input that computes. */
  readonly example: unknown;
  /** The outcome for an input that `input` has parsed: `{ kind: 'estimate', … }` or `{ kind: 'unknown', reason }`. */
  compute(input: unknown): object;
}

/** What one method says of itself; the types of its schema, example and function are held to each other. */
export interface CalculationDefinition<Schema extends z.ZodType> {
  readonly name: string;
  readonly about: string;
  readonly input: Schema;
  readonly example: z.input<Schema>;
  compute(input: z.output<Schema>): object;
}

/** Makes a definition one of many. */
export function calculation<Schema extends z.ZodType>(
  definition: CalculationDefinition<Schema>,
): Calculation {
  return {
    ...definition,
    compute: (input) => definition.compute(input as z.output<Schema>),
  };
}
