/**
 * How many events a second are accepted, durable, with the load generator beside the service.
 * node bench/collect/run.ts [--url http://127.0.0.1:8787 --token …] [--connections 32] [--seconds 10] [--runs 5] [--events 500]
 * Without --url it starts `dist/src/main.js` in a temporary directory (build first) and counts its tables at the end;
 * with one it compares with what /metrics says was written. Distinct ids, about 280 bytes an event, one unit each.
 */
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { type LoadResult, load, readMetrics } from './load.ts';
import { startService } from './service.ts';

const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    token: { type: 'string' },
    connections: { type: 'string', default: '32' },
    seconds: { type: 'string', default: '10' },
    runs: { type: 'string', default: '5' },
    events: { type: 'string', default: '500' },
  },
});

const own = values.url === undefined ? await startService() : null;
const target = own ?? { url: values.url ?? '', token: values.token ?? '' };
const [connections, runs, events] = [Number(values.connections), Number(values.runs), Number(values.events)];
const before = await readMetrics(target);
let accepted = 0;

async function run(seconds: number): Promise<LoadResult> {
  const result = await load(target, { connections, seconds, events, run: randomBytes(4).toString('hex') });
  accepted += result.accepted;
  if (result.rejected + result.duplicates > 0) throw new Error(`not all accepted: ${JSON.stringify(result)}`);
  return result;
}

await run(2);
const rates: number[] = [];
for (let i = 1; i <= runs; i++) {
  const cpu = (await readMetrics(target)).cpuSeconds;
  const result = await run(Number(values.seconds));
  const cores = ((await readMetrics(target)).cpuSeconds - cpu) / result.seconds;
  const rate = result.accepted / result.seconds;
  rates.push(rate);
  console.log(
    `run ${i}: ${thousands(rate)} events/s, p50 ${result.p50Ms.toFixed(0)} ms, p99 ${result.p99Ms.toFixed(0)} ms, ` +
      `${result.refused} requests refused, service used ${cores.toFixed(2)} cores`,
  );
}
rates.sort((a, b) => a - b);
const median = rates[Math.floor(rates.length / 2)] ?? Number.NaN;
console.log(
  `median ${thousands(median)} events/s (${thousands(rates[0] ?? Number.NaN)} to ${thousands(rates.at(-1) ?? Number.NaN)}), ` +
    `${connections} connections, ${events} events a request`,
);
const written = own === null ? (await readMetrics(target)).rows - before.rows : await own.stopAndCount();
console.log(
  `accepted ${accepted}, ${own === null ? 'written according to /metrics' : 'rows in the tables'} ${written}`,
);
if (written !== accepted) {
  console.error('The counts differ: events were lost or doubled.');
  process.exitCode = 1;
}
process.exit();

function thousands(value: number): string {
  return `${(value / 1000).toFixed(1)} k`;
}
