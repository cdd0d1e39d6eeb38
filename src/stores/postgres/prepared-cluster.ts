import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';

/**
 * An empty database as initdb leaves it, made by scripts/prepare-postgres.ts. Running initdb at the first start
 * instead takes 2–3 s and a second engine in memory, 1 GB at its peak; this takes 0.1 s.
 */
export const PREPARED_CLUSTER = new URL('./cluster-pglite-0.5.16.tar.zst', import.meta.url);

const BLOCK = 512;

/** Puts an empty database into a directory that does not exist or is empty; all of it or, if the process dies, nothing. */
export function unpackPreparedCluster(directory: string): void {
  const preparing = `${directory}.preparing`;
  rmSync(preparing, { recursive: true, force: true });
  const tar = zstdDecompressSync(readFileSync(PREPARED_CLUSTER));
  mkdirSync(preparing, { recursive: true, mode: 0o700 });
  for (const entry of tarEntries(tar)) {
    const path = join(preparing, entry.name);
    if (entry.content === null) {
      mkdirSync(path, { recursive: true, mode: 0o700 });
    } else {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      writeFileSync(path, entry.content, { mode: 0o600 });
    }
  }
  renameSync(preparing, directory);
}

export interface TarEntry {
  readonly name: string;
  /** Null for a directory. */
  readonly content: Buffer | null;
}

/** Files and directories of a plain (ustar) archive with names of at most 100 bytes, as PGlite's dump has them. */
export function* tarEntries(tar: Buffer): Generator<TarEntry> {
  for (let at = 0; at < tar.length && tar[at] !== 0; ) {
    const header = tar.subarray(at, at + BLOCK);
    const name = header.toString('utf8', 0, header.indexOf(0));
    const size = Number.parseInt(header.toString('latin1', 124, 136), 8);
    const isDirectory = header.toString('latin1', 156, 157) === '5';
    const start = at + BLOCK;
    yield { name, content: isDirectory ? null : tar.subarray(start, start + size) };
    at = start + Math.ceil(size / BLOCK) * BLOCK;
  }
}
