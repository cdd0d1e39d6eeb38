import type { Uniform } from '../../calibration/generator.ts';
import { guardrail } from '../../ruling/rollout.ts';
import { send } from './traffic.ts';
import { ENGINE, type Engine, WatchedRollout } from './watched-rollout.ts';

/** What an epoch's first period is granted of a promise. */
const FIRST_PERIOD = 6 / Math.PI ** 2;

export const DOUBLING = { share: 0.1, control: 0.01, treatment: 0.02, treatedAtMost: 20_000 } as const;

/** Errors that double in a canary, by the one-sided alpha that its only guardrail has. */
export interface DoublingCase {
  readonly alpha: number;
  /** `test`: alpha is what the first epoch is granted; `rollout`: what is promised for all epochs there will be. */
  readonly of: 'test' | 'rollout';
}

export const doublingCases: readonly DoublingCase[] = [0.05, 0.01, 0.001].flatMap((alpha) => [
  { alpha, of: 'test' as const },
  { alpha, of: 'rollout' as const },
]);

export interface Doubling extends DoublingCase {
  readonly kind: 'doubling';
  readonly name: string;
  /** What the guardrail was tested at. */
  readonly granted: number;
  readonly rollouts: number;
  /** Treated units at the breach, ascending; of those that had none before the end nothing. */
  readonly treated: readonly number[];
}

export const doublingName = ({ alpha, of }: DoublingCase) => `errors doubled, α ${alpha} of the ${of}`;

export function doubling(
  each: DoublingCase,
  uniform: Uniform,
  rollouts: number,
  engine: Engine = ENGINE,
): Doubling {
  const { share, control, treatment, treatedAtMost } = DOUBLING;
  const promised = each.of === 'test' ? each.alpha / FIRST_PERIOD : each.alpha;
  const phase = {
    ...{ epoch: 1, share, units: treatedAtMost / share },
    ...{ control: { error: control }, treatment: { error: treatment } },
  };
  const treated: number[] = [];
  for (let rollout = 0; rollout < rollouts; rollout += 1) {
    const watched = new WatchedRollout([guardrail()], { policy: { alpha: promised }, engine });
    send(uniform, [phase], (news) => {
      if (watched.hear(news)?.verdict !== 'breach') return false;
      treated.push(news.treated);
      return true;
    });
  }
  return {
    ...{ kind: 'doubling', name: doublingName(each), ...each, granted: promised * FIRST_PERIOD, rollouts },
    treated: treated.toSorted((a, b) => a - b),
  };
}

/**
 * Treated units that any test with so small an error rate needs in the mean, as Wald's sequential probability ratio test that knows both
 * rates does: ln(1/α) over the Kullback–Leibler divergence of an event's arm, in events, divided by events per treated unit.
 * Wald, Sequential tests of statistical hypotheses, Annals of Mathematical Statistics 16 (1945), 117–186.
 * @example sprtTreatedUnits(0.05) // 886.62
 */
export function sprtTreatedUnits(alpha: number, { share, control, treatment } = DOUBLING as Rollout): number {
  const perUnit = share * treatment + (1 - share) * control;
  const theta = (share * treatment) / perUnit;
  const divergence = theta * Math.log(theta / share) + (1 - theta) * Math.log((1 - theta) / (1 - share));
  return (Math.log(1 / alpha) / divergence / perUnit) * share;
}

type Rollout = { readonly share: number; readonly control: number; readonly treatment: number };
