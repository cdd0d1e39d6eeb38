/** ln(1 − p), to full accuracy where p is small; 0 and not −0 for p = 0. */
export function logComplement(p: number): number {
  return Math.log1p(-p) + 0;
}
