import { parseArgs } from 'node:util';
import { formatScorecardTable, type Results } from '../analyse/index.ts';
import { AppError } from '../errors.ts';

const DEFAULT_URL = 'http://127.0.0.1:8787';

/** Prints an experiment's latest scorecard, asked of a running service. */
export const results = {
  usage:
    'results <experiment> --token T [--windows all|closed] [--attribute A --value V | --attribute A --other] [--url U] [--json]',
  about: `the latest scorecard of an experiment, from the service at --url (${DEFAULT_URL})`,
  async run(args: readonly string[]): Promise<void> {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        url: { type: 'string', default: DEFAULT_URL },
        token: { type: 'string' },
        windows: { type: 'string', default: 'all' },
        attribute: { type: 'string' },
        value: { type: 'string' },
        other: { type: 'boolean' },
        json: { type: 'boolean', default: false },
      },
    });
    const [experiment] = positionals;
    if (experiment === undefined || values.token === undefined)
      throw new AppError('bad-request', `An experiment and a token are needed: assay ${results.usage}`);
    const { windows, attribute, value, other } = values;
    const query = new URLSearchParams({
      windows,
      ...(attribute === undefined ? {} : { attribute }),
      ...(value === undefined ? {} : { value }),
      ...(other === true ? { other: 'true' } : {}),
    });
    const answer = await ask(
      `${values.url}/api/v1/experiments/${encodeURIComponent(experiment)}/results?${query}`,
      values.token,
    );
    if (values.json) console.log(JSON.stringify(answer, null, 2));
    else
      console.log(
        formatScorecardTable(answer, {
          columns: process.stdout.columns || 120,
          colour: process.stdout.isTTY,
        }),
      );
  },
};

async function ask(url: string, token: string): Promise<Results> {
  let response: Response;
  try {
    response = await fetch(url, {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(30_000),
    });
  } catch (cause) {
    throw new AppError(
      'unavailable',
      `Nothing answers at ${new URL(url).origin}; start the service or give --url.`,
      { cause },
    );
  }
  const body: unknown = await response.json();
  if (!response.ok)
    throw new AppError(
      'bad-request',
      typeof body === 'object' && body !== null && 'detail' in body
        ? String(body.detail)
        : `The service answered with ${response.status}.`,
    );
  return body as Results;
}
