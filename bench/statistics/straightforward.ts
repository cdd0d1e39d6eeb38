import jstat from 'jstat';
import type { Moments } from '../../analysis/index.ts';
import type { Cell } from './scorecard.ts';

/** The figures of one cell as most tools have them: one θ, Welch's t, the lift by the delta method, the mixture at any time. */
export interface Figures {
  readonly p: number;
  readonly ci: readonly [number, number];
  readonly lift: readonly [number, number];
  readonly anytimeCi: readonly [number, number];
  readonly anytimeLift: readonly [number, number];
  readonly anytimeP: number;
}

/** Straight from the textbook on plain numbers, with jstat's t distribution and no check of anything: to compare times with. */
export function straightforward({ control, treatment }: Cell, alpha: number, tuning: number): Figures {
  const [c, t] = [armOf(control), armOf(treatment)];
  const theta = (c.sxy + t.sxy) / (c.sxx + t.sxx);
  const [vC, vT] = [varianceOf(c, theta), varianceOf(t, theta)];
  const difference = t.y - theta * t.x - (c.y - theta * c.x);
  const se = Math.sqrt(vC + vT);
  const df = (vC + vT) ** 2 / (vC ** 2 / (c.n - 1) + vT ** 2 / (t.n - 1));
  const statistic = difference / se;
  const critical = jstat.studentt.inv(1 - alpha / 2, df);
  const lift = difference / c.y;
  const liftSe = Math.sqrt(vT + (1 + lift) ** 2 * vC) / Math.abs(c.y);
  const n = c.n + t.n;
  const twice = -2 * Math.log(alpha);
  const x = (n * (twice + Math.log(1 + twice))) / tuning;
  const boundary = Math.sqrt((1 + 1 / x) * (Math.log(1 + x) + twice));
  const around = (centre: number, half: number) => [centre - half, centre + half] as const;
  return {
    p: 2 * (1 - jstat.studentt.cdf(Math.abs(statistic), df)),
    ci: around(difference, critical * se),
    lift: around(lift, critical * liftSe),
    anytimeCi: around(difference, boundary * se),
    anytimeLift: around(lift, boundary * liftSe),
    anytimeP: Math.min(1, Math.sqrt(1 + x) * Math.exp((-x * statistic ** 2) / (2 * (1 + x)))),
  };
}

function armOf({
  n,
  centre: [cy = 0, cx = 0],
  sums: [sy = 0, sx = 0],
  products: [yy = 0, xy = 0, xx = 0],
}: Moments) {
  return {
    n,
    y: cy + sy / n,
    x: cx + sx / n,
    syy: yy - (sy * sy) / n,
    sxy: xy - (sx * sy) / n,
    sxx: xx - (sx * sx) / n,
  };
}

function varianceOf({ n, syy, sxy, sxx }: ReturnType<typeof armOf>, theta: number): number {
  return (syy + theta ** 2 * sxx - 2 * theta * sxy) / (n - 1) / n;
}
