import type { DecisionFeed } from '../../decide/index.ts';
import { heartbeatData, heartbeatEveryMs } from '../heartbeat-event.ts';

/** A stream that is given signs of life. */
export interface BeatenStream {
  readonly environment: string;
  /** The sequence up to which its reader was told everything; null: of nothing yet. */
  readonly at: () => number | null;
  readonly write: (text: string) => void;
}

export interface HeartbeatsOptions {
  readonly feed: Pick<DecisionFeed, 'heartbeat'>;
  /** How often a sign of life is written, in milliseconds. */
  readonly aliveEveryMs: number;
  /** A monotonic clock in milliseconds. */
  readonly elapsed: () => number;
}

interface Beaten {
  aliveAt: number;
  beatAt: number;
  /** Of the heartbeat that was written last. */
  told: string | null;
}

/** Heartbeats are looked for so often. */
const LOOK_MS = 1000;

/**
 * Writes a sign of life to all streams every so often, and the heartbeat of their environment as often as the decisions
 * need it. A reader that was not told yet of all that a heartbeat speaks of gets it when it was.
 */
export class Heartbeats {
  readonly #options: HeartbeatsOptions;
  readonly #streams = new Map<BeatenStream, Beaten>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: HeartbeatsOptions) {
    this.#options = options;
  }

  /** Gives what ends it for this stream. */
  add(stream: BeatenStream): () => void {
    const now = this.#options.elapsed();
    this.#streams.set(stream, { aliveAt: now, beatAt: Number.NEGATIVE_INFINITY, told: null });
    this.#timer ??= setInterval(() => this.#look(), Math.min(LOOK_MS, this.#options.aliveEveryMs));
    return () => {
      this.#streams.delete(stream);
      if (this.#streams.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    };
  }

  #look(): void {
    const { feed, aliveEveryMs, elapsed } = this.#options;
    const now = elapsed();
    const texts = new Map<string, string>();
    for (const [stream, beaten] of this.#streams) {
      if (now - beaten.aliveAt >= aliveEveryMs) {
        stream.write(': alive\n\n');
        beaten.aliveAt = now;
      }
      const heartbeat = feed.heartbeat(stream.environment);
      if (heartbeat === null || heartbeat.at === beaten.told) continue;
      if (now - beaten.beatAt < heartbeatEveryMs(heartbeat)) continue;
      if ((stream.at() ?? -1) < heartbeat.sequence) continue;
      const { environment } = stream;
      const text =
        texts.get(environment) ?? `event: heartbeat\ndata: ${JSON.stringify(heartbeatData(heartbeat))}\n\n`;
      texts.set(environment, text);
      stream.write(text);
      beaten.beatAt = now;
      beaten.told = heartbeat.at;
    }
  }
}
