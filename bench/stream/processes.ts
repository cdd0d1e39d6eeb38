import { readdirSync, readFileSync } from 'node:fs';

/** Kernel ticks a second, as Linux has them on every common machine. */
const TICKS = 100;
const PAGE_BYTES = 4096;

/** A process as /proc shows it. */
interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
  readonly cpuSeconds: number;
  readonly residentBytes: number;
}

function processes(): Process[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      // The command's name, in brackets, may hold anything.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return {
        pid: Number(name),
        parent: Number(fields[1]),
        command: readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' '),
        // With those of children that have ended: Postgres has one a connection.
        cpuSeconds: [11, 12, 13, 14].reduce((sum, field) => sum + Number(fields[field]), 0) / TICKS,
        residentBytes: Number(fields[21]) * PAGE_BYTES,
      };
    } catch {
      // It has ended.
      return [];
    }
  });
}

export interface Usage {
  readonly cpuSeconds: number;
  readonly residentBytes: number;
}

/** What this process and its descendants have used so far, in groups by what they are; `services` by process id. */
export function usage(services: Readonly<Record<string, number | undefined>>): Map<string, Usage> {
  const all = processes();
  const own = new Set([process.pid]);
  for (let grew = true; grew; ) {
    const before = own.size;
    for (const { pid, parent } of all) if (own.has(parent)) own.add(pid);
    grew = own.size > before;
  }
  const labels = new Map(Object.entries(services).map(([label, pid]) => [pid, label]));
  const groups = new Map<string, Usage>();
  for (const each of all.filter(({ pid }) => own.has(pid))) {
    const label = labels.get(each.pid) ?? labelOf(each);
    const { cpuSeconds, residentBytes } = groups.get(label) ?? { cpuSeconds: 0, residentBytes: 0 };
    groups.set(label, {
      cpuSeconds: cpuSeconds + each.cpuSeconds,
      residentBytes: residentBytes + each.residentBytes,
    });
  }
  return groups;
}

function labelOf({ pid, command }: Process): string {
  if (pid === process.pid) return 'load generator';
  if (command.includes('kafka.Kafka')) return 'broker';
  if (command.includes('server-process')) return 'engine';
  return command.includes('postgres') ? 'postgres' : 'other';
}

/** Processor seconds between two looks, by group, the largest first. */
export function cpuBetween(before: ReadonlyMap<string, Usage>, after: ReadonlyMap<string, Usage>): string {
  return [...after]
    .map(([label, { cpuSeconds }]) => [label, cpuSeconds - (before.get(label)?.cpuSeconds ?? 0)] as const)
    .filter(([, seconds]) => seconds >= 0.05)
    .toSorted(([, a], [, b]) => b - a)
    .map(([label, seconds]) => `${label} ${seconds.toFixed(1)} s`)
    .join(', ');
}
