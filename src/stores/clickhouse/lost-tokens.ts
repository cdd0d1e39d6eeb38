import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The rows of an insert: <partition>_<first block>_<last block>_<level>, and the mutation's version where there was one. */
const PART = /^([^_]+)_(\d+)_(\d+)_\d+(?:_\d+)?$/;
const ADDED = '1';

interface Blocks {
  readonly partition: string;
  readonly first: number;
  readonly last: number;
}

/** Has the engine written down tokens of inserts that it never finished? May be asked while it is open. */
export function hasLostTokens(engineDirectory: string): boolean {
  return tokenLogs(engineDirectory).some(({ lost }) => lost);
}

/**
 * Makes the engine forget the deduplication tokens of inserts that it never finished. It writes a token down just
 * before the rows' part gets its name, so a process killed between the two keeps the token and loses the rows, and the
 * repeat of an insert that nobody acknowledged would be dropped as done. No engine may have the directory open.
 */
export function forgetLostTokens(engineDirectory: string): void {
  for (const { path, remaining, lost } of tokenLogs(engineDirectory)) {
    if (!lost) continue;
    writeFileSync(`${path}.tmp`, remaining.join('\n'), { encoding: 'latin1', flush: true });
    renameSync(`${path}.tmp`, path);
  }
}

/** A file of tokens, less those that are lost. */
interface TokenLog {
  readonly path: string;
  readonly remaining: readonly string[];
  readonly lost: boolean;
}

function tokenLogs(engineDirectory: string): TokenLog[] {
  const store = join(engineDirectory, 'store');
  return list(store).flatMap((prefix) =>
    list(join(store, prefix)).flatMap((table) => logsOfTable(join(store, prefix, table))),
  );
}

function logsOfTable(table: string): TokenLog[] {
  const logs = join(table, 'deduplication_logs');
  const files = list(logs).filter((name) => /^deduplication_log_\d+\.txt$/.test(name));
  if (files.length === 0) return [];
  const kept = list(table).flatMap((name) => blocksOf(name) ?? []);
  return files.map((file) => {
    const path = join(logs, file);
    const lines = readFileSync(path, 'latin1').split('\n');
    const remaining = lines.filter((line) => !isLost(line, kept));
    return { path, remaining, lost: remaining.length < lines.length };
  });
}

/** Does the line add a token of a part that is neither there nor was merged into one that is? */
function isLost(line: string, kept: readonly Blocks[]): boolean {
  const [operation, part] = line.split('\t');
  const blocks = operation === ADDED && part !== undefined ? blocksOf(part) : null;
  if (!blocks) return false;
  return !kept.some(
    ({ partition, first, last }) =>
      partition === blocks.partition && first <= blocks.first && blocks.last <= last,
  );
}

function blocksOf(name: string): Blocks | null {
  const [, partition, first, last] = PART.exec(name) ?? [];
  if (partition === undefined) return null;
  return { partition, first: Number(first), last: Number(last) };
}

function list(directory: string): string[] {
  return existsSync(directory) ? readdirSync(directory) : [];
}
