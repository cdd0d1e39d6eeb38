const MOST_STEPS = 1100;

/**
 * The point between `inside` and `outside` where a score that is monotonic between them passes ±critical: bisection until
 * doubles have no point in between. `outside` itself where the score does not get that far.
 * @param middle the point halfway, on whatever scale suits
 */
export function invertScore(
  score: (at: number) => number,
  { inside, outside, critical }: { inside: number; outside: number; critical: number },
  middle = (a: number, b: number) => a + (b - a) / 2,
): number {
  let [near, far] = [inside, outside];
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const next = middle(near, far);
    if (next === near || next === far) break;
    if (Math.abs(score(next)) < critical) near = next;
    else far = next;
  }
  return far;
}
