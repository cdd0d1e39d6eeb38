import { usage } from './processes.ts';

const EVERY_MS = 1000;
const MB = 1024 * 1024;

/** Watches the resident memory of services until told to stop; then says how it went, in megabytes by tenths of the time. */
export function watchMemory(pids: () => Readonly<Record<string, number | undefined>>): () => string[] {
  const samples = new Map<string, number[]>();
  const timer = setInterval(() => {
    const services = pids();
    const now = usage(services);
    for (const label of Object.keys(services)) {
      const resident = now.get(label)?.residentBytes;
      if (resident === undefined) continue;
      samples.set(label, [...(samples.get(label) ?? []), resident / MB]);
    }
  }, EVERY_MS);
  return () => {
    clearInterval(timer);
    return [...samples].map(([label, values]) => {
      const tenths = Array.from({ length: 10 }, (_, i) => {
        const part = values.slice((i * values.length) / 10, ((i + 1) * values.length) / 10);
        return part.length === 0 ? '–' : Math.max(...part).toFixed(0);
      });
      return `${label}: at most ${Math.max(...values).toFixed(0)} MB resident (by tenths of the time: ${tenths.join(' ')})`;
    });
  };
}
