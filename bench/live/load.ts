import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from './client.ts';

const EVENTS_A_REQUEST = 500;

/** Events of random units at a steady pace: three impressions to ten conversions. */
export class Load {
  accepted = 0;
  refused = 0;
  /** When (ms) the last request was answered, after all of its events had been received. */
  lastAcceptedAt: number | null = null;
  readonly #client: Client;
  readonly #everyMs: number;
  readonly #units: number;

  constructor(client: Client, { eventsPerSecond, units }: { eventsPerSecond: number; units: number }) {
    this.#client = client;
    this.#everyMs = (1000 * EVENTS_A_REQUEST) / eventsPerSecond;
    this.#units = units;
  }

  async run(seconds: number): Promise<void> {
    const begin = performance.now();
    let next = 0;
    const connection = async (): Promise<void> => {
      for (;;) {
        const mine = next;
        next += 1;
        const due = begin + mine * this.#everyMs;
        if (due >= begin + seconds * 1000) return;
        await pause(Math.max(0, due - performance.now()));
        const body = this.#body(mine);
        while ((await this.#client.events(body)) !== 202) {
          this.refused += 1;
          await pause(50);
        }
        this.accepted += EVENTS_A_REQUEST;
        this.lastAcceptedAt = Date.now();
      }
    };
    await Promise.all(Array.from({ length: 8 }, connection));
  }

  #body(request: number): string {
    const ts = new Date().toISOString();
    let body = '';
    for (let i = 0; i < EVENTS_A_REQUEST; i += 1) {
      const unit = Math.floor(Math.random() * this.#units);
      const common = `{"id":"r${request}-${i}","ts":"${ts}","environment":"production","unit":{"type":"user","id":"${unit}"}`;
      const flag = unit % 10;
      body +=
        i % 13 < 3
          ? `${common},"type":"impression","flag":"flag-${flag}","variant":"${unit % 20 < 10 ? 'control' : 'treatment'}"}\n`
          : `${common},"type":"conversion","name":"m${i % 10}","value":${i % 100}}\n`;
    }
    return body;
  }
}
