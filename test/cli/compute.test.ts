import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { calculations } from '../../src/calculations/index.ts';

const assay = join(import.meta.dirname, '../../bin/assay');

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `assay` with this text on its standard input. */
async function run(args: readonly string[], input = ''): Promise<Ended> {
  const child = spawn(assay, args, { stdio: 'pipe' });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject).on('close', resolve);
  });
  // A command that refuses its arguments does not read what is sent to it.
  child.stdin.on('error', () => undefined).end(input);
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, stdout, stderr };
}

const WELCH = {
  control: { n: 3407, sum: 1396.87, sumSquares: 52377.9767 },
  treatment: { n: 3461, sum: 2422.7, sumSquares: 134698.29 },
};

it('prints the outcome as one line of JSON', async () => {
  const { code, stdout } = await run(['compute', 'welch-absolute'], JSON.stringify(WELCH));
  expect(code).toBe(0);
  expect(stdout.trimEnd()).not.toContain('\n');
  // GrowthBook's gbstats, to the digits it publishes.
  const outcome = JSON.parse(stdout);
  expect(outcome).toMatchObject({ kind: 'estimate', estimate: expect.closeTo(0.29, 10) });
  expect(outcome.p).toBeCloseTo(0.02016, 5);
});

it('exits with 0 where the data give no answer, and says why', async () => {
  const input = { ...WELCH, control: { values: [1] } };
  const { code, stdout } = await run(['compute', 'welch-absolute'], JSON.stringify(input));
  expect([code, JSON.parse(stdout)]).toEqual([0, { kind: 'unknown', reason: 'one-unit' }]);
});

it('lists every method with a line each, aligned', async () => {
  const { code, stdout } = await run(['compute', '--list']);
  expect(code).toBe(0);
  const lines = stdout.trimEnd().split('\n');
  expect(lines.map((line) => line.split(/ {2,}/)[0])).toEqual(calculations.map(({ name }) => name));
  const column = Math.max(...calculations.map(({ name }) => name.length)) + 2;
  for (const [i, { about }] of calculations.entries()) expect(lines[i]?.slice(column)).toBe(about);
});

it('shows what a method takes, an example and its outcome', async () => {
  const { code, stdout } = await run(['compute', 'welch-absolute', '--help']);
  expect(code).toBe(0);
  expect(stdout).toContain('Difference of two means by Welch’s t test');
  const part = (from: string, to: string): unknown => {
    const start = stdout.indexOf(from) + from.length;
    return JSON.parse(stdout.slice(start, to === '' ? undefined : stdout.indexOf(to, start)));
  };
  expect(part('Input (JSON Schema):', 'Example:')).toMatchObject({ required: ['control', 'treatment'] });
  const example = part('Example:', 'Its outcome:');
  const { stdout: outcome } = await run(['compute', 'welch-absolute'], JSON.stringify(example));
  expect(part('Its outcome:', '')).toEqual(JSON.parse(outcome));
  expect((await run(['compute', '--help'])).stdout).toContain('assay compute --list');
  expect((await run(['--help'])).stdout).toContain('assay compute <method>');
});

it.each([
  ['an unknown method', ['welch-absolut'], '{}', 'no method "welch-absolut"; did you mean welch-absolute?'],
  ['nothing like a method', ['qqqqqq'], '{}', 'no method "qqqqqq"; ask for the list'],
  ['no method', [], '{}', 'A method is needed'],
  ['an unknown option', ['--lst'], '', '"--lst" is not understood'],
  ['two methods', ['welch-absolute', 'holm'], '', '"welch-absolute holm" is not understood'],
  ['no input', ['welch-absolute'], ' \n', 'Standard input is empty'],
  ['what is not JSON', ['welch-absolute'], '{"control":', 'The input is not JSON'],
  [
    'JSON of another kind',
    ['welch-absolute'],
    '[]',
    'the input is not valid: expected object, received array',
  ],
  ['a missing field', ['welch-absolute'], '{"control":{"values":[1,2]}}', 'treatment is '],
  [
    'an unknown field',
    ['welch-absolute'],
    JSON.stringify({ ...WELCH, aplha: 0.1 }),
    'aplha is no field of it',
  ],
  [
    'a bad number',
    ['welch-absolute'],
    JSON.stringify({ ...WELCH, control: { ...WELCH.control, n: 1.5 } }),
    'control.n is not valid: expected int, received number',
  ],
  [
    'a bad member of an array',
    ['welch-absolute'],
    JSON.stringify({ ...WELCH, control: { values: [1, 'x'] } }),
    'control.values[1] is not valid: expected number, received string',
  ],
  [
    'what the method itself refuses',
    ['sample-ratio-chi-square'],
    '{"units":[1,2],"weights":[1]}',
    'weights must be of length 2',
  ],
])('answers %s with one sentence and exit code 1', async (_, args, input, sentence) => {
  const { code, stdout, stderr } = await run(['compute', ...args], input);
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(/^assay: [^\n]+[.?]\n$/);
  expect(stderr).toContain(sentence);
});

it('does not wait for a person to type JSON', async () => {
  // util-linux's script(1) gives the command a terminal.
  const child = spawn('/usr/bin/script', ['-qec', `${assay} compute welch-absolute`, '/dev/null'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
  expect(await text(child.stdout)).toContain('Nothing comes on standard input');
  expect(await ended).toBe(1);
});
