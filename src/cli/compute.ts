import { parseArgs } from 'node:util';
import {
  type Calculation,
  calculations,
  computeOutcome,
  findCalculation,
  inputSchemaOf,
} from '../calculations/index.ts';
import { AppError } from '../errors.ts';

const USAGE = 'compute <method> < input.json';

/** Computes one method of the statistics library from JSON on standard input. */
export const compute = {
  usage: USAGE,
  about: 'the outcome of one statistical method as JSON; --list names the methods',
  help([name]: readonly string[]): string {
    return name === undefined || name.startsWith('-')
      ? overview()
      : manual(findCalculation(calculations, name));
  },
  async run(args: readonly string[]): Promise<void> {
    const { list, name } = parsed(args);
    if (list) {
      console.log(table());
      return;
    }
    if (name === undefined)
      throw new AppError(
        'bad-request',
        `A method is needed: assay ${USAGE}; \`assay compute --list\` names them.`,
      );
    const method = findCalculation(calculations, name);
    const outcome = computeOutcome(method, await inputOf(method));
    console.log(process.stdout.isTTY ? JSON.stringify(outcome, null, 2) : JSON.stringify(outcome));
  },
};

function parsed(args: readonly string[]): { list: boolean; name: string | undefined } {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { list: { type: 'boolean', default: false } },
    });
    const [name, ...more] = positionals;
    if (more.length === 0) return { list: values.list, name };
  } catch {
    // Node's own sentences are about its parser.
  }
  throw new AppError(
    'bad-request',
    `"${args.join(' ')}" is not understood: assay ${USAGE}, or assay compute --list.`,
  );
}

async function inputOf({ name }: Calculation): Promise<unknown> {
  const example = `\`assay compute ${name} --help\` shows one`;
  if (process.stdin.isTTY)
    throw new AppError(
      'bad-request',
      `Nothing comes on standard input: give ${name} a JSON document with <; ${example}.`,
    );
  let text = '';
  for await (const chunk of process.stdin.setEncoding('utf8')) text += String(chunk);
  if (text.trim() === '')
    throw new AppError('bad-request', `Standard input is empty: ${name} needs a JSON document; ${example}.`);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError('bad-request', `The input is not JSON: ${(cause as Error).message}; ${example}.`, {
      cause,
    });
  }
}

function table(): string {
  const width = Math.max(...calculations.map(({ name }) => name.length)) + 2;
  return calculations.map(({ name, about }) => `${name.padEnd(width)}${about}`).join('\n');
}

function overview(): string {
  return [
    `Usage: assay ${USAGE}`,
    '',
    'Prints the outcome as JSON: {"kind":"estimate", …}, or {"kind":"unknown","reason":…} where the data give no answer.',
    '',
    '  assay compute --list            the methods, with a line each',
    '  assay compute <method> --help   what a method takes, and an example',
  ].join('\n');
}

function manual(method: Calculation): string {
  const json = (value: unknown): string => JSON.stringify(value, null, 2);
  return [
    `${method.name}: ${method.about}`,
    '',
    `Usage: assay compute ${method.name} < input.json`,
    '',
    `Input (JSON Schema): ${json(inputSchemaOf(method))}`,
    '',
    `Example: ${json(method.example)}`,
    '',
    `Its outcome: ${json(computeOutcome(method, method.example))}`,
  ].join('\n');
}
