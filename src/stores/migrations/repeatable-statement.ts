/**
 * What makes a ClickHouse statement do harm or fail when it runs a second time, as the end of a sentence; null where
 * nothing does. Only changes of the schema are accepted: rows that are derived are rebuilt by jobs, not by migrations.
 */
export function repeatFault(statement: string): string | null {
  const text = statement
    .replace(/'(?:[^'\\]|\\.|'')*'/gs, "''")
    .replace(/\s+/g, ' ')
    .trim()
    .toUpperCase();
  if (/^CREATE OR REPLACE /.test(text)) return null;
  if (/^CREATE /.test(text))
    return /^CREATE [A-Z ]*\bIF NOT EXISTS\b/.test(text) ? null : 'needs IF NOT EXISTS (or OR REPLACE)';
  if (/^DROP /.test(text)) return /^DROP [A-Z ]*\bIF EXISTS\b/.test(text) ? null : 'needs IF EXISTS';
  if (/^ALTER TABLE /.test(text)) {
    if (/\bADD (COLUMN|INDEX|PROJECTION|CONSTRAINT|STATISTICS) (?!IF NOT EXISTS\b)/.test(text))
      return 'needs IF NOT EXISTS in its ADD';
    if (/\b(DROP|RENAME|CLEAR) (COLUMN|INDEX|PROJECTION|CONSTRAINT|STATISTICS) (?!IF EXISTS\b)/.test(text))
      return 'needs IF EXISTS in its DROP, RENAME or CLEAR';
    if (/\b(UPDATE|DELETE|ATTACH|DETACH|MOVE|REPLACE|FREEZE|FETCH)\b/.test(text))
      return 'changes rows, not the schema';
    return null;
  }
  return 'is neither CREATE, DROP nor ALTER TABLE';
}
