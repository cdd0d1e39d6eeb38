import { parseArgs } from 'node:util';
import { canonicalJson } from '../canonical-json.ts';
import { AppError } from '../errors.ts';
import { type DecideInput, type Decision, decide } from '../ruling/index.ts';
import { version } from '../version.ts';
import { ServiceClient } from './service-client.ts';

const DEFAULT_URL = 'http://127.0.0.1:8787';

/** Makes a decision again from what it was made from. */
export const replay = {
  usage: 'replay <decision> --token T [--url U] [--json]',
  about: 'makes a decision again from its stored evidence; exit code 1 where any bit of it differs',
  async run(args: readonly string[]): Promise<void> {
    const { service, id, json } = parsed(args);
    const stored = (await service.get(`decisions/${encodeURIComponent(id)}/evidence`, {})) as {
      decision: Decision;
      evidence: DecideInput;
    };
    const { decision, evidence } = stored;
    const again = { ...decide(evidence).document, sequence: decision.sequence };
    const differing = (Object.keys(decision) as (keyof Decision)[]).filter(
      (key) => canonicalJson(decision[key]) !== canonicalJson(again[key]),
    );
    if (json) console.log(JSON.stringify(again, null, 2));
    const by = `made by version ${evidence.engineVersion}, again by ${version}`;
    if (differing.length > 0)
      throw new AppError(
        'conflict',
        `Decision ${id} (${by}) comes out otherwise in ${differing.join(', ')}.`,
      );
    if (!json)
      console.log([`${decision.verdict}: the same to the last bit (${by}).`, ...decision.reasons].join('\n'));
  },
};

function parsed(args: readonly string[]): { service: ServiceClient; id: string; json: boolean } {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        url: { type: 'string', default: DEFAULT_URL },
        token: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    });
    const [id, ...more] = positionals;
    const { url, token, json } = values;
    if (id !== undefined && more.length === 0 && token !== undefined)
      return { service: new ServiceClient({ url, token }), id, json };
  } catch (error) {
    if (error instanceof AppError) throw error;
    // Node's own sentences are about its parser.
  }
  throw new AppError('bad-request', `A decision and a token are needed: assay ${replay.usage}`);
}
