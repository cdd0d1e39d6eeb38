/**
 * Adds to package-lock.json the optional packages of other platforms that npm left out because its registry did not
 * offer them: without them `npm ci` refuses the lock file elsewhere. Run after every change of dependencies.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

interface Entry {
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly dev?: boolean;
}

const file = join(dirname(import.meta.dirname), 'package-lock.json');
const lock = JSON.parse(readFileSync(file, 'utf8')) as {
  packages: Record<string, Entry & Record<string, unknown>>;
};

/** Where Node's resolution from `from` finds `name`, or undefined. */
function resolved(from: string, name: string): string | undefined {
  for (let directory = from; ; ) {
    const candidate = `${directory === '' ? '' : `${directory}/`}node_modules/${name}`;
    if (candidate in lock.packages) return candidate;
    if (directory === '') return undefined;
    const parent = directory.lastIndexOf('/node_modules/');
    directory = parent < 0 ? '' : directory.slice(0, parent);
  }
}

const one = (text: string, pattern: RegExp): string[] => {
  const found = pattern.exec(text)?.[1];
  return found === undefined ? [] : [found];
};

const added: string[] = [];
for (const [from, entry] of Object.entries(lock.packages))
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    if (resolved(from, name) !== undefined) continue;
    const os = one(
      name,
      /[-/](darwin|linux|win32|android|freebsd|openharmony|sunos|aix|netbsd|openbsd)(?:-|$)/,
    );
    const cpu = one(name, /-(arm64|x64|arm|ia32|ppc64|riscv64|s390x|loong64|mips64el|wasm32)(?:-|$)/);
    if (!/^\d/.test(version) || cpu.length === 0) {
      console.error(`left out: ${name}@${version} (neither an exact version nor a platform in its name)`);
      continue;
    }
    const libc =
      os[0] === 'linux'
        ? [...(name.includes('musl') ? ['musl'] : name.includes('gnu') ? ['glibc'] : [])]
        : [];
    lock.packages[`node_modules/${name}`] = {
      version,
      cpu,
      ...(libc.length > 0 ? { libc } : {}),
      ...(entry.dev ? { dev: true } : {}),
      optional: true,
      ...(os.length > 0 ? { os } : {}),
    };
    added.push(`${name}@${version}`);
  }
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${added.length} added${added.length > 0 ? `: ${added.join(', ')}` : ''}`);
