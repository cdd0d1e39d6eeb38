import { type Dirent, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Bytes of all files below, and directories that are parts, also those that were merged and wait to be deleted. */
export function diskOf(path: string): { bytes: number; parts: number } {
  let [bytes, parts] = [0, 0];
  const walk = (directory: string): void => {
    for (const entry of orNothing(() => readdirSync(directory, { withFileTypes: true }))) {
      const at = join(directory, entry.name);
      if (!entry.isDirectory()) {
        bytes += orNothing(() => [statSync(at).size])[0] ?? 0;
        continue;
      }
      if (/^[0-9a-z]+_\d+_\d+_\d+(_\d+)?$/.test(entry.name)) parts += 1;
      walk(at);
    }
  };
  walk(path);
  return { bytes, parts };
}

/** What was merged away meanwhile is not there. */
function orNothing<T extends Dirent | number>(read: () => T[]): T[] {
  try {
    return read();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
