import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

/** What the embedded engine keeps in memory between statements, in bytes. */
export interface EngineMemory {
  readonly markCacheBytes?: number;
}

/**
 * Threads that merge: they are busy whenever events come, and would otherwise have a small machine to themselves for half a
 * minute at a time. The embedded engine's own default is 2, whatever the machine.
 */
const MERGING_THREADS = Math.max(1, Math.min(2, Math.floor(availableParallelism() / 2)));

/**
 * Writes the engine's configuration into its directory and gives its path. The engine's defaults are a large server's
 * (5 GiB of marks alone), and by default it sets up to 100 damaged parts aside without a word: here it refuses to open.
 */
export function writeEngineConfig(directory: string, memory: EngineMemory = {}): string {
  const marks = memory.markCacheBytes ?? 64 * 1024 * 1024;
  const path = join(directory, 'engine.xml');
  writeFileSync(
    path,
    `<clickhouse>
  <mark_cache_size>${marks}</mark_cache_size>
  <index_mark_cache_size>${Math.ceil(marks / 4)}</index_mark_cache_size>
  <mmap_cache_size>100</mmap_cache_size>
  <background_pool_size>${MERGING_THREADS}</background_pool_size>
  <compiled_expression_cache_size>8388608</compiled_expression_cache_size>
  <merge_tree>
    <max_suspicious_broken_parts>0</max_suspicious_broken_parts>
    <max_suspicious_broken_parts_bytes>0</max_suspicious_broken_parts_bytes>
  </merge_tree>
</clickhouse>
`,
  );
  return path;
}
