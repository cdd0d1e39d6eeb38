import { readFileSync } from 'node:fs';

/** The text of one question's `.sql` file, without its header comment; `loadSql(new URL('./x.sql', import.meta.url))`. */
export function loadSql(file: URL): string {
  return readFileSync(file, 'utf8')
    .replace(/^(\s*--[^\n]*\n)+/, '')
    .trim();
}
