import { Counter, Histogram, type Registry } from 'prom-client';
import type { EnforcementRow } from './enforcement-row.ts';
import type { Progress } from './enforcements.ts';

/** How fast engines were told, and how often nobody could show that a treatment stopped. */
export class EnforcementMetrics {
  readonly #escalated: Counter;
  readonly #reopened: Counter;
  readonly #seconds: Histogram;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#escalated = new Counter({
      name: 'assay_enforcements_escalated_total',
      help: 'Enforcements that were not confirmed in time, wait for a person’s approval, or were undone too often',
      labelNames: ['connection'],
      registers,
    });
    this.#reopened = new Counter({
      name: 'assay_enforcements_reopened_total',
      help: 'How often a treatment was served again after it had been confirmed to have stopped',
      labelNames: ['connection'],
      registers,
    });
    this.#seconds = new Histogram({
      name: 'assay_enforcement_seconds',
      help: 'From the verdict until an engine was told, acknowledged, the treatment was met last, and the impressions confirmed it',
      labelNames: ['step'],
      buckets: [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 15, 60, 120, 600],
      registers,
    });
  }

  observe(before: EnforcementRow, progress: Progress): void {
    const { sentAt, acknowledgedAt, lastTreatmentAt, confirmedAt, escalatedAt, reopened } = progress;
    const steps = [
      ['sent', before.sent_at, sentAt],
      ['acknowledged', before.acknowledged_at, acknowledgedAt],
      ['confirmed', before.confirmed_at, confirmedAt],
    ] as const;
    // How long it took at first: what was served again is counted by itself.
    if (before.reopened === 0) {
      for (const [step, was, is] of steps) if (was === null && is !== null) this.#observe(step, before, is);
      // Before it is confirmed nobody knows which one is the last.
      if (before.confirmed_at === null && confirmedAt !== null && lastTreatmentAt !== null)
        this.#observe('lastTreatment', before, lastTreatmentAt);
    }
    if (reopened > before.reopened) this.#reopened.inc({ connection: before.connection });
    if (escalatedAt !== null && before.escalated_at?.getTime() !== escalatedAt.getTime())
      this.#escalated.inc({ connection: before.connection });
  }

  #observe(step: string, { decided_at: decidedAt }: EnforcementRow, at: Date): void {
    this.#seconds.observe({ step }, Math.max(0, (at.getTime() - decidedAt.getTime()) / 1000));
  }
}
