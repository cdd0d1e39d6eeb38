import { AppError } from '../../errors.ts';
import type { InsertBlock } from './clickhouse.port.ts';

const namePattern = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** `table (column, …)`; AppError `bad-request` where a name is none, for names go into the SQL as they are. */
export function insertTarget({ table, columns }: InsertBlock): string {
  const names = [...table.split('.'), ...columns];
  const invalid = names.find((name) => !namePattern.test(name));
  if (invalid !== undefined || columns.length === 0)
    throw new AppError(
      'bad-request',
      `"${invalid ?? table}" cannot be inserted into; name a table and its columns with letters, digits and _.`,
    );
  return `${table} (${columns.join(', ')})`;
}
