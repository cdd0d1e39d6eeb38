import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as timeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uniforms } from '../analysis/units.ts';
import { missingForBroker } from '../support/kafka/index.ts';
import { running, startPostgres } from '../support/postgres/index.ts';
import { requireOrSkip } from '../support/requirement.ts';
import { DRAIN_SECONDS } from './chaos.ts';
import { type Cluster, startCluster } from './cluster.ts';
import { inFlight } from './in-flight.ts';
import { type Deed, harm } from './killer.ts';
import { restAndCompare } from './rest.ts';

const noBroker = await missingForBroker();
if (noBroker !== null) requireOrSkip('kafka', noBroker);
const database = await startPostgres();
if ('skipped' in database) requireOrSkip('postgres', database.skipped);

describe.skipIf(noBroker !== null || 'skipped' in database)('a deployment under load', () => {
  const directory = mkdtempSync(join(tmpdir(), 'assay-chaos-test-'));
  const unexpected: string[] = [];
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({
      ...{ directory, seed: 4, database: running(database), collectors: 2, ingesters: 2, partitions: 4 },
      eventsPerSecond: { http: 3000, stream: 500 },
      onUnexpectedEnd: (what) => unexpected.push(what),
    });
  }, 120_000);
  afterAll(async () => {
    await cluster.close();
    await running(database).stop();
    rmSync(directory, { recursive: true, force: true });
  }, 60_000);

  it('finishes what it has begun where a service is told to end', async () => {
    for (const kind of ['ingester', 'collector'] as const) {
      const victim = cluster.services.find((service) => service.kind === kind);
      const pid = victim?.pid();
      if (victim?.terminate === undefined || victim.terminate === null)
        throw new Error(`there is no ${kind}`);
      for (let looks = 0; (await inFlight(cluster, victim, pid)) === 0; looks += 1) {
        if (looks > 3000) throw new Error(`${victim.name} never has anything in flight`);
        await timeout(10);
      }
      const { code, seconds } = await victim.terminate();
      expect(code).toBe(0);
      expect(seconds).toBeLessThan(DRAIN_SECONDS);
      if (kind === 'ingester') expect(await inFlight(cluster, victim, pid)).toBe(0);
      await victim.start();
    }
  }, 120_000);

  it('loses and doubles nothing where processes are killed and stopped at random', async () => {
    const deeds: Deed[] = [];
    await harm({
      victims: [...cluster.services, ...cluster.stores, ...cluster.producers],
      random: uniforms(4),
      forMs: 8000,
      inFlight: (victim, pid) => inFlight(cluster, victim, pid),
      onDeed: (deed) => deeds.push(deed),
    });
    expect(deeds.length).toBeGreaterThan(2);
    const { check, exits } = await restAndCompare(cluster, 120, () => undefined);
    expect(check.findings).toEqual([]);
    expect(check.ok).toBe(true);
    expect(check.acceptedEvents).toBeGreaterThan(20_000);
    expect(exits.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    expect(unexpected).toEqual([]);
  }, 240_000);
});
