/**
 * How many events a second come from the topic into the raw tables, and over HTTP through Kafka into them; how fresh the
 * tables are; where the processors' time goes. Broker, engine, Postgres, the service and the load share this machine.
 *
 * node bench/stream/run.ts --what topic     [--events 2000000] [--partitions 4] [--profile directory]
 * node bench/stream/run.ts --what http      [--seconds 20] [--collectors 1] [--together] [--rate: as fast as it goes]
 * node bench/stream/run.ts --what freshness [--seconds 30] [--rate 50000] [--collectors 1] [--together]
 *
 * `--together`: collecting and ingesting in one process. About 280 bytes an event, one unit each; envelopes of 1 000 rows in
 * the topic that is filled beforehand. Build first. `--profile`: the ingester writes a CPU profile there.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as timeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Target } from '../collect/load.ts';
import { type Deployment, deploy, TOPIC } from './deployment.ts';
import { fillTopic } from './fill-topic.ts';
import { watchFreshness } from './freshness.ts';
import { watchMemory } from './memory.ts';
import { pacedLoad } from './paced-load.ts';
import { cpuBetween, usage } from './processes.ts';

const { values } = parseArgs({
  options: {
    what: { type: 'string', default: 'topic' },
    events: { type: 'string', default: '2000000' },
    partitions: { type: 'string', default: '4' },
    seconds: { type: 'string' },
    rate: { type: 'string' },
    collectors: { type: 'string', default: '1' },
    connections: { type: 'string', default: '32' },
    together: { type: 'boolean', default: false },
    profile: { type: 'string' },
  },
});
const partitions = Number(values.partitions);
const PER_REQUEST = 500;
const POLL_MS = 100;

const deployment = await deploy(partitions);
try {
  if (values.what === 'topic') await measureTopic(deployment, Number(values.events));
  else if (values.what === 'http')
    await measureHttp(deployment, Number(values.seconds ?? 20), Number(values.rate ?? Infinity));
  else await measureFreshness(deployment, Number(values.seconds ?? 30), Number(values.rate ?? 50_000));
} finally {
  await deployment.close();
}
process.exit();

async function measureTopic({ stream, start, ...rest }: Deployment, events: number): Promise<void> {
  const messages = await fillTopic({ stream, topic: TOPIC, partitions }, events);
  const profile =
    values.profile === undefined ? {} : { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${values.profile}` };
  const memory = watchMemory(rest.pids);
  await start('ingester', 'ingest', profile);
  // From the first range that is in the tables: joining the group is not what is measured.
  const first = await until(rest.behind, (behind) => behind < messages);
  const before = usage(rest.pids());
  const startedAt = performance.now();
  await until(rest.behind, (behind) => behind === 0);
  const seconds = (performance.now() - startedAt) / 1000;
  const after = usage(rest.pids());
  const measured = (events * first) / messages;
  console.log(
    `topic → raw: ${thousands(measured / seconds)} events/s (${measured} events in ${seconds.toFixed(1)} s)`,
  );
  console.log(`processors: ${cpuBetween(before, after)}`);
  for (const line of memory()) console.log(line);
  console.log(`rows ${await rest.rows()} of ${events}`);
}

async function startServices({ start }: Deployment): Promise<Target[]> {
  const collectors = Number(values.collectors);
  const services = [];
  for (let i = 1; i <= collectors; i += 1)
    services.push(
      values.together
        ? await start(`service ${i}`, 'collect,ingest')
        : await start(`collector ${i}`, 'collect'),
    );
  if (!values.together) await start('ingester', 'ingest');
  return services.map(({ base, token }) => ({ url: base, token }));
}

async function measureHttp(deployed: Deployment, seconds: number, eventsPerSecond: number): Promise<void> {
  const targets = await startServices(deployed);
  const load = (duration: number) =>
    pacedLoad({
      ...{ targets, seconds: duration, eventsPerRequest: PER_REQUEST, run: randomBytes(4).toString('hex') },
      ...{ eventsPerSecond, connections: Number(values.connections) },
    });
  await load(3);
  await until(deployed.behind, (behind) => behind === 0);
  const warm = await deployed.rows();
  const memory = watchMemory(deployed.pids);
  const before = usage(deployed.pids());
  const startedAt = performance.now();
  const { accepted, refused, p50Ms, p99Ms, seconds: sentIn } = await load(seconds);
  await until(deployed.behind, (behind) => behind === 0);
  const total = (performance.now() - startedAt) / 1000;
  const after = usage(deployed.pids());
  console.log(
    `HTTP → Kafka: ${thousands(accepted / sentIn)} events/s accepted, p50 ${p50Ms.toFixed(0)} ms, p99 ${p99Ms.toFixed(0)} ms, ${refused} requests refused`,
  );
  console.log(
    `HTTP → Kafka → raw: ${thousands(accepted / total)} events/s (${accepted} events in ${total.toFixed(1)} s)`,
  );
  console.log(`processors: ${cpuBetween(before, after)}`);
  for (const line of memory()) console.log(line);
  console.log(`rows ${(await deployed.rows()) - warm} of ${accepted}`);
}

async function measureFreshness(
  deployed: Deployment,
  seconds: number,
  eventsPerSecond: number,
): Promise<void> {
  const targets = await startServices(deployed);
  const load = (duration: number) =>
    pacedLoad({
      ...{ targets, seconds: duration, eventsPerRequest: PER_REQUEST, run: randomBytes(4).toString('hex') },
      ...{ eventsPerSecond, connections: Number(values.connections) },
    });
  await load(5);
  await until(deployed.behind, (behind) => behind === 0);
  const memory = watchMemory(deployed.pids);
  const before = usage(deployed.pids());
  const stop = new AbortController();
  const watching = watchFreshness(targets, deployed.clickhouse, stop.signal);
  const { accepted, p50Ms, p99Ms, seconds: sentIn } = await load(seconds);
  stop.abort();
  const fresh = await watching;
  const after = usage(deployed.pids());
  console.log(
    `${thousands(accepted / sentIn)} events/s accepted, p50 ${p50Ms.toFixed(0)} ms, p99 ${p99Ms.toFixed(0)} ms after they were due`,
  );
  console.log(
    `visible after acceptance: p50 ${fresh.p50Ms.toFixed(0)} ms, p99 ${fresh.p99Ms.toFixed(0)} ms, at most ${fresh.worstMs.toFixed(0)} ms (${fresh.probes} probes, ${fresh.unseen} never seen)`,
  );
  console.log(`processors: ${cpuBetween(before, after)}`);
  for (const line of memory()) console.log(line);
}

async function until(value: () => Promise<number>, isSo: (value: number) => boolean): Promise<number> {
  for (;;) {
    const now = await value();
    if (isSo(now)) return now;
    await timeout(POLL_MS);
  }
}

function thousands(value: number): string {
  return `${(value / 1000).toFixed(1)} k`;
}
