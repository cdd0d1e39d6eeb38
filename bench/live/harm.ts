import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from './client.ts';

const UNITS_BEFORE = 300;
const UNITS_OF_HARM = 60;

interface Told {
  readonly flag: string;
  readonly verdict: string;
  readonly decidedAt: string;
}

/** Small flags with a guardrail of their own, each of which does harm at one moment: how soon whoever listens is told. */
export class Harm {
  /** From the sending of the events that show it, ms: until they are durable counts too. */
  readonly toStream: number[] = [];
  readonly toWebhook: number[] = [];
  /** From the decision to the receiver of webhooks. */
  readonly decisionToWebhook: number[] = [];
  readonly #client: Client;
  readonly flags: readonly string[];
  readonly #sentAt = new Map<string, number>();
  readonly #receiver: Server;
  readonly #ended = new AbortController();

  constructor(client: Client, flags: number) {
    this.#client = client;
    this.flags = Array.from({ length: flags }, (_, index) => `harm-${index}`);
    this.#receiver = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => {
        body += chunk.toString();
      });
      request.on('end', () => {
        response.writeHead(204).end();
        const { data } = JSON.parse(body) as { data: Told };
        if (data.verdict !== 'breach') return;
        this.#note(this.toWebhook, data);
        this.decisionToWebhook.push(Date.now() - Date.parse(data.decidedAt));
      });
    });
  }

  async declare(): Promise<void> {
    this.#receiver.listen(0, '127.0.0.1');
    await once(this.#receiver, 'listening');
    const { port } = this.#receiver.address() as AddressInfo;
    const variants = ['control', 'treatment'];
    await this.#client.post('metrics', {
      ...{ key: 'failing', type: 'proportion', direction: 'increaseIsBad', source: { event: 'failing' } },
    });
    for (const key of this.flags) {
      await this.#client.post('flags', { key, variants: variants.map((variant) => ({ key: variant })) });
      await this.#client.post('experiments', {
        ...{ key, flag: key, control: 'control' },
        arms: variants.map((variant) => ({ variant, weight: 1 })),
        guardrails: [{ metric: 'failing', margin: { kind: 'relative', value: 0 } }],
        decisions: { requiredUnits: 100 },
      });
      await this.#client.post(`experiments/${key}:start`, {});
    }
    await this.#client.post('webhooks', { url: `http://127.0.0.1:${port}/` });
  }

  /**
   * Units without any harm, then on one flag after the other the harm; ends when all of it was told.
   * @param watched called once something is decided on every flag.
   */
  async run(seconds: number, watched: () => void): Promise<void> {
    void this.#listen();
    for (const flag of this.flags) await this.#send(flag, 'before', UNITS_BEFORE, false);
    const everyMs = ((seconds - 20) * 1000) / this.flags.length;
    await pause(5_000);
    watched();
    for (const flag of this.flags) {
      this.#sentAt.set(flag, Date.now());
      await this.#send(flag, 'harm', UNITS_OF_HARM, true);
      await pause(everyMs);
    }
    await pause(5_000);
    this.#ended.abort();
    this.#receiver.close();
  }

  /** Harmless units of both arms, or units that fail in the treatment alone. */
  async #send(flag: string, prefix: string, units: number, fails: boolean): Promise<void> {
    const ts = new Date().toISOString();
    const lines: string[] = [];
    for (let index = 0; index < units; index += 1)
      for (const variant of ['control', 'treatment']) {
        const unit = { type: 'user', id: `${flag}-${prefix}-${variant}-${index}` };
        const common = { ts, environment: 'production', unit };
        lines.push(JSON.stringify({ ...common, id: `i-${unit.id}`, type: 'impression', flag, variant }));
        if (fails && variant === 'treatment')
          lines.push(JSON.stringify({ ...common, id: `c-${unit.id}`, type: 'conversion', name: 'failing' }));
      }
    while ((await this.#client.events(lines.join('\n'))) !== 202) await pause(50);
  }

  async #listen(): Promise<void> {
    const { signal } = this.#ended;
    let after = '';
    while (!signal.aborted)
      try {
        for await (const { id, data } of this.#client.decisions(after, signal)) {
          after = id;
          if (data.verdict === 'breach') this.#note(this.toStream, data);
        }
      } catch (error) {
        if (!signal.aborted) console.error(error);
        await pause(100);
      }
  }

  #note(into: number[], { flag }: Told): void {
    const sentAt = this.#sentAt.get(flag);
    if (sentAt === undefined) throw new Error(`${flag} was stopped before any harm was sent`);
    into.push(Date.now() - sentAt);
  }
}
