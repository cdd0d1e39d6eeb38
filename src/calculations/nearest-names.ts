/** How many names at most are worth proposing. */
const PROPOSED = 3;

/** The least number of letters to insert, delete or replace that makes one word the other (Levenshtein 1966). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** The names that somebody who wrote `word` may have meant: those that contain it, or differ in few letters; nearest first. */
export function nearestNames(word: string, names: readonly string[]): readonly string[] {
  if (word.length > 100) return [];
  const asked = word.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  const distanceTo = (name: string): number =>
    asked.length >= 2 && name.includes(asked) ? 0 : editDistance(asked, name) / Math.max(4, name.length);
  return names
    .map((name) => ({ name, distance: distanceTo(name) }))
    .filter(({ distance }) => distance <= 0.4)
    .sort((first, second) => first.distance - second.distance)
    .slice(0, PROPOSED)
    .map(({ name }) => name);
}
