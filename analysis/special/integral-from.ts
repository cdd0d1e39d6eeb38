/** Nodes in (0, 1) and weights of the 20-point Gauss–Legendre rule on [−1, 1], which is symmetric. */
const RULE: readonly (readonly [node: number, weight: number])[] = [
  [0.07652652113349734, 0.15275338713072584],
  [0.22778585114164507, 0.14917298647260374],
  [0.37370608871541955, 0.14209610931838204],
  [0.5108670019508271, 0.13168863844917664],
  [0.636053680726515, 0.11819453196151841],
  [0.7463319064601508, 0.10193011981724044],
  [0.8391169718222188, 0.08327674157670475],
  [0.912234428251326, 0.06267204833410907],
  [0.9639719272779138, 0.04060142980038694],
  [0.9931285991850949, 0.017614007139152118],
];

const NEGLIGIBLE = 1e-18;

/**
 * ∫ f(s) ds from 0 to `end` (perhaps infinity) of a positive function that in the end falls. Gauss–Legendre on panels that
 * grow as f smooths out, until a panel adds nothing.
 * @param width of the first panel; f must be analytic well beyond it
 */
export function integralFrom(
  f: (s: number) => number,
  width: number,
  end = Number.POSITIVE_INFINITY,
): number {
  let total = 0;
  let from = 0;
  let half = Math.min(width, end) / 2;
  while (from < end) {
    const middle = from + half;
    let panel = 0;
    for (const [node, weight] of RULE) panel += weight * (f(middle - node * half) + f(middle + node * half));
    total += half * panel;
    // Written so that a panel that is no number ends it too.
    if (!(half * panel > NEGLIGIBLE * total)) break;
    from += 2 * half;
    half = Math.min(half * 1.5, (end - from) / 2);
  }
  return total;
}
