import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Directories that hold rows of tables which the engine does not know: what is left when its metadata was lost or
 * damaged. The engine opens such a directory as an empty one. Tables dropped moments ago are not counted.
 * `knownTables` are the names (UUIDs) of the directories that the engine does know.
 */
export function orphanedTables(engineDirectory: string, knownTables: ReadonlySet<string>): string[] {
  const dropped = new Set(
    list(join(engineDirectory, 'metadata_dropped')).map((file) => /\.([0-9a-f-]{36})\.sql$/.exec(file)?.[1]),
  );
  const store = join(engineDirectory, 'store');
  return list(store)
    .flatMap((prefix) =>
      list(join(store, prefix)).map((table) => ({ table, path: join(store, prefix, table) })),
    )
    .filter(({ table, path }) => !knownTables.has(table) && !dropped.has(table) && holdsParts(path))
    .map(({ path }) => path);
}

// A part is <partition>_<first block>_<last block>_<level>; tmp_ and detached ones are no rows of the table.
function holdsParts(tableDirectory: string): boolean {
  return list(tableDirectory).some((name) => /^(?!tmp|delete_tmp).+_\d+_\d+_\d+(_\d+)?$/.test(name));
}

function list(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
