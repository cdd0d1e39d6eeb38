import type { Decision, DecisionLog, NewDecision } from '../../src/decide/index.ts';

let made = 0;

/** A decision on a treatment that nobody has numbered yet. */
export function decisionOn(
  { environment = 'production', flag = 'checkout', treatment = 'treatment' }: Partial<Decision>,
  verdict: Decision['verdict'] = 'inconclusive',
  changes: Partial<Decision> = {},
): NewDecision {
  made += 1;
  const decidedAt = '2026-03-01T10:00:00.000Z';
  return {
    document: {
      ...{ environment, flag, treatment, verdict, decidedAt },
      ...{ experiment: flag, epoch: '1', externalEpoch: null, gate: 'noHarm' },
      action: verdict === 'breach' ? 'rollback' : verdict === 'pass' ? 'proceed' : 'hold',
      score: verdict === 'breach' ? 0 : verdict === 'pass' ? 100 : null,
      dataThrough: decidedAt,
      validUntil: '2026-03-01T10:05:00.000Z',
      renewal: { seconds: 300, dataSeconds: verdict === 'breach' || verdict === 'stale' ? null : 3600 },
      units: { control: 5210, treatment: 1160, required: 1300 },
      blastRadius: { units: 1160, harmed: { estimate: 3.1, ci: [-4, 10.2] } },
      sampleRatio: { status: 'ok', p: 0.41, sequentialP: 1 },
      overlaps: [],
      override: null,
      guardrails: [],
      reasons: [`It is ${verdict}.`],
      ...changes,
      id: `dec_${made}`,
    } as NewDecision['document'],
    evidence: { made },
  };
}

/** Appends them one after the other. */
export async function append(log: DecisionLog, ...decisions: readonly NewDecision[]): Promise<Decision[]> {
  const kept: Decision[] = [];
  for (const decision of decisions)
    kept.push(...(await log.append(decision.document.environment, [decision])));
  return kept;
}
