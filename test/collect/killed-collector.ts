// Run in a process of its own by killed.test.ts: accepts events as fast as it can and prints the ids of each
// acknowledged body, until it is killed.
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { Collector } from '../../src/collect/collector.ts';
import { Ingest } from '../../src/ingest/index.ts';
import { NOW } from '../events/samples.ts';
import { openClickHouse, openPostgres } from '../ingest/open-stores.ts';

const [directory = '', run = ''] = process.argv.slice(2);
const [clickhouse, postgres] = await Promise.all([openClickHouse(directory), openPostgres(directory)]);
const registry = new Registry();
const ingest = await Ingest.open({
  clickhouse,
  postgres,
  logger: pino({ level: 'silent' }),
  registry,
  source: `direct:${run}`,
  sole: true,
  markEveryMs: 20,
});
const collector = new Collector({
  write: (rows) => ingest.write(rows),
  registry,
  limits: { lingerMs: 1, mostLingerMs: 1 },
});

async function produce(client: number): Promise<void> {
  for (let n = 0; ; n++) {
    const ids = Array.from({ length: 40 }, (_, i) => `${run}-${client}-${n}-${i}`);
    const lines = ids.map((id, i) =>
      JSON.stringify({
        ...{ id, ts: '2026-03-01T09:41:12.250Z', environment: 'production', unit: { type: 'user', id } },
        ...(i % 3 === 0
          ? { type: 'impression', flag: 'f', variant: 'a' }
          : { type: 'conversion', name: 'n', value: i }),
      }),
    );
    const answer = await collector.collect({
      body: Buffer.from(lines.join('\n')),
      contentType: 'application/x-ndjson',
      contentEncoding: undefined,
      sender: 'token:test',
      now: NOW,
    });
    if (answer.accepted !== ids.length) throw new Error(JSON.stringify(answer));
    process.stdout.write(`${JSON.stringify(ids)}\n`);
  }
}

await Promise.all(Array.from({ length: 6 }, (_, client) => produce(client)));
