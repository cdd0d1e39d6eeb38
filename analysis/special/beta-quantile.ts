import { betaPoint, logitLogDensity } from './beta-tail.ts';
import { requireDomain, requireShape } from './domain.ts';
import { logBeta } from './log-beta.ts';
import { logIncompleteBeta } from './log-incomplete-beta.ts';

const MOST_STEPS = 100;

/** Newton's next step, of the order of this one's square, would be lost in rounding. */
const SETTLED = 1e-9;

/** Below this logarithm x is so small that x^a/(a·B(a, b)) is the whole of the lower tail. */
const LEADING = -650;

// Beyond these the logit overflows, or its density is too narrow for steps on it.
const SMALLEST = 1e-10;
const LARGEST = 1e15;

/**
 * The x with I_x(a, b) = p: the quantile of the beta distribution with a, b > 0 for the lower tail p. Newton's method on
 * ln I_x against the logit of x, which is concave and so converges from anywhere. For an upper tail q take
 * 1 − betaQuantile(q, b, a), never betaQuantile(1 − q, a, b). Clopper and Pearson's interval is made of these.
 * @example betaQuantile(0.025, 3, 8) // 0.0667395111777
 */
export function betaQuantile(p: number, a: number, b: number): number {
  requireDomain(p >= 0 && p <= 1, 'p', 'from 0 to 1');
  requireShape('a', a, SMALLEST, LARGEST);
  requireShape('b', b, SMALLEST, LARGEST);
  if (p === 0 || p === 1) return p;
  return p <= 0.5 ? lowerQuantile(p, a, b).x : lowerQuantile(1 - p, b, a).y;
}

/** x and 1 − x for p ≤ ½. */
function lowerQuantile(p: number, a: number, b: number): { x: number; y: number } {
  const target = Math.log(p);
  const leading = (target + Math.log(a) + logBeta(a, b)) / a;
  if (leading < LEADING) return { x: Math.exp(leading), y: 1 };
  const mean = Math.log(a) - Math.log(b);
  let logit = Math.min(mean, leading);
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const { x, y } = fromLogit(logit);
    const area = logIncompleteBeta(x, a, b, y);
    const slope = Math.exp(logitLogDensity(betaPoint(x, y, a, b)) - area);
    const move = (target - area) / slope;
    logit = Math.max(LEADING - 50, logit + move);
    if (Math.abs(target - area) < SETTLED) break;
  }
  return fromLogit(logit);
}

function fromLogit(logit: number): { x: number; y: number } {
  return { x: 1 / (1 + Math.exp(-logit)), y: 1 / (1 + Math.exp(logit)) };
}
