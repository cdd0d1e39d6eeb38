import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { AppError } from '../errors.ts';
import { type DecideInput, relabelled, runThrough, uniformsFrom } from '../ruling/index.ts';
import { ServiceClient } from './service-client.ts';

const DEFAULT_URL = 'http://127.0.0.1:8787';

/** Runs candidate guardrails over stored history, and over the same history as if the treatment changed nothing. */
export const backtest = {
  usage:
    'backtest <experiment> --token T --from I --to I [--guardrails FILE] [--looks N] [--runs N] [--seed N] [--url U]',
  about: 'what guardrails (of a JSON file, or its own) would have stopped, and how often without any harm',
  async run(args: readonly string[]): Promise<void> {
    const { service, experiment, from, to, guardrails, looks, runs, seed } = parsed(args);
    const address = `experiments/${encodeURIComponent(experiment)}`;
    const own = (await service.get(address, {})) as Guarded;
    // An implicit experiment has none but flag-wide ones.
    const guards = own.guardrails.length > 0 ? own.guardrails : own.flagWide.guardrails;
    const candidate = guardrails ?? { guardrails: guards, decisions: own.decisions };
    const byTreatment = new Map<string, DecideInput[]>();
    for (let look = 1; look <= looks; look += 1) {
      const receivedThrough = new Date(from + ((to - from) * look) / looks).toISOString();
      const body = JSON.stringify({ ...candidate, receivedThrough });
      const { inputs } = (await service.post(`${address}/past-looks`, body)) as { inputs: DecideInput[] };
      for (const input of inputs)
        byTreatment.set(input.treatment, [...(byTreatment.get(input.treatment) ?? []), input]);
      process.stderr.write(`${look}/${looks}\n`);
    }
    for (const [treatment, history] of byTreatment)
      console.log(report(treatment, history, runs, seed).join('\n'));
  },
};

interface Guarded {
  readonly guardrails: readonly unknown[];
  readonly flagWide: { readonly guardrails: readonly unknown[] };
  readonly decisions: unknown;
}

function report(treatment: string, history: readonly DecideInput[], runs: number, seed: number): string[] {
  const decisions = runThrough(history);
  const stopped = decisions.find(({ verdict }) => verdict === 'breach');
  const last = decisions.at(-1);
  const outcome =
    stopped === undefined
      ? `${treatment}: not stopped at any of ${decisions.length} looks; at the end ${last?.verdict}. ${last?.reasons[0] ?? ''}`
      : `${treatment}: stopped at ${stopped.decidedAt} after ${stopped.units.treatment} units. ${stopped.reasons[0]}`;
  const shown = (last?.guardrails ?? []).map(
    ({ metric, status, armed }) => `  ${metric}${armed ? '' : ' (in shadow)'}: ${status}`,
  );
  if (runs === 0) return [outcome, ...shown];
  const uniform = uniformsFrom(seed);
  let stops = 0;
  for (let run = 0; run < runs; run += 1)
    if (runThrough(relabelled(history, uniform)).some(({ verdict }) => verdict === 'breach')) stops += 1;
  const alpha = history[0]?.experiment.policy.alpha;
  return [
    outcome,
    ...shown,
    `  with arms at random, so without any harm: stopped in ${stops} of ${runs} runs (promised: at most ${alpha} over the whole rollout)`,
  ];
}

interface Asked {
  readonly service: ServiceClient;
  readonly experiment: string;
  /** Of receipt, in ms. */
  readonly from: number;
  readonly to: number;
  readonly guardrails: object | null;
  readonly looks: number;
  readonly runs: number;
  readonly seed: number;
}

function parsed(args: readonly string[]): Asked {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        url: { type: 'string', default: DEFAULT_URL },
        token: { type: 'string' },
        from: { type: 'string' },
        to: { type: 'string' },
        guardrails: { type: 'string' },
        looks: { type: 'string', default: '20' },
        runs: { type: 'string', default: '200' },
        seed: { type: 'string', default: '1' },
      },
    });
    const [experiment, ...more] = positionals;
    const { url, token, from = '', to = '' } = values;
    const numbers = { looks: Number(values.looks), runs: Number(values.runs), seed: Number(values.seed) };
    const bounded =
      Number.isInteger(numbers.looks) &&
      numbers.looks >= 1 &&
      numbers.looks <= 500 &&
      Number.isInteger(numbers.runs) &&
      numbers.runs >= 0 &&
      numbers.runs <= 10_000 &&
      Number.isInteger(numbers.seed);
    const times = { from: Date.parse(from), to: Date.parse(to) };
    if (
      experiment !== undefined &&
      more.length === 0 &&
      token !== undefined &&
      bounded &&
      times.from < times.to
    )
      return {
        ...{ service: new ServiceClient({ url, token }), experiment, ...times, ...numbers },
        guardrails: values.guardrails === undefined ? null : fromFile(values.guardrails),
      };
  } catch (error) {
    if (error instanceof AppError) throw error;
    // Node's own sentences are about its parser.
  }
  throw new AppError(
    'bad-request',
    `An experiment, a token and two times of receipt are needed, at most 500 looks and 10 000 runs: assay ${backtest.usage}`,
  );
}

function fromFile(path: string): object {
  try {
    const document: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof document === 'object' && document !== null) return document;
  } catch (cause) {
    throw new AppError('bad-request', `${path} cannot be read as JSON.`, { cause });
  }
  throw new AppError(
    'bad-request',
    `${path} must be an object with \`guardrails\` and, perhaps, \`decisions\`.`,
  );
}
