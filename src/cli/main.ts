/** `assay`: what can be done from a terminal. Runs straight from the checkout; see `assay --help`. */
import { AppError } from '../errors.ts';
import { version } from '../version.ts';
import { rebuild, verify } from './attribution.ts';
import { backtest } from './backtest.ts';
import { breakdown } from './breakdown.ts';
import { compute } from './compute.ts';
import { config } from './config.ts';
import { deadLetters } from './dead-letters.ts';
import { erase } from './erase.ts';
import { replay } from './replay.ts';
import { results } from './results.ts';
import { times } from './times.ts';

interface Command {
  readonly usage: string;
  readonly about: string;
  /** What --help shows, where that is more than the two lines above. */
  help?(args: readonly string[]): string;
  run(args: readonly string[]): Promise<void> | void;
}

const COMMANDS: Readonly<Record<string, Command>> = {
  backtest,
  breakdown,
  compute,
  config,
  'dead-letters': deadLetters,
  erase,
  rebuild,
  replay,
  results,
  times,
  verify,
};

function help(): string {
  const lines = Object.values(COMMANDS).map(({ usage, about }) => `  assay ${usage.padEnd(34)} ${about}`);
  return [
    'Usage: assay <command> [options]',
    '',
    ...lines,
    '',
    '  assay --help, --version',
    '',
    'To start the service: npm start',
  ].join('\n');
}

async function main([name, ...args]: readonly string[]): Promise<void> {
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    console.log(help());
    return;
  }
  if (name === '--version') {
    console.log(version);
    return;
  }
  const command = COMMANDS[name];
  if (command === undefined)
    throw new AppError('bad-request', `"${name}" is no command; \`assay --help\` lists those there are.`);
  if (args.includes('--help')) {
    console.log(command.help?.(args) ?? `Usage: assay ${command.usage}\n\n${command.about}`);
    return;
  }
  await command.run(args);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(`assay: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
