import type { Logger } from 'pino';
import { Gauge, type Registry } from 'prom-client';
import { type Decision, type DecisionLog, DecisionVerdict, GuardrailState } from '../decide/index.ts';

/** Treatments that are told of, those decided on last; each is at most 5 series, 3 ages and 4 of each guardrail. */
const MOST_TREATMENTS = 500;
/** Of one treatment. */
const MOST_GUARDRAILS = 20;

const TREATMENT = ['environment', 'flag', 'treatment'] as const;

export interface DecisionMetricsOptions {
  readonly log: Pick<DecisionLog, 'newest'>;
  readonly clock: () => Date;
  readonly logger: Logger;
}

/**
 * What /metrics says of decisions: of every state a series that is 1 or 0, because who asks for one that is not there
 * takes that for an error.
 */
export function observeDecisions(registry: Registry, { log, clock, logger }: DecisionMetricsOptions): void {
  const gauge = <Label extends string>(name: string, help: string, ...more: readonly Label[]) =>
    new Gauge({
      ...{ name: `assay_${name}`, help, labelNames: [...TREATMENT, ...more], registers: [registry] },
      collect: () => read(),
    });
  const verdict = gauge('decision_verdict', '1 for the verdict on a treatment, 0 for all others', 'verdict');
  const age = gauge('decision_age_seconds', 'How long ago a treatment was decided on');
  const dataAge = gauge('decision_data_age_seconds', 'How old the data is that a decision rests on');
  const valid = gauge('decision_valid_seconds', 'How long a decision is valid still; below 0 it is expired');
  const guardrail = gauge(
    'guardrail_status',
    '1 for what a guardrail has shown of a treatment, 0 for all else',
    'metric',
    'status',
  );

  // One question for all gauges, which are asked for at once. What cannot be read is absent: a gauge that failed would
  // take all other figures with it.
  let reading: Promise<void> | null = null;
  const read = (): Promise<void> => {
    reading ??= log
      .newest(MOST_TREATMENTS)
      .catch((error: unknown): Decision[] => {
        logger.warn({ err: error }, 'the decisions could not be read');
        return [];
      })
      .then((decisions) => {
        reading = null;
        for (const each of [verdict, age, dataAge, valid, guardrail]) each.reset();
        const now = clock().getTime();
        for (const decision of decisions) fill(decision, now);
      });
    return reading;
  };

  function fill(decision: Decision, now: number): void {
    const { environment, flag, treatment, decidedAt, dataThrough, validUntil } = decision;
    const labels = { environment, flag, treatment };
    for (const each of DecisionVerdict.options)
      verdict.set({ ...labels, verdict: each }, each === decision.verdict ? 1 : 0);
    const since = (instant: string) => (now - new Date(instant).getTime()) / 1000;
    if (decidedAt !== null) age.set(labels, since(decidedAt));
    if (dataThrough !== null) dataAge.set(labels, since(dataThrough));
    if (validUntil !== null) valid.set(labels, -since(validUntil));
    for (const { metric, status } of decision.guardrails.slice(0, MOST_GUARDRAILS))
      for (const each of GuardrailState.shape.status.options)
        guardrail.set({ ...labels, metric, status: each }, each === status ? 1 : 0);
  }
}
