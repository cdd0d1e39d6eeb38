import { generator, type Uniform } from '../../calibration/generator.ts';
import { BASE, GUARDRAILS, quiet, SPLITS } from './setting.ts';
import { type Phase, send } from './traffic.ts';
import { WatchedRollout } from './watched-rollout.ts';

export interface BothWays {
  readonly kind: 'both-ways';
  readonly name: string;
  readonly rollouts: number;
  readonly looks: number;
  /** Rollouts that were not paused at the same look, or not decided alike at the end. */
  readonly different: number;
}

export const BOTH_WAYS = 'decided in full at every look, and from the first harm shown on';

/** Rollouts with and without harm and with a broken split, each run twice: deciding in full at every look, and as all others here. */
export function bothWays(uniform: Uniform, rollouts: number): BothWays {
  let [looks, different] = [0, 0];
  for (let rollout = 0; rollout < rollouts; rollout += 1) {
    const { share } = SPLITS[rollout % SPLITS.length] ?? { share: 0.5 };
    const units = 600 / share ** 0.7;
    const phases: readonly (readonly Phase[])[] = [
      [quiet(share, units)],
      [{ ...quiet(share, units), treatment: { ...BASE, error: 0.05 } }],
      [quiet(share, units / 2), { ...quiet(share, units), epoch: 2, treatment: { ...BASE, slow: 0.15 } }],
      [{ ...quiet(share, units), trueShare: share * 1.2, treatment: { ...BASE, crash: 0.02 } }],
    ];
    const seed = Math.floor(uniform() * 2 ** 32);
    const own = phases[rollout % phases.length] ?? [];
    const [full, quick] = (['in-full', 'until-shown'] as const).map((effort) => {
      const watched = new WatchedRollout(GUARDRAILS, { policy: { alpha: 0.05, requiredUnits: 50 }, effort });
      let pausedAt: number | null = null;
      let heard = 0;
      send(generator(seed), own, (news) => {
        heard += 1;
        if (watched.hear(news)?.verdict === 'breach') pausedAt = news.units;
        return pausedAt !== null;
      });
      looks += effort === 'in-full' ? heard : 0;
      const { id, decidedAt, ...end } = watched.end();
      return JSON.stringify({ pausedAt, end });
    });
    if (full !== quick) different += 1;
  }
  return { kind: 'both-ways', name: BOTH_WAYS, rollouts, looks, different };
}
