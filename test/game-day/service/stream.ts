import { setTimeout as pause } from 'node:timers/promises';
import { poisson } from '../../calibration/draws.ts';
import { generator, type Uniform } from '../../calibration/generator.ts';
import { drawn } from '../rollouts/traffic.ts';
import type { Client } from './client.ts';
import { type FlagPlan, harmedMetric } from './plan.ts';

/** What of a flag had been accepted by then; times in ms of the process's own clock. */
export interface Accepted {
  readonly at: number;
  /** Units with the event, both arms together. */
  readonly events: Readonly<Record<string, number>>;
}

export interface Streamed {
  readonly key: string;
  /** When the first unit that the harm has touched was accepted. */
  readonly harmAt: number | null;
  /** When the last event was, for those whose data stops. */
  readonly lastAt: number | null;
  readonly units: number;
  readonly accepted: readonly Accepted[];
}

export interface StreamOptions {
  readonly client: Client;
  readonly flags: readonly FlagPlan[];
  readonly seed: number;
  readonly seconds: number;
  /** Impressions and conversions together. */
  readonly eventsPerSecond: number;
  readonly elapsed: () => number;
}

const TICK_MS = 100;
const BATCH = 500;
/** Impressions, and about a quarter of the units with an event of their own. */
const EVENTS_PER_UNIT = 1.4;

class FlagStream {
  readonly flag: FlagPlan;
  readonly #uniform: Uniform;
  readonly accepted: Accepted[] = [];
  readonly #events: Record<string, number> = {};
  harmAt: number | null = null;
  lastAt: number | null = null;
  units = 0;

  constructor(flag: FlagPlan, seed: number) {
    this.flag = flag;
    this.#uniform = generator(seed);
  }

  /** The events of so many units in the mean, at a time of the stream (0 at its start, 1 at its end). */
  produce(mean: number, at: number): readonly Produced[] {
    const { flag } = this;
    if (flag.stopsAt !== null && at > flag.stopsAt) return [];
    const count = poisson(mean)(this.#uniform);
    return Array.from({ length: count }, () =>
      this.#unit(flag.harmed !== null && at >= flag.harmFrom),
    ).flat();
  }

  /** Of an accepted batch, what belongs to this flag. */
  accept(own: readonly Produced[], at: number): void {
    for (const { metric, harmed } of own) {
      if (metric !== null) this.#events[metric] = (this.#events[metric] ?? 0) + 1;
      if (harmed) this.harmAt ??= at;
    }
    if (own.length > 0) this.lastAt = at;
    this.accepted.push({ at, events: { ...this.#events } });
  }

  #unit(harming: boolean): Produced[] {
    const { flag } = this;
    const uniform = this.#uniform;
    this.units += 1;
    const treated = uniform() < flag.trueShare;
    const rates = treated && harming ? (flag.harmed ?? flag.control) : flag.control;
    const kinds = Object.entries(rates).map(([key, rate]) => ({ key, rate }));
    const metric = kinds[drawn(kinds, uniform())]?.key ?? null;
    const ts = new Date().toISOString();
    const unit = { type: 'user', id: `${flag.key}-${this.units}` };
    const base = { ts, environment: 'production', unit };
    const variant = treated ? 'treatment' : 'control';
    // A fall is first felt by the first unit that meets the treatment, a rise by the first that has the event.
    const harmedBy = harmedMetric(flag);
    const falls = harmedBy === 'purchase';
    const touched = treated && harming && (falls || metric === harmedBy);
    const impression = { ...base, id: `i-${unit.id}`, type: 'impression', flag: flag.key, variant };
    const produced: Produced[] = [{ owner: this, event: impression, metric: null, harmed: touched && falls }];
    const name = metric === 'slow' ? 'request' : (metric ?? (uniform() < 0.15 ? 'request' : null));
    if (name !== null)
      produced.push({
        ...{ owner: this, metric, harmed: touched && !falls },
        event: {
          ...{ ...base, id: `c-${unit.id}`, type: 'conversion', name },
          ...(name === 'request' ? { attributes: { ms: metric === 'slow' ? 900 : 120 } } : {}),
        },
      });
    return produced;
  }
}

interface Produced {
  readonly owner: FlagStream;
  readonly event: unknown;
  /** Of whose guardrail it is an event. */
  readonly metric: string | null;
  readonly harmed: boolean;
}

/** Streams all flags' events at the pace that is asked for, as far as the service takes them, and notes what was accepted when. */
export async function stream(options: StreamOptions): Promise<{ streamed: Streamed[]; events: number }> {
  const { flags, seed, seconds, eventsPerSecond, elapsed } = options;
  const streams = flags.map((flag, at) => new FlagStream(flag, seed + 1000 * (at + 1)));
  const traffic = flags.reduce((sum, flag) => sum + flag.traffic, 0);
  const began = elapsed();
  let events = 0;
  for (let sentThrough = 0; sentThrough < seconds; ) {
    const now = (elapsed() - began) / 1000;
    const through = Math.min(now, seconds);
    const units = ((through - sentThrough) * eventsPerSecond) / EVENTS_PER_UNIT;
    const fresh = streams.flatMap((each) =>
      each.produce((units * each.flag.traffic) / traffic, through / seconds),
    );
    sentThrough = through;
    for (let from = 0; from < fresh.length; from += BATCH)
      events += await sendBatch(options, fresh.slice(from, from + BATCH));
    await pause(Math.max(0, TICK_MS - ((elapsed() - began) / 1000 - now) * 1000));
  }
  return {
    events,
    streamed: streams.map(({ flag, harmAt, lastAt, units, accepted }) => ({
      ...{ key: flag.key, harmAt, lastAt, units, accepted },
    })),
  };
}

async function sendBatch({ client, elapsed }: StreamOptions, batch: readonly Produced[]): Promise<number> {
  const sent = await client.answer(
    'events',
    batch.map(({ event }) => event),
  );
  if (sent.accepted !== batch.length)
    throw new Error(`not all was accepted: ${JSON.stringify(sent.rejected)}`);
  const at = elapsed();
  for (const [owner, own] of Map.groupBy(batch, (each) => each.owner)) owner.accept(own, at);
  return batch.length;
}
