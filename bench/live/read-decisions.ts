/**
 * Reads decisions one after the other in a process of its own, as a gate would, until it is told to end; then prints how
 * long each took, in ms, as JSON.
 * node bench/live/read-decisions.ts <address of decisions> <flags, comma-separated>; ASSAY_TOKEN
 */
import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

const EVERY_MS = 25;
const [address = '', flags = ''] = process.argv.slice(2);
const names = flags.split(',');
const headers = { authorization: `Bearer ${process.env['ASSAY_TOKEN']}` };
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const took: number[] = [];
let going = true;
process.on('SIGTERM', () => {
  going = false;
});
process.on('disconnect', () => process.exit());

for (let n = 0; going; n += 1) {
  const startedAt = performance.now();
  const [response] = (await once(
    get(`${address}/production/${names[n % names.length]}/treatment`, { agent, headers }),
    'response',
  )) as [IncomingMessage];
  for await (const _ of response);
  if (response.statusCode !== 200) throw new Error(`${address} answered ${response.statusCode}`);
  took.push(performance.now() - startedAt);
  await pause(EVERY_MS);
}
console.log(JSON.stringify(took));
process.exit();
