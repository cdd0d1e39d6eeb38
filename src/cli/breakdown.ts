import { parseArgs } from 'node:util';
import { type Breakdown, formatBreakdownTable } from '../analyse/index.ts';
import { AppError } from '../errors.ts';
import { ServiceClient } from './service-client.ts';

const DEFAULT_URL = 'http://127.0.0.1:8787';

/** Prints an experiment's figures by the values of an attribute, asked of a running service. */
export const breakdown = {
  usage: 'breakdown <experiment> --attribute A --token T [--url U] [--json]',
  about: 'the latest figures by the values of an attribute at the first impression',
  async run(args: readonly string[]): Promise<void> {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        url: { type: 'string', default: DEFAULT_URL },
        token: { type: 'string' },
        attribute: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    });
    const [experiment] = positionals;
    const { attribute, token, url, json } = values;
    if (experiment === undefined || attribute === undefined || token === undefined)
      throw new AppError(
        'bad-request',
        `An experiment, an attribute and a token are needed: assay ${breakdown.usage}`,
      );
    const path = `experiments/${encodeURIComponent(experiment)}/breakdown`;
    const answer = (await new ServiceClient({ url, token }).get(path, { attribute })) as Breakdown;
    if (json) console.log(JSON.stringify(answer, null, 2));
    else console.log(formatBreakdownTable(answer, { columns: process.stdout.columns || 120 }));
  },
};
