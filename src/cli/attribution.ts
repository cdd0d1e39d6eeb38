import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { AppError } from '../errors.ts';
import { ServiceClient } from './service-client.ts';

const DEFAULT_URL = 'http://127.0.0.1:8787';
const LOOK_EVERY_MS = 500;

/** The part of the service's answer that is shown. */
interface Answer {
  readonly build: number | null;
  readonly dataThrough: string | null;
  readonly verifiedAt: string | null;
  readonly verifiedThrough: string | null;
  readonly largestDifference: number | null;
  readonly differenceAt: string | null;
  readonly trusted: boolean | null;
  readonly verificationAsked: boolean;
  readonly building: { readonly progress: number } | null;
}

/** Compares an experiment's live moments with what its raw rows give, through a running service. */
export const verify = {
  usage: 'verify <experiment> --token T [--url U]',
  about: 'compares live moments with what raw rows give; exit code 1 where they differ',
  async run(args: readonly string[]): Promise<void> {
    const { service, experiment } = parsed(args, verify.usage);
    await service.post(path(experiment, ':verify'), '');
    const answer = await waitFor(service, experiment, ({ verificationAsked }) => !verificationAsked);
    const { largestDifference, differenceAt, trusted, verifiedThrough } = answer;
    if (trusted === null)
      throw new AppError(
        'conflict',
        `The moments of "${experiment}" were made anew meanwhile, and the new ones were not compared; ask again.`,
      );
    if (trusted === false)
      throw new AppError(
        'unprocessable',
        `The moments of "${experiment}" differ from what raw rows give by ${largestDifference} (${differenceAt}); they are being made anew.`,
      );
    console.log(
      `The moments of "${experiment}" are what raw rows received up to ${verifiedThrough} give; the largest difference is ${largestDifference}${differenceAt === null ? '' : ` (${differenceAt})`}.`,
    );
  },
};

/** Makes an experiment's moments anew, through a running service. */
export const rebuild = {
  usage: 'rebuild <experiment> --token T [--url U]',
  about: 'makes live moments anew from raw rows; the present ones stay live meanwhile',
  async run(args: readonly string[]): Promise<void> {
    const { service, experiment } = parsed(args, rebuild.usage);
    const before = (await service.get(path(experiment, '/attribution'), {})) as Answer;
    await service.post(path(experiment, ':rebuild'), '');
    const { build, dataThrough } = await waitFor(
      service,
      experiment,
      (answer) => answer.build !== before.build,
    );
    console.log(`Build ${build} of "${experiment}" is live, with everything received up to ${dataThrough}.`);
  },
};

const path = (experiment: string, rest: string) => `experiments/${encodeURIComponent(experiment)}${rest}`;

async function waitFor(
  service: ServiceClient,
  experiment: string,
  done: (answer: Answer) => boolean,
): Promise<Answer> {
  for (let shown = ''; ; ) {
    const answer = (await service.get(path(experiment, '/attribution'), {})) as Answer;
    if (done(answer)) return answer;
    const progress = answer.building === null ? '' : `${Math.floor(100 * answer.building.progress)} %`;
    if (progress !== shown) process.stderr.write(`${progress}\n`);
    shown = progress;
    await pause(LOOK_EVERY_MS);
  }
}

function parsed(args: readonly string[], usage: string): { service: ServiceClient; experiment: string } {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { url: { type: 'string', default: DEFAULT_URL }, token: { type: 'string' } },
    });
    const [experiment, ...more] = positionals;
    if (experiment !== undefined && more.length === 0 && values.token !== undefined)
      return { service: new ServiceClient({ url: values.url, token: values.token }), experiment };
  } catch (error) {
    if (error instanceof AppError) throw error;
    // Node's own sentences are about its parser.
  }
  throw new AppError('bad-request', `An experiment and a token are needed: assay ${usage}`);
}
