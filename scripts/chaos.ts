/**
 * `npm run chaos -- --minutes N [--seed S] [--rate 6000] [--outage 0] [--directory …]`: a whole deployment in processes of their own
 * (collectors, ingesters, producers, Kafka, Postgres, an engine), each killed, paused or restarted at random for so long;
 * then, with --outage, the broker is away for so many seconds; then everything is compared with everything. Ends with 1 where anything was lost, doubled or changed. Build first.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runChaos } from '../test/chaos/chaos.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '3' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    rate: { type: 'string', default: '6000' },
    outage: { type: 'string', default: '0' },
    recovery: { type: 'string', default: '240' },
    directory: { type: 'string' },
  },
});
const directory = values.directory ?? mkdtempSync(join(tmpdir(), 'assay-chaos-'));
console.log(`seed ${values.seed}`);
const report = await runChaos({
  seed: Number(values.seed),
  seconds: Number(values.minutes) * 60,
  outageSeconds: Number(values.outage),
  recoverySeconds: Number(values.recovery),
  directory,
  eventsPerSecond: { http: Number(values.rate), stream: Number(values.rate) / 10 },
  log: (line) => console.log(line),
});
const { deeds, check, ...rest } = report;
const count = (action: string) => deeds.filter((deed) => deed.action === action).length;
console.log(
  JSON.stringify(
    { ...rest, kills: count('kill'), pauses: count('pause'), terminations: count('terminate'), check },
    null,
    2,
  ),
);
console.log(report.ok ? 'ok: nothing lost, nothing doubled' : 'NOT OK: see the findings above');
if (report.ok && values.directory === undefined) rmSync(directory, { recursive: true, force: true });
else console.log(`logs and journals: ${directory}`);
process.exit(report.ok ? 0 : 1);
