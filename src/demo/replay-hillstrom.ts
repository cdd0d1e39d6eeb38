import * as hillstrom from '../../examples/hillstrom/index.ts';
import type { Results } from '../analyse/index.ts';
import { AppError } from '../errors.ts';
import type { ApiClient } from './api-client.ts';
import type { ReplayProgress } from './replay-progress.ts';

/** Rows whose events go into one request: at most 5 events each, within the collector's 1 000. */
const ROWS_PER_REQUEST = 200;
/** Requests under way at once; the collector puts them into one block. */
const CONCURRENCY = 8;

interface Answer {
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: readonly { index: number; code: string; detail: string }[];
}

interface Run {
  readonly id: string;
  readonly state: 'queued' | 'running' | 'done' | 'failed';
  readonly error: string | null;
}

/** Called with the number of rows replayed, out of how many. */
type OnProgress = (rows: number, total: number) => void;

export interface ReplayOptions {
  readonly onProgress: OnProgress;
  readonly onAnalysing: () => void;
  readonly now: () => Date;
  /** Resolves once everything that was accepted until then is in the raw tables. */
  readonly untilStored: (then: Date) => Promise<void>;
}

async function define(api: ApiClient): Promise<void> {
  const { environment, ...flag } = hillstrom.flag;
  await api.ensure('/api/v1/flags', { environment, ...flag });
  for (const metric of hillstrom.metrics) await api.ensure('/api/v1/metrics', metric);
  for (const segment of hillstrom.segments) await api.ensure('/api/v1/segments', segment);
  await api.ensure('/api/v1/experiments', hillstrom.experiment);
  await api.ensure('/api/v1/experiments/hillstrom:start', {});
}

async function replay(api: ApiClient, progress: ReplayProgress, onProgress: OnProgress): Promise<number> {
  const data = hillstrom.readHillstrom();
  const total = data.count;
  const { rowsAccepted } = await progress.read();
  for (let next = rowsAccepted; next < total; ) {
    onProgress(next, total);
    const until = Math.min(next + ROWS_PER_REQUEST * CONCURRENCY, total);
    const starts = Array.from(
      { length: Math.ceil((until - next) / ROWS_PER_REQUEST) },
      (_, k) => next + k * ROWS_PER_REQUEST,
    );
    await Promise.all(
      starts.map(async (start) => {
        const end = Math.min(start + ROWS_PER_REQUEST, until);
        const indexes = Array.from({ length: end - start }, (_, offset) => start + offset);
        const events = indexes.flatMap((index) => hillstrom.eventsOf(data.row(index), index));
        const { rejected } = await api.request<Answer>('POST', '/api/v1/events', events);
        const [first] = rejected;
        if (first !== undefined)
          throw new AppError(
            'internal',
            `The collector refused ${rejected.length} of the replayed events: ${first.detail}`,
          );
      }),
    );
    next = until;
    await progress.accepted(next);
  }
  onProgress(total, total);
  return total;
}

async function analyse(api: ApiClient): Promise<Results> {
  const { id } = await api.request<Run>('POST', '/api/v1/experiments/hillstrom:refresh');
  for (;;) {
    const run = await api.request<Run>('GET', `/api/v1/runs/${encodeURIComponent(id)}`);
    if (run.state === 'done') return api.request<Results>('GET', '/api/v1/experiments/hillstrom/results');
    if (run.state === 'failed')
      throw new AppError(
        'internal',
        `The analysis of the replayed experiment failed: ${run.error ?? 'no reason given'}`,
      );
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/**
 * Defines the bundled experiment, sends its events through the service's own collector from where an earlier replay
 * stopped, and has its scorecard made. Every step may be repeated.
 */
export async function replayHillstrom(
  api: ApiClient,
  progress: ReplayProgress,
  { onProgress, onAnalysing, now, untilStored }: ReplayOptions,
): Promise<Results> {
  await define(api);
  const rows = await replay(api, progress, onProgress);
  onAnalysing();
  await untilStored(now());
  const results = await analyse(api);
  await progress.finished(rows, now());
  return results;
}
