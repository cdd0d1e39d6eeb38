const MOST_STEPS = 1100;

/** Neighbouring doubles, where bisection got to the last bits: one that is inside and one that is not. */
export interface Edge {
  readonly inside: number;
  readonly outside: number;
}

/**
 * Where a set ends between a point that is taken to lie inside it and one that is taken to lie outside: by bisection until
 * doubles have no point in between. Callers take the side on which an error does no harm.
 * @param middle the point halfway, on whatever scale suits
 * @example edgeBetween((x) => x * x < 2, { inside: 0, outside: 2 }) // { inside: 1.414213562373 }
 */
export function edgeBetween(
  isInside: (x: number) => boolean,
  { inside, outside }: Edge,
  middle = (a: number, b: number) => a + (b - a) / 2,
): Edge {
  let [near, far] = [inside, outside];
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const next = middle(near, far);
    if (next === near || next === far) break;
    if (isInside(next)) near = next;
    else far = next;
  }
  return { inside: near, outside: far };
}
