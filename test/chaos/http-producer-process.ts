// Sends batches to the collectors over HTTP, in a process of its own: node http-producer-process.ts <settings as JSON>
import { Agent, request } from 'node:http';
import type { Journal } from './journal.ts';
import { produce } from './produce.ts';
import { batchOf, isValid, type Workload } from './workload.ts';

export interface HttpProducerSettings {
  readonly journal: string;
  readonly workload: Workload;
  readonly batchesPerSecond: number;
  readonly atOnce: number;
  readonly token: string;
  readonly collectors: readonly { readonly name: string; readonly url: string }[];
}

const settings = JSON.parse(process.argv[2] ?? '') as HttpProducerSettings;
const { workload, collectors, token } = settings;
const agent = new Agent({ keepAlive: true });
/** A collector that is paused for longer has its batch sent to another one. */
const PATIENCE_MS = 5000;

const collectorOf = (batch: number, attempt: number) => {
  const collector = collectors[(batch + attempt) % collectors.length];
  if (collector === undefined) throw new Error('there are no collectors');
  return collector;
};

async function send(batch: number, attempt: number, journal: Journal): Promise<void> {
  const events = batchOf(workload, batch);
  const { status, body } = await post(collectorOf(batch, attempt).url, JSON.stringify(events));
  if (status !== 202) {
    if (![429, 500, 503].includes(status)) journal.complain(`batch ${batch} was answered ${status}: ${body}`);
    throw new Error(`${status}`);
  }
  const { accepted, duplicates, rejected } = JSON.parse(body) as {
    accepted: number;
    duplicates: number;
    rejected: { index: number }[];
  };
  const invalid = events.flatMap((event, index) => (isValid(event) ? [] : [index]));
  if (
    accepted + duplicates + rejected.length !== events.length ||
    rejected.map(({ index }) => index).join() !== invalid.join()
  )
    journal.complain(`batch ${batch} has verdicts that are not its own: ${body}`);
}

function post(url: string, body: string): Promise<{ status: number; body: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: string }>();
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const outgoing = request(`${url}/api/v1/events`, { method: 'POST', agent, headers, signal }, (incoming) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () =>
      resolve({ status: incoming.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
    );
    incoming.on('error', reject);
  });
  outgoing.on('error', reject);
  outgoing.end(body);
  return promise;
}

await produce({ ...settings, to: (batch, attempt) => collectorOf(batch, attempt).name, send });
process.exit(0);
