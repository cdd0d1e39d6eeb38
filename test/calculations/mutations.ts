type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type Key = string | number;

const NUMBERS = [
  0,
  1,
  2,
  3,
  -1,
  0.5,
  0.05,
  0.999999,
  7,
  1000,
  2 ** 53,
  1e-12,
  1e-100,
  1e-308,
  1e15,
  1e100,
  1e308,
];
const FACTORS = [0.5, 2, 10, -1, 0.1, 1e3, 1e6, 1e-6, 0, 1 + 1e-9];
const STRANGERS: readonly Json[] = ['NaN', 'Infinity', '', null, true, [], {}, [1], [[]], { n: 0 }];

/** Uniform numbers in [0, 1) from a seed: Tommy Ettinger's mulberry32. */
export function uniformsOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A JSON document with one or two of its parts changed: numbers mostly, and lists, records and types. */
export function mutated(example: unknown, uniform: () => number): unknown {
  const root: Json = { input: JSON.parse(JSON.stringify(example)) };
  const pick = <T>(from: readonly T[]): T | undefined => from[Math.floor(uniform() * from.length)];
  const times = uniform() < 0.7 ? 1 : 2;
  for (let i = 0; i < times; i += 1) {
    const place = pick(placesIn(root).slice(1));
    if (place !== undefined) mutateAt(place, uniform, pick);
  }
  return root['input'];
}

interface Place {
  readonly holder: Record<Key, Json>;
  readonly key: Key;
}

/** Every part of a document; of long lists the first few members. */
function placesIn(value: Json): readonly Place[] {
  if (typeof value !== 'object' || value === null) return [];
  const holder = value as Record<Key, Json>;
  return Object.keys(value)
    .slice(0, 6)
    .flatMap((key) => [
      { holder, key: Array.isArray(value) ? Number(key) : key },
      ...placesIn(holder[key] ?? null),
    ]);
}

function mutateAt(
  { holder, key }: Place,
  uniform: () => number,
  pick: <T>(from: readonly T[]) => T | undefined,
): void {
  const old = holder[key] ?? null;
  const chance = uniform();
  const stranger = structuredClone(pick(STRANGERS) ?? null);
  if (typeof old === 'number') {
    if (chance < 0.4) holder[key] = pick(NUMBERS) ?? 0;
    else if (chance < 0.7) holder[key] = old * (pick(FACTORS) ?? 1);
    else if (chance < 0.9) holder[key] = Math.round(old * (pick(FACTORS) ?? 1));
    else if (chance < 0.96) holder[key] = stranger;
    else delete holder[key];
  } else if (Array.isArray(old)) {
    if (chance < 0.3) old.splice(Math.floor(uniform() * old.length), 1);
    else if (chance < 0.5) old.push(structuredClone(pick(old) ?? 1));
    else if (chance < 0.6) holder[key] = [];
    else if (chance < 0.8) holder[key] = old.map(() => structuredClone(old[0] ?? 1));
    else holder[key] = chance < 0.9 ? old.toReversed() : stranger;
  } else if (typeof old === 'object' && old !== null) {
    const name = pick(Object.keys(old));
    if (chance < 0.3 || name === undefined) old['unheardOf'] = 1;
    else if (chance < 0.6) delete old[name];
    else holder[key] = stranger;
  } else holder[key] = chance < 0.5 ? stranger : (pick(NUMBERS) ?? 0);
  // Holes and undefined do not outlive JSON.
  if (Array.isArray(holder)) holder.splice(0, holder.length, ...JSON.parse(JSON.stringify(holder)));
}
