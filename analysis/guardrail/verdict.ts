import { type Outcome, unknown } from '../outcome.ts';
import { requireFraction } from '../requirements.ts';
import { logAverage } from '../sample-ratio/index.ts';
import { type GuardrailState, type GuardrailTest, logProcesses } from './state.ts';
import { logTruncatedMixture } from './truncated-mixture.ts';

/** Harm beyond the margin shown, safety inside it shown, or neither. */
export type GuardrailVerdict = 'harm' | 'safe' | 'inconclusive';

/**
 * What a guardrail has shown by now at level α: a test has shown its point once its E was 1/α or more at any look. Harm is
 * looked for first. Each of the two is wrong with probability at most α over all looks together (Ville's inequality).
 * @param alpha what the ledger grants this guardrail, epoch and treatment
 * @example guardrailVerdict(
 *   observeGuardrail(startGuardrail({ share: 0.5, direction: 'increaseIsBad', margin: 0 }), { treatment: 50, control: 0 }),
 *   0.01,
 * ) // 'harm'
 */
export function guardrailVerdict(state: GuardrailState, alpha: number): GuardrailVerdict {
  requireFraction('alpha', alpha);
  if (hasShown(state.harm, alpha)) return 'harm';
  return state.safety !== null && hasShown(state.safety, alpha) ? 'safe' : 'inconclusive';
}

function hasShown({ logMaxE }: GuardrailTest, alpha: number): boolean {
  return logMaxE >= -Math.log(alpha);
}

/** What one of the tests has to say. */
export interface TestEvidence {
  /** ln of the average E, now. */
  readonly logE: number;
  /** The largest at any look. */
  readonly logMaxE: number;
  /** Running minimum of min(1, 1/E). */
  readonly p: number;
  /** ln E of the process from the first event, then of those started late. */
  readonly logProcesses: readonly number[];
}

/** The evidence that a verdict rests on. */
export interface GuardrailEvidence {
  readonly harm: TestEvidence;
  /** null where safety is not asked for. */
  readonly safety: TestEvidence | null;
}

/**
 * The figures behind a guardrail's verdict, to be shown and stored with a decision. Unknown with `no-events` before the
 * first event of either arm.
 * @example guardrailEvidence(
 *   observeGuardrail(startGuardrail({ share: 0.5, direction: 'increaseIsBad', margin: 0 }), { treatment: 50, control: 0 }),
 * ) // { harm: { logE: 23.43881 }, safety: null }
 */
export function guardrailEvidence(state: GuardrailState): Outcome<GuardrailEvidence> {
  if (state.events[0] + state.events[1] === 0) return unknown('no-events');
  return {
    kind: 'estimate',
    harm: evidenceOf(state, state.harm),
    safety: state.safety === null ? null : evidenceOf(state, state.safety),
  };
}

function evidenceOf(state: GuardrailState, { mixture, logMaxE }: GuardrailTest): TestEvidence {
  const logs = logProcesses(state, (counts) => logTruncatedMixture(mixture, counts));
  return {
    logE: logAverage(logs, state.lateStarts),
    logMaxE,
    p: Math.exp(-logMaxE),
    logProcesses: logs,
  };
}
