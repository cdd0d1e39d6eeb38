/**
 * Runs every `@example` of analysis/, so that no doc comment promises what the code does not do. An example is
 *
 *     @example call(arguments) // literal
 *
 * where the call may use whatever its own file, its folder's face or analysis/index.ts exports, and the literal is JSON
 * as JavaScript writes it (numbers, strings, booleans, null, arrays, records). A record matches if its keys do, others
 * may be there; an array matches member by member. A number with decimals or an exponent matches to half a unit of the
 * last digit written, but never finer than one part in 10¹²; a whole number matches as such (one part in 10⁹). Both sides may go over several lines, and one
 * tag may hold several examples, one below the other: a line is joined with the next until both sides are complete.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../analysis');
const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .sort();

/** What stands in the doc comments of one file, by the name of what they describe. */
function tagsOf(file: string): ReadonlyMap<string, readonly string[]> {
  const source = ts.createSourceFile(
    file,
    readFileSync(join(root, file), 'utf8'),
    ts.ScriptTarget.Latest,
    true,
  );
  const found = new Map<string, string[]>();
  const names = (statement: ts.Statement): string[] => {
    if (ts.isVariableStatement(statement))
      return statement.declarationList.declarations.map(({ name }) => name.getText());
    return ts.isFunctionDeclaration(statement) && statement.name !== undefined ? [statement.name.text] : [];
  };
  for (const statement of source.statements)
    for (const name of names(statement)) {
      const comments = ts.getLeadingCommentRanges(source.text, statement.getFullStart()) ?? [];
      const last = comments.at(-1);
      const text = last === undefined ? '' : source.text.slice(last.pos, last.end);
      found.set(name, text.startsWith('/**') ? examplesIn(text) : []);
    }
  return found;
}

/** The texts of the `@example` tags of a doc comment. */
function examplesIn(comment: string): string[] {
  const text = comment
    .replace(/^\/\*\*/, '')
    .replace(/\*\/$/, '')
    .replaceAll(/^[ \t]*\* ?/gm, '');
  return text
    .split(/^[ \t]*(?=@\w)/m)
    .filter((tag) => tag.startsWith('@example'))
    .map((tag) => tag.slice('@example'.length).trim());
}

function isComplete(expression: string): boolean {
  try {
    new Function(`return (${expression}\n)`);
    return expression.trim() !== '';
  } catch {
    return false;
  }
}

interface Example {
  readonly call: string;
  readonly literal: string;
}

/** Splits a tag's text into examples; what is left over at its end is an example that is no such thing. */
function parseExamples(text: string): { examples: Example[]; rest: string } {
  const examples: Example[] = [];
  let pending = '';
  for (const line of text.split('\n')) {
    pending = pending === '' ? line : `${pending}\n${line}`;
    const example = [...pending.matchAll(/\/\/ /g)]
      .map(({ index }) => ({
        call: pending.slice(0, index).trim().replace(/;$/, ''),
        literal: pending.slice(index + 3).replaceAll(/^\s*\/\/ ?/gm, ''),
      }))
      .find(({ call, literal }) => isComplete(call) && isComplete(literal));
    if (example === undefined) continue;
    examples.push(example);
    pending = '';
  }
  return { examples, rest: pending.trim() };
}

/** Half a unit of the last digit of a number as written; whole numbers are meant as such. */
function toleranceOf(written: string, value: number): number {
  const [, decimals = '', exponent = ''] = /^[\d_]*\.?(\d*)(?:e([+-]?\d+))?$/i.exec(written) ?? [];
  if (!/[.e]/i.test(written)) return 1e-9 * Math.max(1, value);
  return Math.max(0.5000001 * 10 ** (Number(exponent) - decimals.length), 1e-12 * value);
}

/** Where a value is not what a literal says; nowhere if it is. */
function mismatches(value: unknown, literal: ts.Expression, path: string): string[] {
  if (ts.isParenthesizedExpression(literal)) return mismatches(value, literal.expression, path);
  const wrong = [`${path}: ${JSON.stringify(value)} is not ${literal.getText()}`];
  if (ts.isArrayLiteralExpression(literal)) {
    if (!Array.isArray(value) || value.length !== literal.elements.length) return wrong;
    return literal.elements.flatMap((element, i) => mismatches(value[i], element, `${path}[${i}]`));
  }
  if (ts.isObjectLiteralExpression(literal)) {
    if (typeof value !== 'object' || value === null) return wrong;
    const members = new Map(Object.entries(value));
    return literal.properties.flatMap((property) => {
      if (!ts.isPropertyAssignment(property)) return [`${path}: ${property.getText()} is no literal`];
      const { name } = property;
      const key = ts.isStringLiteral(name) ? name.text : name.getText();
      return mismatches(members.get(key), property.initializer, `${path}.${key}`);
    });
  }
  if (ts.isStringLiteral(literal)) return value === literal.text ? [] : wrong;
  if (literal.kind === ts.SyntaxKind.TrueKeyword) return value === true ? [] : wrong;
  if (literal.kind === ts.SyntaxKind.FalseKeyword) return value === false ? [] : wrong;
  if (literal.kind === ts.SyntaxKind.NullKeyword) return value === null ? [] : wrong;
  const negative = ts.isPrefixUnaryExpression(literal) && literal.operator === ts.SyntaxKind.MinusToken;
  const digits = negative ? literal.operand : literal;
  if (!ts.isNumericLiteral(digits)) return [`${path}: ${literal.getText()} is no literal`];
  const size = Number(digits.text);
  const expected = negative ? -size : size;
  if (typeof value !== 'number') return wrong;
  return Math.abs(value - expected) <= toleranceOf(digits.getText().replaceAll('_', ''), size) ? [] : wrong;
}

function literalOf(text: string): ts.Expression {
  const [statement] = ts.createSourceFile(
    'literal.ts',
    `(${text}\n)`,
    ts.ScriptTarget.Latest,
    true,
  ).statements;
  if (statement === undefined || !ts.isExpressionStatement(statement))
    throw new Error(`${text} is no literal`);
  return statement.expression;
}

type Scope = Readonly<Record<string, unknown>>;

/** What an example may name: analysis/index.ts, then its folder's face, then its file. */
async function scopeOf(file: string): Promise<Scope> {
  const faces = ['index.ts', join(dirname(file), 'index.ts'), file];
  const modules = await Promise.all(
    faces
      .filter((face) => files.includes(face))
      .map((face): Promise<Scope> => import(pathToFileURL(join(root, face)).href)),
  );
  return Object.assign({}, ...modules);
}

function run(call: string, scope: Scope): unknown {
  const names = Object.keys(scope);
  return new Function(...names, `'use strict'; return (${call}\n);`)(...names.map((name) => scope[name]));
}

const promised = files.flatMap((file) =>
  [...tagsOf(file)].flatMap(([name, texts]) => texts.map((text) => ({ file, name, text }))),
);

it.each(promised)('$file: $name', async ({ file, name, text }) => {
  const { examples, rest } = parseExamples(text);
  expect(rest, `an example of ${name} has the form \`call // literal\``).toBe('');
  expect(examples.length).toBeGreaterThan(0);
  const scope = await scopeOf(file);
  for (const { call, literal } of examples)
    expect(mismatches(run(call, scope), literalOf(literal), name)).toEqual([]);
});

describe('the faces of analysis/', () => {
  /** Every function that a folder shows to others, with the file that it is written in. */
  async function functionsOf(face: string): Promise<string[]> {
    const shown: Scope = await import(pathToFileURL(join(root, face)).href);
    return Object.keys(shown).filter((name) => {
      const value = shown[name];
      return typeof value === 'function' && !(value.prototype instanceof Error);
    });
  }

  const faces = files.filter((file) => file.endsWith('/index.ts'));
  it.each(faces)('have an example of each function: %s', async (face) => {
    const folder = dirname(face);
    const withExample = new Set(
      files
        .filter((file) => dirname(file) === folder)
        .flatMap((file) => [...tagsOf(file)].filter(([, texts]) => texts.length > 0).map(([name]) => name)),
    );
    const without = (await functionsOf(face)).filter((name) => !withExample.has(name));
    expect(without).toEqual([]);
  });
});

describe('the reading of examples', () => {
  const of = (text: string) => parseExamples(text).examples;

  it('joins lines until both sides are complete', () => {
    expect(of('f({\n  a: 1,\n}) // { b: 2 }\ng(1) // [\n//   3,\n// ]')).toEqual([
      { call: 'f({\n  a: 1,\n})', literal: '{ b: 2 }' },
      { call: 'g(1)', literal: '[\n  3,\n]' },
    ]);
    expect(parseExamples('f(1)').rest).toBe('f(1)');
    expect(parseExamples('f(1) // p is 2').rest).toBe('f(1) // p is 2');
  });

  it('compares to the digits written, and no further', () => {
    const wrong = (value: unknown, literal: string) => mismatches(value, literalOf(literal), 'x').length;
    expect([wrong(0.2949, '0.29'), wrong(0.2951, '0.29')]).toEqual([0, 1]);
    expect([wrong(-2.00789e-5, '-2.0079e-5'), wrong(-2.00799e-5, '-2.0079e-5')]).toEqual([0, 1]);
    expect([wrong(3, '3'), wrong(3.1, '3'), wrong('3', '3'), wrong(Number.NaN, '3')]).toEqual([0, 1, 1, 1]);
    expect([wrong({ a: 1, b: [1, null] }, '{ b: [1, null] }'), wrong({ b: [1] }, '{ b: [1, 2] }')]).toEqual([
      0, 1,
    ]);
    expect([wrong({ a: 'x' }, "{ a: 'x' }"), wrong({}, '{ a: 1 }'), wrong({ a: 1 }, '{ a: true }')]).toEqual([
      0, 1, 1,
    ]);
  });
});
