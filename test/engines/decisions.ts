import type { Decision, NewDecision } from '../../src/decide/index.ts';

const ACTIONS = {
  breach: 'rollback',
  pass: 'proceed',
  inconclusive: 'hold',
  stale: 'hold',
  invalid: 'hold',
} as const;

type Changes = Partial<NewDecision['document'] & { readonly sequence: number }>;

let made = 0;

/** A whole decision on a treatment of `checkout`. */
export function decisionOf(
  verdict: Decision['verdict'],
  changes: Changes = {},
): NewDecision['document'] & { readonly sequence: number } {
  made += 1;
  return {
    id: `dec_engines_${made}`,
    sequence: made,
    environment: 'production',
    flag: 'checkout',
    treatment: 'treatment',
    experiment: 'checkout',
    epoch: '1',
    externalEpoch: null,
    verdict,
    action: ACTIONS[verdict],
    gate: 'noHarm',
    score: verdict === 'pass' ? 100 : verdict === 'inconclusive' ? 50 : verdict === 'breach' ? 0 : null,
    dataThrough: '2026-03-02T09:29:59.000Z',
    decidedAt: '2026-03-02T09:30:00.000Z',
    validUntil: '2026-03-02T09:31:00.000Z',
    renewal: { seconds: 60, dataSeconds: verdict === 'breach' || verdict === 'stale' ? null : 300 },
    units: { control: 5210, treatment: 1160, required: 1300 },
    blastRadius: { units: 1160, harmed: { estimate: 3.1, ci: [-4, 10.2] } },
    sampleRatio: { status: 'ok', p: 0.41, sequentialP: 1 },
    overlaps: [],
    override: null,
    guardrails: [],
    reasons: [`It is ${verdict}.`],
    ...changes,
  };
}

/** The same, to be appended to a log. */
export function newDecision(verdict: Decision['verdict'], changes: Changes = {}): NewDecision {
  const { sequence: _, ...document } = decisionOf(verdict, changes);
  return { document, evidence: {} };
}
