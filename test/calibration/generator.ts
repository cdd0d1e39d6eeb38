/** Uniform numbers in (0, 1), one a call: what every method with randomness takes as an argument. */
export type Uniform = () => number;

/**
 * A generator of uniform numbers in (0, 1) from a seed: sfc32 ("small fast counting", Doty-Humphrey's PractRand), whose
 * 128 bits of state pass PractRand far beyond the 10¹⁰ draws of a calibration. The same seed gives the same numbers on
 * every machine.
 */
export function generator(seed: number): Uniform {
  let a = 0;
  let b = seed | 0;
  let c = (seed / 2 ** 32) | 0;
  let counter = 1;
  const next = () => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return sum >>> 0;
  };
  // Twelve steps spread a small seed over the whole state.
  for (let step = 0; step < 12; step += 1) next();
  return () => (next() + 0.5) * 2 ** -32;
}

/** The seed that belongs to a name (FNV-1a), so that adding a scenario leaves the figures of all others as they were. */
export function seedOf(name: string): number {
  let hash = 0x811c9dc5;
  for (const character of name) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return hash >>> 0;
}
