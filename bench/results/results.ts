/**
 * How fast results of a stored scorecard are: 100 concurrent keep-alive clients, each asking again as soon as it is
 * answered, as in
 *   node bench/results/results.ts --url http://127.0.0.1:8787 --token assay_pat_… --experiment hillstrom
 * Without --url it starts the built service (npm run build) on a new data directory with its bundled experiment.
 */
import { parseArgs } from 'node:util';
import { Connection } from './connection.ts';
import { type RunningService, startService } from './service.ts';

const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    token: { type: 'string', default: '' },
    experiment: { type: 'string', default: 'hillstrom' },
    clients: { type: 'string', default: '100' },
    seconds: { type: 'string', default: '3' },
    runs: { type: 'string', default: '5' },
    path: { type: 'string', default: 'results' },
  },
});

interface Run {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

const quantile = (sorted: Float64Array, q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN;

async function measure(url: URL, token: string, clients: number, seconds: number): Promise<Run> {
  const headers = { authorization: `Bearer ${token}`, accept: 'application/json' };
  const connections = await Promise.all(Array.from({ length: clients }, () => Connection.open(url, headers)));
  const times: number[] = [];
  const start = performance.now();
  const end = start + seconds * 1000;
  await Promise.all(
    connections.map(async (connection) => {
      for (let asked = performance.now(); asked < end; asked = performance.now()) {
        const { status } = await connection.ask();
        if (status !== 200) throw new Error(`${url.pathname} answered ${status}.`);
        times.push(performance.now() - asked);
      }
    }),
  );
  const elapsed = (performance.now() - start) / 1000;
  for (const connection of connections) connection.close();
  const sorted = Float64Array.from(times).sort();
  return {
    perSecond: times.length / elapsed,
    p50Ms: quantile(sorted, 0.5),
    p99Ms: quantile(sorted, 0.99),
    maxMs: quantile(sorted, 1),
  };
}

function spread(runs: readonly Run[], figure: keyof Run, digits: number): string {
  const sorted = runs.map((run) => run[figure]).sort((first, second) => first - second);
  const at = (index: number) => (sorted[index] ?? Number.NaN).toFixed(digits);
  return `median ${at(Math.floor(sorted.length / 2))} (${at(0)} to ${at(sorted.length - 1)})`;
}

async function main(service: Pick<RunningService, 'url' | 'token'>): Promise<void> {
  const clients = Number(values.clients);
  const url = new URL(
    `/api/v1/experiments/${encodeURIComponent(values.experiment)}/${values.path}`,
    service.url,
  );
  // The first seconds are the compiler's.
  await measure(url, service.token, clients, 1);
  const runs: Run[] = [];
  for (let run = 0; run < Number(values.runs); run += 1)
    runs.push(await measure(url, service.token, clients, Number(values.seconds)));
  console.log(`${url.pathname}, ${clients} clients, ${runs.length} runs of ${values.seconds} s`);
  console.log(`requests/s  ${spread(runs, 'perSecond', 0)}`);
  console.log(`p50 ms      ${spread(runs, 'p50Ms', 2)}`);
  console.log(`p99 ms      ${spread(runs, 'p99Ms', 2)}`);
  console.log(`max ms      ${spread(runs, 'maxMs', 2)}`);
}

if (values.url !== undefined) await main({ url: values.url, token: values.token });
else {
  const service = await startService();
  try {
    await main(service);
  } finally {
    await service.stop();
  }
}
