import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Erasure } from '../erase/index.ts';
import { AppError } from '../errors.ts';
import { ServiceClient } from './service-client.ts';

const DEFAULT_URL = 'http://127.0.0.1:8787';
const LOOK_EVERY_MS = 500;

/** Erases a unit, through a running service. What it prints does not name the unit. */
export const erase = {
  usage: 'erase <type> <id> --token T [--url U] [--wait]',
  about: 'takes a unit’s events away, and what they gave to every experiment; --wait until it is done',
  async run(args: readonly string[]): Promise<void> {
    const { service, type, id, wait } = parsed(args);
    let erasure = (await service.delete(`units/${segment(type)}/${segment(id)}`)) as Erasure;
    while (wait && erasure.status !== 'done') {
      await pause(LOOK_EVERY_MS);
      erasure = (await service.get(`erasures/${erasure.id}`, {})) as Erasure;
    }
    console.log(
      erasure.status === 'done'
        ? `Erasure ${erasure.id} is done: everything of the unit received up to ${erasure.receivedThrough} is gone.`
        : `Erasure ${erasure.id} was asked for; --wait, or GET /api/v1/erasures/${erasure.id}, tells when it is done.`,
    );
  },
};

/** @throws AppError for the two ids that an address cannot have: clients take them for directories. */
function segment(text: string): string {
  if (text === '.' || text === '..')
    throw new AppError(
      'bad-request',
      `"${text}" is lost in an address here; \`curl --path-as-is -X DELETE\` sends it as it is.`,
    );
  return encodeURIComponent(text);
}

function parsed(args: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        url: { type: 'string', default: DEFAULT_URL },
        token: { type: 'string' },
        wait: { type: 'boolean', default: false },
      },
    });
    const { url, token, wait } = values;
    const [type, id, ...more] = positionals;
    if (type !== undefined && id !== undefined && more.length === 0 && token !== undefined)
      return { service: new ServiceClient({ url, token }), type, id, wait };
  } catch (error) {
    if (error instanceof AppError) throw error;
    // Node's own sentences are about its parser.
  }
  throw new AppError('bad-request', `A unit’s type, its id and a token are needed: assay ${erase.usage}`);
}
