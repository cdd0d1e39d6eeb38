import { parseArgs } from 'node:util';
import { AppError } from '../errors.ts';
import { ServiceClient } from './service-client.ts';

const DEFAULT_URL = 'http://127.0.0.1:8787';

/** Prints when harm began, was seen, decided on, told and over. */
export const times = {
  usage: 'times <environment> <flag> <treatment> --token T [--decision D] [--url U] [--json]',
  about: 'when the harm of a treatment began, was seen, decided on, told, acknowledged, and over',
  async run(args: readonly string[]): Promise<void> {
    const { service, subject, decision, json } = parsed(args);
    const path = `decisions/${subject.map(encodeURIComponent).join('/')}/times`;
    const answer = (await service.get(path, decision === undefined ? {} : { decision })) as {
      readonly summary: string;
    };
    console.log(json ? JSON.stringify(answer, null, 2) : answer.summary.replaceAll('; ', ';\n'));
  },
};

function parsed(args: readonly string[]): {
  service: ServiceClient;
  subject: readonly string[];
  decision: string | undefined;
  json: boolean;
} {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        url: { type: 'string', default: DEFAULT_URL },
        token: { type: 'string' },
        decision: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    });
    const { url, token, decision, json } = values;
    if (positionals.length === 3 && token !== undefined)
      return { service: new ServiceClient({ url, token }), subject: positionals, decision, json };
  } catch (error) {
    if (error instanceof AppError) throw error;
    // Node's own sentences are about its parser.
  }
  throw new AppError(
    'bad-request',
    `An environment, a flag, a treatment and a token are needed: assay ${times.usage}`,
  );
}
