import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { AnalysisInputError } from '../../analysis/index.ts';
import { type Calculation, computeOutcome, findCalculation } from '../../src/calculations/index.ts';
import { AppError } from '../../src/errors.ts';

const arm = z.union([
  z.strictObject({ n: z.int().nonnegative(), sum: z.number() }),
  z.strictObject({ values: z.array(z.number()) }),
]);

function method(compute: (input: unknown) => object): Calculation {
  const input = z.strictObject({
    control: arm,
    'a/b': z.number().max(3, { message: 'must be at most 3' }).optional(),
  });
  return { name: 'planted', about: 'A method for this test', input, example: {}, compute };
}

function refusal(input: unknown, compute: (input: unknown) => object = () => ({})): AppError {
  try {
    computeOutcome(method(compute), input);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

describe('an input that the schema refuses', () => {
  it.each([
    ['no object', 3, [['', 'the input is not valid: expected object, received number']]],
    ['a missing field', {}, [['/control', 'control is ']]],
    ['an unknown field', { control: { values: [] }, c: 1 }, [['/c', 'c is no field of it']]],
    ['words of the schema', { control: { values: [] }, 'a/b': 4 }, [['/a~1b', 'a/b must be at most 3']]],
    [
      'the shape that a union comes nearest to',
      { control: { n: -1, sum: 'x' } },
      [
        ['/control/n', 'control.n is not valid: expected number to be >=0'],
        ['/control/sum', 'control.sum is not valid: expected number, received string'],
      ],
    ],
    [
      'a member of an array',
      { control: { values: [1, null] } },
      [['/control/values/1', 'control.values[1] is not valid: expected number, received null']],
    ],
    ['half of a shape', { control: { n: 3 } }, [['/control/sum', 'control.sum is missing (number)']]],
  ])('names %s', (_, input, faults) => {
    const { code, message, fields } = refusal(input);
    expect(code).toBe('unprocessable');
    expect(fields.map(({ pointer }) => pointer)).toEqual(faults.map(([pointer]) => pointer));
    for (const [, words] of faults) expect(message).toContain(words);
    expect(message).toMatch(/^The input of planted is not valid: [^\n]+\.$/);
  });

  it('names three fields in words and the others as pointers', () => {
    const { message, fields } = refusal({ control: { values: ['a', 'b', 'c', 'd', 'e'] } });
    expect(message).toContain('(and 2 more)');
    expect(fields).toHaveLength(5);
  });
});

describe('an input that the method refuses', () => {
  const refusing = (field: string) => () => {
    throw new AnalysisInputError(field, 'above 0');
  };

  it.each([
    ['control.n', '/control/n', 'control.n must be above 0'],
    ['strata[0].arms.control.products[2]', '/control/products/2', 'control.products[2] must be above 0'],
    ['alpha', '/alpha', 'alpha must be above 0'],
  ])('is named as the caller knows it: %s', (field, pointer, words) => {
    const { code, message, fields } = refusal({ control: { values: [] } }, refusing(field));
    expect(code).toBe('unprocessable');
    expect(fields).toEqual([{ pointer, detail: 'must be above 0' }]);
    expect(message).toBe(`The input of planted is not valid: ${words}.`);
  });

  it('is told from a fault of ours', () => {
    const broken = () => {
      throw new TypeError('x is undefined');
    };
    expect(() => refusal({ control: { values: [] } }, broken)).toThrow(TypeError);
    for (const [outcome, figure] of [
      [{ kind: 'estimate', p: Number.NaN }, 'p'],
      [{ kind: 'estimate', ci: [0, Number.POSITIVE_INFINITY] }, 'ci.1'],
    ] as const) {
      const { code, message } = refusal({ control: { values: [] } }, () => outcome);
      expect([code, message]).toEqual(['internal', expect.stringContaining(`no finite ${figure},`)]);
    }
  });
});

describe('a name', () => {
  const named = ['welch-absolute', 'holm', 'sample-ratio-chi-square', 'sample-ratio-e-process'].map(
    (name) => ({
      ...method(() => ({})),
      name,
    }),
  );
  const proposal = (name: string): string => {
    try {
      return findCalculation(named, name).name;
    } catch (error) {
      return (error as Error).message;
    }
  };

  it('is found, or those like it are proposed, the nearest first', () => {
    expect(proposal('holm')).toBe('holm');
    expect(proposal('Holm')).toContain('did you mean holm?');
    expect(proposal('welch_absolut')).toContain('did you mean welch-absolute?');
    expect(proposal('sample-ratio')).toContain(
      'did you mean sample-ratio-chi-square or sample-ratio-e-process?',
    );
    expect(proposal('zzz')).toContain('ask for the list');
    expect(proposal('h'.repeat(10_000)).length).toBeLessThan(300);
  });
});
