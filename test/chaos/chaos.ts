import { mkdirSync } from 'node:fs';
import { setTimeout as timeout } from 'node:timers/promises';
import { uniforms } from '../analysis/units.ts';
import { running, startPostgres } from '../support/postgres/index.ts';
import { startCluster } from './cluster.ts';
import { inFlight } from './in-flight.ts';
import { type Deed, harm } from './killer.ts';
import { type Rest, restAndCompare } from './rest.ts';

export interface ChaosOptions {
  readonly seed: number;
  readonly seconds: number;
  /** How long the broker is away at the end of it; 0: not at all. */
  readonly outageSeconds: number;
  /** Made if need be; logs, journals and the engine's data stay in it. */
  readonly directory: string;
  readonly eventsPerSecond: { readonly http: number; readonly stream: number };
  /** How long everything may take to come to rest afterwards. */
  readonly recoverySeconds: number;
  readonly log: (line: string) => void;
}

export interface ChaosReport extends Rest {
  readonly seed: number;
  readonly seconds: number;
  readonly deeds: readonly Deed[];
  /** Kills of processes that had begun something and not finished it. */
  readonly killsInFlight: number;
  readonly offeredPerSecond: number;
  /** Ends of processes that nobody asked for. */
  readonly unexpectedEnds: readonly string[];
  /** Services that were told to end and did not do so with 0 within ten seconds. */
  readonly badEnds: readonly string[];
  readonly ok: boolean;
}

export const DRAIN_SECONDS = 10;

/** Starts a deployment, does harm to it, lets it come to rest, and compares what it holds with what it was given. */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { seed, directory } = options;
  mkdirSync(directory, { recursive: true });
  const startedAt = performance.now();
  const log = (line: string) =>
    options.log(`${((performance.now() - startedAt) / 1000).toFixed(1).padStart(7)} s  ${line}`);
  const unexpectedEnds: string[] = [];
  const database = running(await startPostgres());
  const cluster = await startCluster({
    ...{ directory, seed, database, collectors: 2, ingesters: 3, partitions: 6 },
    eventsPerSecond: options.eventsPerSecond,
    onUnexpectedEnd: (what) => {
      unexpectedEnds.push(what);
      log(`UNEXPECTED: ${what}`);
    },
  });
  try {
    log('everything runs');
    const harmedAt = performance.now();
    const deeds: Deed[] = [];
    await harm({
      victims: [...cluster.services, ...cluster.stores, ...cluster.producers],
      random: uniforms(seed),
      forMs: options.seconds * 1000,
      inFlight: (victim, pid) => inFlight(cluster, victim, pid),
      onDeed: (deed) => {
        deeds.push(deed);
        log(describe(deed));
      },
    });
    if (options.outageSeconds > 0) {
      const [broker] = cluster.stores.filter(({ kind }) => kind === 'broker');
      await broker?.kill();
      log(`the broker is away for ${options.outageSeconds} s`);
      await timeout(options.outageSeconds * 1000);
      await broker?.start();
    }
    const seconds = (performance.now() - harmedAt) / 1000;
    const killsInFlight = deeds.filter(({ action, left }) => action === 'kill' && (left ?? 0) > 0).length;
    log(`the harm is over; ${killsInFlight} kills with something in flight`);
    const rest = await restAndCompare(cluster, options.recoverySeconds, log);
    const badEnds = [
      ...rest.exits,
      ...deeds.flatMap(({ victim, kind, exit }) =>
        exit === null || kind === 'producer' ? [] : [{ victim, ...exit }],
      ),
    ]
      .filter(({ code, seconds: took }) => code !== 0 || took > DRAIN_SECONDS)
      .map(({ victim, code, seconds: took }) => `${victim}: ${code} after ${took.toFixed(1)} s`);
    return {
      ...rest,
      ...{ seed, seconds, deeds, killsInFlight, unexpectedEnds, badEnds },
      offeredPerSecond: rest.offered / seconds,
      ok: rest.check.ok && badEnds.length === 0 && unexpectedEnds.length === 0,
    };
  } finally {
    await cluster.close();
    await database.stop();
  }
}

function describe({ action, victim, pauseMs, left, exit }: Deed): string {
  const pause = pauseMs === null ? '' : ` for ${(pauseMs / 1000).toFixed(1)} s`;
  const lost = left === null ? '' : `, ${left} in flight`;
  const after = exit === null ? '' : `, exit ${exit.code} after ${exit.seconds.toFixed(1)} s`;
  return `${action} ${victim}${pause}${lost}${after}`;
}
