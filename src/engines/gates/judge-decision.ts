import type { Decision, DecisionVerdict } from '../../decide/index.ts';

/** The decision on a treatment, or null where nothing was ever decided. */
export type ReadDecision = (environment: string, flag: string, treatment: string) => Promise<Decision | null>;

export interface Judgement {
  readonly verdict: DecisionVerdict;
  /** One sentence: why it is so. */
  readonly reason: string;
  /** Of the decision that it rests on; 0: of none. */
  readonly sequence: number;
}

/**
 * What a decision says at this moment. One that is past its `validUntil` says nothing (fail closed), but a breach stays
 * a breach: it is latched, and nobody hears of its end from silence.
 */
export function judgeDecision(decision: Decision | null, now: Date): Judgement {
  if (decision === null)
    return { verdict: 'stale', reason: 'Nothing was ever decided on this treatment.', sequence: 0 };
  const { verdict, validUntil, sequence } = decision;
  const reason = decision.reasons[0] ?? `The verdict is ${verdict}.`;
  if (verdict === 'breach') return { verdict, reason, sequence };
  if (validUntil === null || new Date(validUntil) <= now)
    return {
      verdict: 'stale',
      reason: `The last decision was valid until ${validUntil ?? 'never'}; look whether the service still decides.`,
      sequence,
    };
  return { verdict, reason, sequence };
}
