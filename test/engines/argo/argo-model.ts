import { evaluate } from './expression.ts';

/** What a template says of a metric, as far as the web provider and the controller read it. */
export interface Metric {
  readonly interval?: string;
  readonly count?: number;
  readonly successCondition?: string;
  readonly failureCondition?: string;
  readonly failureLimit?: number;
  readonly inconclusiveLimit?: number;
  readonly consecutiveErrorLimit?: number;
  readonly consecutiveSuccessLimit?: number;
  readonly provider: { readonly web: { readonly jsonPath?: string; readonly timeoutSeconds?: number } };
}

export type Phase = 'Successful' | 'Failed' | 'Inconclusive' | 'Error';
export type Status = Phase | 'Running';

/** What came of one request. */
export type Answer =
  | { readonly kind: 'answer'; readonly status: number; readonly text: string; readonly afterMs: number }
  | { readonly kind: 'unreachable' };

/** Argo's defaults: docs/features/analysis.md and the AnalysisTemplate's API documentation. */
const DEFAULT_TIMEOUT_SECONDS = 10;
const DEFAULT_CONSECUTIVE_ERRORS = 4;
/** Whatever `interval` says, an error is retried after so long. */
const ERROR_RETRY_MS = 10_000;

/** How the web provider judges one answer. */
export function measure(metric: Metric, answer: Answer, now: Date): Phase {
  const { jsonPath = '{$}', timeoutSeconds = 0 } = metric.provider.web;
  if (jsonPath !== '{$}') throw new Error('the model knows the path {$} alone');
  if (answer.kind === 'unreachable') return 'Error';
  const timeoutMs = (timeoutSeconds <= 0 ? DEFAULT_TIMEOUT_SECONDS : timeoutSeconds) * 1000;
  if (answer.afterMs > timeoutMs) return 'Error';
  if (answer.status < 200 || answer.status >= 300) return 'Error';
  let result: unknown = answer.text;
  try {
    result = JSON.parse(answer.text);
  } catch {
    // Not JSON: the condition is asked of the text itself.
  }
  try {
    return judged(metric, result, now);
  } catch {
    return 'Error';
  }
}

function judged({ successCondition, failureCondition }: Metric, result: unknown, now: Date): Phase {
  const succeeded = successCondition === undefined ? null : evaluate(successCondition, result, now);
  const failed = failureCondition === undefined ? null : evaluate(failureCondition, result, now);
  if (failed ?? (succeeded === null ? false : !succeeded)) return 'Failed';
  return (succeeded ?? true) ? 'Successful' : 'Inconclusive';
}

/** Milliseconds of Go's short durations: `10s`, `5m`. */
function durationMs(text: string): number {
  const [, count, unit] = /^(\d+)(s|m|h)$/.exec(text) ?? [];
  if (count === undefined) throw new Error(`the model does not know the duration ${text}`);
  return Number(count) * { s: 1000, m: 60_000, h: 3_600_000 }[unit as 's' | 'm' | 'h'];
}

/** One metric of an analysis run: measured again and again, until its limits decide. */
export class MetricRun {
  readonly #metric: Metric;
  #status: Status = 'Running';
  #count = 0;
  #failed = 0;
  #inconclusive = 0;
  #consecutiveErrors = 0;
  #consecutiveSuccesses = 0;
  #waitMs = 0;

  constructor(metric: Metric) {
    this.#metric = metric;
  }

  get status(): Status {
    return this.#status;
  }

  /** How long after this measurement the next one is made. */
  get waitMs(): number {
    return this.#waitMs;
  }

  /** Takes a measurement into account. Errors do not count; only those in a row end the run. */
  take(phase: Phase): Status {
    if (this.#status !== 'Running') return this.#status;
    if (phase !== 'Error') this.#count += 1;
    if (phase === 'Failed') this.#failed += 1;
    if (phase === 'Inconclusive') this.#inconclusive += 1;
    this.#consecutiveErrors = phase === 'Error' ? this.#consecutiveErrors + 1 : 0;
    this.#consecutiveSuccesses = phase === 'Successful' ? this.#consecutiveSuccesses + 1 : 0;
    this.#waitMs =
      phase === 'Error' || this.#metric.interval === undefined
        ? ERROR_RETRY_MS
        : durationMs(this.#metric.interval);
    this.#status = this.#assess();
    return this.#status;
  }

  #assess(): Status {
    const { failureLimit = 0, inconclusiveLimit = 0, consecutiveSuccessLimit = 0 } = this.#metric;
    const errors = this.#metric.consecutiveErrorLimit ?? DEFAULT_CONSECUTIVE_ERRORS;
    if (this.#consecutiveErrors > errors) return 'Error';
    if (this.#inconclusive > inconclusiveLimit) return 'Inconclusive';
    if (failureLimit >= 0 && this.#failed > failureLimit) return 'Failed';
    if (consecutiveSuccessLimit > 0 && this.#consecutiveSuccesses >= consecutiveSuccessLimit)
      return 'Successful';
    const count = this.#metric.count || (this.#metric.interval === undefined ? 1 : null);
    if (count === null || this.#count < count) return 'Running';
    if (consecutiveSuccessLimit === 0) return 'Successful';
    return failureLimit >= 0 ? 'Inconclusive' : 'Failed';
  }
}
