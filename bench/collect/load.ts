import { Agent, request } from 'node:http';
import { Body } from './bodies.ts';

export interface Target {
  readonly url: string;
  readonly token: string;
}

export interface LoadOptions {
  readonly connections: number;
  readonly seconds: number;
  /** Events a request. */
  readonly events: number;
  /** 8 hexadecimal digits, another for each run. */
  readonly run: string;
}

export interface LoadResult {
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
  /** Requests answered 429 or 503; their events are sent again. */
  readonly refused: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Sends bodies over so many connections, each as soon as the one before is answered, for so long. */
export async function load(target: Target, options: LoadOptions): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: options.connections });
  const startedAt = performance.now();
  const until = startedAt + options.seconds * 1000;
  const latencies: number[] = [];
  const total = { accepted: 0, duplicates: 0, rejected: 0, refused: 0 };
  let next = 0;
  const connection = async (): Promise<void> => {
    const body = new Body(options.events, options.run, new Date());
    while (performance.now() < until) {
      const bytes = body.fill(next);
      next += options.events;
      for (let done = false; !done; ) {
        const sentAt = performance.now();
        const answer = await post(target, agent, bytes);
        done = answer.status === 202;
        if (done) {
          latencies.push(performance.now() - sentAt);
          const verdicts = JSON.parse(answer.body);
          total.accepted += verdicts.accepted;
          total.duplicates += verdicts.duplicates;
          total.rejected += verdicts.rejected.length;
        } else if (answer.status === 429 || answer.status === 503) total.refused += 1;
        else throw new Error(`${answer.status} ${answer.body}`);
      }
    }
  };
  await Promise.all(Array.from({ length: options.connections }, connection));
  agent.destroy();
  latencies.sort((a, b) => a - b);
  const quantile = (q: number) => latencies[Math.floor(q * (latencies.length - 1))] ?? Number.NaN;
  return {
    ...total,
    seconds: (performance.now() - startedAt) / 1000,
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
  };
}

function post({ url, token }: Target, agent: Agent, body: Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'content-length': body.length,
    };
    const outgoing = request(`${url}/api/v1/events`, { method: 'POST', agent, headers }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () =>
        resolve({ status: incoming.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
      );
      incoming.on('error', reject);
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** What /metrics says: rows written into the raw tables since the service started, and its processor seconds. */
export async function readMetrics({
  url,
  token,
}: Target): Promise<{ readonly rows: number; readonly cpuSeconds: number }> {
  const answer = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${token}` } });
  const text = await answer.text();
  const sum = (pattern: RegExp) =>
    [...text.matchAll(pattern)].reduce((total, match) => total + Number(match[1]), 0);
  return {
    rows: sum(/^assay_ingest_rows_total\{table="raw_\w+"\} (\S+)$/gm),
    cpuSeconds: sum(/^process_cpu_seconds_total (\S+)$/gm),
  };
}
