import { cpus } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { type RunningService, runService } from '../../../scripts/run-service.ts';
import type { DecideInput } from '../../../src/ruling/index.ts';
import { Client } from './client.ts';
import { compare, type FlagOutcome } from './compare.ts';
import { planOf } from './plan.ts';
import { setUp, untilWatched } from './set-up.ts';
import { stream } from './stream.ts';
import { type Received, watchDecisions } from './watcher.ts';

export interface GameDayOptions {
  readonly seed: number;
  readonly size: 'full' | 'few';
  readonly seconds: number;
  readonly eventsPerSecond: number;
  /** How long decisions may still come after the last event. */
  readonly settleSeconds: number;
  /** Of the service's stores. */
  readonly directory: string;
  readonly log: (line: string) => void;
}

export interface GameDay {
  readonly seed: number;
  readonly seconds: number;
  readonly eventsPerSecond: number;
  /** From the last start of an experiment until all had moments to decide on. */
  readonly readySeconds: number;
  /** What was really sent. */
  readonly events: number;
  readonly cores: number;
  readonly processor: string;
  readonly outcomes: readonly FlagOutcome[];
}

/** Starts the service, streams the plan into it, listens to what it decides, and only then compares the two. */
export async function runGameDay(options: GameDayOptions): Promise<GameDay> {
  const { seed, size, seconds, eventsPerSecond, directory, log } = options;
  const plan = planOf(seed, size);
  const elapsed = () => performance.now();
  const service: RunningService = await runService({ dataDirectory: directory });
  const over = new AbortController();
  try {
    const client = new Client(service);
    await setUp(client, plan);
    const setUpAt = elapsed();
    await untilWatched(client, plan);
    const readySeconds = (elapsed() - setUpAt) / 1000;
    log(
      `${plan.length} flags watched after ${readySeconds.toFixed(1)} s; ${eventsPerSecond} events a second for ${seconds} s`,
    );
    const keys = plan.map(({ key }) => key);
    const watching = watchDecisions(client, keys, { elapsed, signal: over.signal });
    const streaming = stream({ client, flags: plan, seed, seconds, eventsPerSecond, elapsed });
    // Whoever watches does not end by itself: only a failure of it comes first.
    await Promise.race([streaming, watching.ended]);
    const { streamed, events } = await streaming;
    log(`${events} events sent`);
    await Promise.race([pause(options.settleSeconds * 1000), watching.ended]);
    over.abort();
    await watching.ended;
    const { received } = watching;
    const madeFrom = await evidenceOf(client, received);
    const [cpu] = cpus();
    return {
      ...{
        seed,
        seconds,
        eventsPerSecond,
        readySeconds,
        events,
        cores: cpus().length,
        processor: cpu?.model ?? 'unknown',
      },
      outcomes: compare({ plan, streamed, received, madeFrom }),
    };
  } finally {
    over.abort();
    await service.stop();
  }
}

/** Of each flag's first breach: how many events of the guardrail that stopped it there were. */
async function evidenceOf(client: Client, received: readonly Received[]) {
  const found = new Map<string, { metric: string; events: number }>();
  for (const { flag, decision } of received) {
    const metric = decision.guardrails.find(({ status }) => status === 'harm')?.metric;
    if (decision.verdict !== 'breach' || found.has(flag) || metric === undefined) continue;
    const { evidence } = await client.answer(`decisions/${decision.id}/evidence`);
    const counts = (evidence as DecideInput).look?.epochs.at(-1)?.metrics[metric];
    if (counts?.kind === 'events')
      found.set(flag, { metric, events: counts.control.events + counts.treatment.events });
  }
  return found;
}
