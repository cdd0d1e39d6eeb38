import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import {
  type Calculation,
  calculations,
  computeOutcome,
  inputSchemaOf,
} from '../../src/calculations/index.ts';

/** Where something is that JSON cannot carry there and back: NaN, an infinity, undefined, anything but plain records. */
function lostInJson(value: unknown, path: string): string[] {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return [];
  if (typeof value === 'number') return Number.isFinite(value) ? [] : [`${path}: ${value}`];
  if (Array.isArray(value)) return value.flatMap((member, i) => lostInJson(member, `${path}[${i}]`));
  if (typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype)
    return Object.entries(value).flatMap(([key, member]) => lostInJson(member, `${path}.${key}`));
  return [`${path}: ${String(value)}`];
}

/** Schemas of arrays without a bound; each with its place. */
function unboundedArrays(schema: unknown, path: string): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const unbounded =
    'type' in schema && schema.type === 'array' && !('maxItems' in schema) && !('prefixItems' in schema);
  return [
    ...(unbounded ? [path] : []),
    ...Object.entries(schema).flatMap(([key, member]) => unboundedArrays(member, `${path}/${key}`)),
  ];
}

it('has a name of its own', () => {
  const names = calculations.map(({ name }) => name);
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  expect(names.length).toBeGreaterThan(0);
});

const areas = readdirSync(new URL('../../src/calculations', import.meta.url)).filter(
  (file) => /^[a-z0-9-]+\.ts$/.test(file) && file !== 'index.ts',
);

it.each(areas)('is in the list: %s', async (file) => {
  const area: Record<string, unknown> = await import(`../../src/calculations/${file}`);
  const own = Object.entries(area).flatMap(([name, value]): readonly Calculation[] =>
    name.endsWith('Calculations') ? (value as readonly Calculation[]) : [],
  );
  const missing = own.filter((method) => !calculations.includes(method));
  expect(missing.map(({ name }) => name)).toEqual([]);
});

it.each(calculations.map((calculation) => [calculation.name, calculation] as const))('%s', (name, method) => {
  expect(name).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
  expect(method.about).toMatch(/^[^\n]{10,110}[^\n.]$/);

  const outcome = computeOutcome(method, method.example);
  expect(outcome).toMatchObject({ kind: 'estimate' });
  expect(lostInJson(outcome, name)).toEqual([]);
  expect(Object.keys(outcome).length).toBeGreaterThan(1);
  expect(computeOutcome(method, JSON.parse(JSON.stringify(method.example)))).toEqual(outcome);

  const schema = inputSchemaOf(method);
  expect(schema).toMatchObject({ type: 'object', additionalProperties: false });
  expect(unboundedArrays(schema, '')).toEqual([]);
  expect(() => computeOutcome(method, { ...Object(method.example), unheardOf: 1 })).toThrow(
    'unheardOf is no field',
  );
});
