import { generator, type Uniform } from '../../calibration/generator.ts';
import { GUARDRAILS, quiet, ramp, SPLITS } from './setting.ts';
import { type Phase, send } from './traffic.ts';
import { ENGINE, type Engine, WatchedRollout } from './watched-rollout.ts';

/** Promised false-pause rates; the largest first, as whoever is not paused at it is not paused at a smaller one. */
export const PROMISED = [0.05, 0.01] as const;

/** Rollouts of a change that does no harm. */
export interface Harmless {
  readonly name: string;
  readonly about: string;
  readonly phases: readonly Phase[];
  /** Of the guardrails, those that watch; all where nothing is said. */
  readonly metrics?: readonly string[];
  readonly rollouts: { readonly full: number; readonly quick: number };
  /** What is to be decided at the end by those that are not paused. */
  readonly ends: 'pass' | 'invalid';
}

export interface FalsePauses {
  readonly kind: 'false-pauses';
  readonly name: string;
  readonly rollouts: number;
  /** By promise, in the order of {@link PROMISED}: how many were paused. */
  readonly paused: readonly number[];
  /** Units after which those of the largest promise were paused. */
  readonly pausedAt: readonly number[];
  /** Verdicts at the end of those that were not. */
  readonly ends: Readonly<Record<string, number>>;
  /** Looks at each, in the mean. */
  readonly looks: number;
  readonly unitsEach: number;
}

const UNITS = { '50/50': 8_000, '10/90': 20_000, '1/99': 20_000 } as const;

export const harmless: readonly Harmless[] = [
  ...SPLITS.map(({ name, share }): Harmless => {
    const units = UNITS[name as keyof typeof UNITS];
    return {
      ...{ name: `A/A, ${name}`, about: `one epoch of ${units} units`, phases: [quiet(share, units)] },
      ...{ rollouts: { full: 2000, quick: 40 }, ends: 'pass' },
    };
  }),
  {
    ...{ name: 'A/A, 1 % → 10 % → 50 %', about: 'three epochs of 7 000 units', phases: ramp(7_000) },
    ...{ rollouts: { full: 2000, quick: 30 }, ends: 'pass' },
  },
  {
    name: 'A/A, broken split',
    about: 'declared 50/50 and really 55/45, one epoch of 40 000 units, guardrails on errors and latency',
    phases: [{ ...quiet(0.5, 40_000), trueShare: 0.55 }],
    metrics: ['error', 'slow'],
    ...{ rollouts: { full: 500, quick: 4 }, ends: 'invalid' },
  },
];

/** How often a harmless rollout is paused though it should not be. */
export function falsePauses(
  { name, phases, metrics }: Harmless,
  uniform: Uniform,
  rollouts: number,
  engine: Engine = ENGINE,
): FalsePauses {
  const paused = PROMISED.map(() => 0);
  const pausedAt: number[] = [];
  const ends: Record<string, number> = {};
  let looks = 0;
  for (let rollout = 0; rollout < rollouts; rollout += 1) {
    const seed = Math.floor(uniform() * 2 ** 32);
    for (const [at, alpha] of PROMISED.entries()) {
      const ended = runOnce(generator(seed), phases, { alpha, engine, metrics });
      if (at === 0) {
        looks += ended.looks;
        if (ended.pausedAt === null) ends[ended.verdict] = (ends[ended.verdict] ?? 0) + 1;
        else pausedAt.push(ended.pausedAt);
      }
      // Less budget pauses nobody whom more of it has not paused.
      if (ended.pausedAt === null) break;
      paused[at] = (paused[at] ?? 0) + 1;
    }
  }
  return {
    ...{ kind: 'false-pauses', name, rollouts, paused, ends, looks: looks / rollouts },
    pausedAt: pausedAt.toSorted((a, b) => a - b),
    unitsEach: phases.reduce((sum, phase) => sum + phase.units, 0),
  };
}

function runOnce(
  uniform: Uniform,
  phases: readonly Phase[],
  options: { alpha: number; engine: Engine; metrics: readonly string[] | undefined },
): { pausedAt: number | null; verdict: string; looks: number } {
  const chosen = GUARDRAILS.filter(({ metric }) => options.metrics?.includes(metric) ?? true);
  const guardrails = chosen.map((each) => ({ ...each, share: 1 / chosen.length }));
  const rates = (phase: Phase, arm: 'control' | 'treatment') =>
    Object.fromEntries(Object.entries(phase[arm]).filter(([key]) => chosen.some((g) => g.metric === key)));
  const policy = { alpha: options.alpha, requiredUnits: 50 };
  const watched = new WatchedRollout(guardrails, { policy, engine: options.engine });
  let looks = 0;
  let pausedAt: number | null = null;
  const own = phases.map((phase) => ({
    ...phase,
    control: rates(phase, 'control'),
    treatment: rates(phase, 'treatment'),
  }));
  send(uniform, own, (news) => {
    looks += 1;
    if (watched.hear(news)?.verdict === 'breach') pausedAt = news.units;
    return pausedAt !== null;
  });
  return { pausedAt, verdict: watched.end().verdict, looks };
}
