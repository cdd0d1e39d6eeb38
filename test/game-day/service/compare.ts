import type { FlagPlan } from './plan.ts';
import type { Streamed } from './stream.ts';
import type { Received } from './watcher.ts';

/** What became of one flag beside what was planned for it. */
export interface FlagOutcome {
  readonly key: string;
  readonly kind: FlagPlan['kind'];
  readonly split: string;
  readonly units: number;
  readonly expected: FlagPlan['expected'];
  readonly sure: boolean;
  /** Verdicts in the order in which they came, each once. */
  readonly verdicts: readonly string[];
  /** Why the last decision is as it is. */
  readonly reason: string;
  /** Whether the last one is what was expected; of no harm: that it was never stopped. */
  readonly right: boolean;
  /** Whether it was stopped before there was harm, or though there was none. */
  readonly falsePause: boolean;
  /** From the first touched unit accepted (of stopped data: the last event) to the expected verdict, received. */
  readonly seconds: number | null;
  /** Of a breach: from the last event that it was made from, accepted, until it was received. */
  readonly lagSeconds: number | null;
  /** Whether the guardrail that cannot be computed was marked, and no other; null where there is none. */
  readonly marked: boolean | null;
}

export interface Facts {
  readonly plan: readonly FlagPlan[];
  readonly streamed: readonly Streamed[];
  readonly received: readonly Received[];
  /** By flag: events of the guardrail that stopped it, of both arms, that the breach was made from. */
  readonly madeFrom: ReadonlyMap<string, { readonly metric: string; readonly events: number }>;
}

/** Opens the plan: what was found of what was done. */
export function compare({ plan, streamed, received, madeFrom }: Facts): FlagOutcome[] {
  return plan.map((flag): FlagOutcome => {
    const own = received.filter((each) => each.flag === flag.key);
    const sent = streamed.find(({ key }) => key === flag.key);
    const verdicts = own.map(({ decision }) => decision.verdict);
    const breach = own.find(({ decision }) => decision.verdict === 'breach');
    const harmAt = sent?.harmAt ?? null;
    const falsePause = breach !== undefined && (harmAt === null || breach.at < harmAt);
    const began = flag.expected === 'stale' ? (sent?.lastAt ?? null) : harmAt;
    const found = own.find(
      ({ at, decision }) => decision.verdict === flag.expected && (began === null || at >= began),
    );
    const last = own.at(-1)?.decision;
    const bad =
      last?.guardrails.filter(({ status }) => status === 'failed').map(({ metric }) => metric) ?? [];
    return {
      ...{
        key: flag.key,
        kind: flag.kind,
        split: flag.split,
        units: sent?.units ?? 0,
        expected: flag.expected,
        sure: flag.sure,
      },
      verdicts: verdicts.filter((verdict, at) => verdict !== verdicts[at - 1]),
      reason: last?.reasons[0] ?? '',
      right: flag.expected === 'none' ? breach === undefined : last?.verdict === flag.expected && !falsePause,
      falsePause,
      seconds: found === undefined || began === null ? null : (found.at - began) / 1000,
      lagSeconds: breach === undefined ? null : lagOf(breach, sent, madeFrom.get(flag.key)),
      marked: flag.badMetric ? bad.join() === 'refund' : bad.length > 0 ? false : null,
    };
  });
}

function lagOf(
  breach: Received,
  sent: Streamed | undefined,
  made: { readonly metric: string; readonly events: number } | undefined,
): number | null {
  const enough = sent?.accepted.find(
    ({ events }) => made !== undefined && (events[made.metric] ?? 0) >= made.events,
  );
  return enough === undefined ? null : (breach.at - enough.at) / 1000;
}
