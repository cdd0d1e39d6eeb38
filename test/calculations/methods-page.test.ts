import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { calculations } from '../../src/calculations/index.ts';

const page = readFileSync(new URL('../../docs/statistics.md', import.meta.url), 'utf8');
const section = page.split(/^## /m).find((part) => part.startsWith('The methods\n')) ?? '';

it('docs/statistics.md tells of each calculation once, and of no other', () => {
  const told = [...section.matchAll(/^\| `([^`]+)` \| [^|\n]+ \| [^|\n]+ \|$/gm)].map(([, name]) => name);
  expect(told.toSorted()).toEqual(calculations.map(({ name }) => name).toSorted());
});

it('names a calculation in no other place of the section', () => {
  const names = [...section.matchAll(/`([a-z0-9]+(?:-[a-z0-9]+)*)`/g)].map(([, name]) => name);
  const known = new Set(calculations.map(({ name }) => name));
  const counted = names.filter((name) => known.has(name ?? ''));
  expect(counted.length).toBe(known.size);
  expect(names.filter((name) => !known.has(name ?? ''))).toEqual(['overflow']);
});
