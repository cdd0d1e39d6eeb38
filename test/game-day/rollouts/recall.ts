import type { Uniform } from '../../calibration/generator.ts';
import { BASE, GUARDRAILS, quiet, ramp, SPLITS, type Split } from './setting.ts';
import { type Phase, type Rates, send } from './traffic.ts';
import { ENGINE, type Engine, WatchedRollout } from './watched-rollout.ts';

/** Something that is wrong with a rollout. */
export interface Injection {
  readonly name: string;
  /** For the plots: the factor of the rate. */
  readonly factor?: number;
  readonly phases: (split: Split, units: number) => readonly Phase[];
  /** Verdicts that are right. */
  readonly right: 'breach' | 'invalid';
  /** Splits in which all rollouts have to be decided rightly within the units there are. */
  readonly sureIn: readonly Split['name'][];
}

/** Units of both arms that each rollout has at most. */
export const HORIZON: Readonly<Record<string, number>> = { '50/50': 40_000, '10/90': 60_000, '1/99': 80_000 };

const EVERYWHERE = ['50/50', '10/90', '1/99'] as const;
const LARGER = ['50/50', '10/90'] as const;

function changed(metric: string, rate: number): (split: Split, units: number) => readonly Phase[] {
  return ({ share }, units) => [
    { ...quiet(share, units), treatment: { ...BASE, [metric]: rate }, harmful: true },
  ];
}

function times(metric: string, of: string, factor: number, sureIn: Injection['sureIn']): Injection {
  return {
    ...{ name: `${of} × ${factor}`, right: 'breach', sureIn },
    ...(metric === 'error' ? { factor } : {}),
    phases: changed(metric, (BASE[metric] ?? 0) * factor),
  };
}

/** Of the odds 11 : 9 where 1 : 1 are declared. */
const brokenShare = (share: number) => (share * 11) / (share * 11 + (1 - share) * 9);
const harm = (rates: Rates) => ({ treatment: { ...BASE, ...rates }, harmful: true });

export const injections: readonly Injection[] = [
  times('error', 'errors', 1.05, []),
  times('error', 'errors', 1.2, []),
  times('error', 'errors', 1.5, []),
  times('error', 'errors', 2, LARGER),
  times('error', 'errors', 3, LARGER),
  times('error', 'errors', 5, EVERYWHERE),
  times('error', 'errors', 10, EVERYWHERE),
  times('slow', 'above the latency', 1.1, []),
  times('slow', 'above the latency', 1.5, LARGER),
  times('slow', 'above the latency', 3, EVERYWHERE),
  times('purchase', 'purchases', 0.9, []),
  times('purchase', 'purchases', 0.7, ['50/50']),
  times('purchase', 'purchases', 0.3, LARGER),
  ...[0.0005, 0.002, 0.01].map(
    (rate): Injection => ({
      name: `crashes 0 → ${100 * rate} %`,
      phases: changed('crash', rate),
      right: 'breach',
      sureIn: rate < 0.002 ? [] : rate < 0.01 ? ['50/50'] : LARGER,
    }),
  ),
  {
    name: 'split 11 : 9 of what is declared, no harm',
    phases: ({ share }, units) => [{ ...quiet(share, units / 2), trueShare: brokenShare(share) }],
    ...{ right: 'invalid', sureIn: LARGER },
  },
  {
    name: 'the same split, errors × 5',
    phases: ({ share }, units) => [
      { ...quiet(share, units), trueShare: brokenShare(share), ...harm({ error: 0.05 }) },
    ],
    ...{ right: 'breach', sureIn: LARGER },
  },
  {
    name: 'errors × 5 after half of the units',
    phases: ({ share }, units) => [
      quiet(share, units / 2),
      { ...quiet(share, units / 2), ...harm({ error: 0.05 }) },
    ],
    ...{ right: 'breach', sureIn: LARGER },
  },
  {
    name: 'ramp 1 % → 10 % → 50 %, errors × 3 at 10 % alone',
    phases: (_, units) =>
      ramp(units / 3).map((phase) => (phase.epoch === 2 ? { ...phase, ...harm({ error: 0.03 }) } : phase)),
    ...{ right: 'breach', sureIn: ['ramp'] },
  },
];

/** Of each injection the splits it is tried in. */
export function cellsOf(): { readonly injection: Injection; readonly split: Split }[] {
  return injections.flatMap((injection) =>
    injection.name.startsWith('ramp')
      ? [{ injection, split: { name: 'ramp', share: 0.1 } }]
      : SPLITS.map((split) => ({ injection, split })),
  );
}

export const recallName = (injection: string, split: string) => `${injection}, ${split}`;

export interface Recall {
  readonly kind: 'recall';
  readonly name: string;
  readonly injection: string;
  readonly split: string;
  readonly rollouts: number;
  readonly right: number;
  /** Verdicts at the end of the others. */
  readonly others: Readonly<Record<string, number>>;
  /** From the first harmful unit to the right verdict; ascending. */
  readonly treated: readonly number[];
  readonly units: readonly number[];
}

/** How many of such rollouts are decided rightly, and how soon. */
export function recall(
  { injection, split }: { readonly injection: Injection; readonly split: Split },
  uniform: Uniform,
  rollouts: number,
  engine: Engine = ENGINE,
): Recall {
  const phases = injection.phases(split, HORIZON[split.name] ?? 60_000);
  const delays: At[] = [];
  const others: Record<string, number> = {};
  for (let rollout = 0; rollout < rollouts; rollout += 1) {
    const { verdict, delay } = runOnce(phases, injection.right, uniform, engine);
    if (verdict === injection.right && delay !== null) delays.push(delay);
    else others[verdict] = (others[verdict] ?? 0) + 1;
  }
  const ascending = (of: 'treated' | 'units') => delays.map((delay) => delay[of]).sort((a, b) => a - b);
  return {
    ...{ kind: 'recall', name: recallName(injection.name, split.name) },
    ...{ injection: injection.name, split: split.name, rollouts, others, right: delays.length },
    ...{ treated: ascending('treated'), units: ascending('units') },
  };
}

interface At {
  readonly treated: number;
  readonly units: number;
}

/** Whether a split is found to be off is asked so many looks apart; what it has shown stays shown. */
const SOUNDNESS_EVERY = 20;

function runOnce(
  phases: readonly Phase[],
  right: Injection['right'],
  uniform: Uniform,
  engine: Engine,
): { readonly verdict: string; readonly delay: At | null } {
  const watched = new WatchedRollout(GUARDRAILS, { policy: { requiredUnits: 50 }, engine });
  const seen: { began: At | null; found: At | null; early: boolean; looks: number } = {
    ...{ began: right === 'invalid' ? { treated: 0, units: 0 } : null, found: null },
    ...{ early: false, looks: 0 },
  };
  let before: At = { treated: 0, units: 0 };
  send(uniform, phases, (news) => {
    if (news.phase.harmful === true) seen.began ??= before;
    before = { treated: news.treated, units: news.units };
    seen.looks += 1;
    const verdict = watched.hear(news)?.verdict ?? null;
    if (verdict === right) seen.found ??= before;
    if (right === 'invalid' && seen.found === null && seen.looks % SOUNDNESS_EVERY === 0)
      if (watched.end().verdict === 'invalid') seen.found = before;
    seen.early = verdict === 'breach' && (right !== 'breach' || seen.began === null);
    return verdict === 'breach';
  });
  const { began, found } = seen;
  const { verdict } = watched.end();
  return {
    verdict: seen.early ? 'breach without harm' : verdict,
    delay:
      began === null || found === null
        ? null
        : { treated: found.treated - began.treated, units: found.units - began.units },
  };
}
